"""Random graphs of operators, made so that eager's own result is to be trusted.

A graph grows operator by operator on tensors of odd sizes and strides. What gives
numbers that are not finite, or large, is not taken.
"""

import random
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch.fx import Graph, GraphModule

SIZES = (1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33)
MOST_ELEMENTS = 6000
LARGEST = 50


class Case(NamedTuple):
    """A function of tensors, and these."""

    function: GraphModule
    inputs: list[torch.Tensor]


def case(seed: int, least: int = 10, most: int = 40) -> Case:
    """The graph of a seed, of `least` to `most` operators."""
    return _Maker(seed).make(least, most)


class _Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        torch.manual_seed(seed)
        self.graph = Graph()
        self.inputs = []
        self.nodes = []  # of tensors, with their values
        self.values = []

    def make(self, least, most):
        for _ in range(self.rng.randint(1, 3)):
            self.input(self.shape())
        wanted = self.rng.randint(least, most)
        count = tries = 0
        while count < wanted and tries < 20 * most:
            tries += 1
            name = self.rng.choice(_NAMES)
            count += bool(_GROW[name](self))
        used = {each for node in self.nodes for each in node.all_input_nodes}
        ends = [node for node in self.nodes if node not in used]
        ends += self.rng.sample(self.nodes, min(2, len(self.nodes)))
        made = [
            each for each in dict.fromkeys(ends) if each.op != "placeholder"
        ]
        self.graph.output(made)
        return Case(GraphModule(torch.nn.Module(), self.graph), self.inputs)

    # Inputs.

    def shape(self):
        rank = self.rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
        shape = [self.rng.choice(SIZES) for _ in range(rank)]
        while torch.Size(shape).numel() > MOST_ELEMENTS:
            shape[self.rng.randrange(rank)] = self.rng.choice(SIZES[:4])
        return shape

    def input(self, shape):
        x = self.laid_out(shape).float()
        x.requires_grad_(self.rng.random() < 0.7)
        node = self.graph.placeholder(f"x{len(self.inputs)}")
        self.inputs.append(x)
        return self.know(node, x)

    def laid_out(self, shape):
        """Values between -2 and 2, dense or not."""
        kind = self.rng.randrange(5)
        rank = len(shape)
        if kind == 1 and rank > 1:
            order = self.rng.sample(range(rank), rank)
            x = self.numbers([shape[i] for i in order])
            return x.permute([order.index(i) for i in range(rank)])
        if kind == 2 and rank:
            x = self.numbers([2 * size + 1 for size in shape])
            return x[tuple(slice(1, 2 * size + 1, 2) for size in shape)]
        if kind == 3 and rank:
            axis = self.rng.randrange(rank)
            x = self.numbers(
                [1 if i == axis else s for i, s in enumerate(shape)]
            )
            return x.expand(shape)
        if kind == 4:
            return self.numbers([3, *shape])[1]
        return self.numbers(shape)

    @staticmethod
    def numbers(shape):
        return torch.rand(shape) * 4 - 2

    # Growth.

    def know(self, node, value):
        self.nodes.append(node)
        self.values.append(value.detach())
        return True

    def pick(self, wanted=lambda _: True):
        """A node that is known, with its value; late ones more often."""
        found = [i for i, value in enumerate(self.values) if wanted(value)]
        if not found:
            return None, None
        tail = found[-4:] if self.rng.random() < 0.6 else found
        place = self.rng.choice(tail)
        return self.nodes[place], self.values[place]

    def call(self, target, *args, **kwargs):
        """Takes a call if its result is one to go on with."""
        known = dict(zip(self.nodes, self.values, strict=True))
        given = torch.fx.node.map_arg((args, kwargs), known.__getitem__)
        try:
            value = target(*given[0], **given[1])
        except (RuntimeError, IndexError, TypeError, ValueError):
            return False
        if not isinstance(value, torch.Tensor) or value.numel() > MOST_ELEMENTS:
            return False
        if value.is_floating_point():
            if not value.isfinite().all() or (value.abs() > LARGEST).any():
                return False
        return self.know(self.graph.call_function(target, args, kwargs), value)

    def chain(self, *steps):
        """Calls, each of the result before."""
        return all(
            self.call(target, self.nodes[-1] if i else first, *rest)
            for i, (target, first, *rest) in enumerate(steps)
        )

    def axis(self, value):
        return self.rng.randrange(-value.dim(), value.dim())


def _is_real(value):
    return value.is_floating_point()


def _has_axes(count):
    return lambda value: value.dim() >= count


def _real_with_axes(count):
    return lambda value: _is_real(value) and value.dim() >= count


UNARY = (
    torch.relu,
    torch.sigmoid,
    torch.tanh,
    torch.sin,
    torch.cos,
    torch.abs,
    torch.neg,
    torch.exp,
    torch.erf,
    torch.square,
    torch.atan,
    F.gelu,
    F.silu,
    F.softplus,
    F.elu,
    F.leaky_relu,
    F.hardswish,
    F.logsigmoid,
    F.mish,
)


def unary(maker):
    node, value = maker.pick(_is_real)
    return value is not None and maker.call(maker.rng.choice(UNARY), node)


def guarded(maker):
    """Functions that are not defined everywhere, of what is above 0."""
    node, value = maker.pick(_is_real)
    if value is None:
        return False
    function = maker.rng.choice(
        (torch.sqrt, torch.log, torch.rsqrt, torch.reciprocal)
    )
    return maker.chain(
        (torch.square, node), (torch.add, None, 0.5), (function, None)
    )


def binary(maker):
    function = maker.rng.choice(
        (torch.add, torch.sub, torch.mul, torch.maximum, torch.minimum)
    )
    a, value = maker.pick(_is_real)
    b, other = maker.pick(_is_real)
    if value is None or other is None:
        return False
    return maker.call(function, a, b) or with_number(maker)


def with_number(maker):
    function = maker.rng.choice((torch.add, torch.sub, torch.mul, torch.div))
    node, value = maker.pick(_is_real)
    number = maker.rng.choice((0.5, 3, -1.25, 2, 0.1))
    return value is not None and maker.call(function, node, number)


def beside_input(maker):
    """With an input that broadcasts."""
    node, value = maker.pick(_is_real)
    if value is None:
        return False
    shape = [size if maker.rng.random() < 0.6 else 1 for size in value.shape]
    shape = shape[maker.rng.randrange(len(shape) + 1) :]
    if len(maker.nodes) > len(maker.inputs):
        return False  # inputs come before all that is computed
    maker.input(shape)
    return maker.call(torch.mul, node, maker.nodes[-1])


def chosen(maker):
    node, value = maker.pick(_is_real)
    other, _ = maker.pick(lambda v: _is_real(v) and v.shape == value.shape)
    if value is None:
        return False
    return maker.call(torch.gt, node, 0.1) and maker.call(
        torch.where, maker.nodes[-1], node, other
    )


def reduction(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None or not value.numel():
        return False
    function = maker.rng.choice(
        (torch.sum, torch.mean, torch.amax, torch.amin, torch.logsumexp)
    )
    axes = sorted({maker.rng.randrange(value.dim()) for _ in range(2)})
    keep = maker.rng.random() < 0.5
    return maker.call(function, node, axes, keepdim=keep)


def along(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None or not value.numel():
        return False
    function = maker.rng.choice(
        (torch.softmax, torch.log_softmax, torch.cumsum, F.normalize)
    )
    axis = maker.axis(value)
    if function is F.normalize:
        return maker.call(function, node, dim=axis)
    return maker.call(function, node, axis)


def _varies(value, axis):
    """Of equal values the rounding of their mean is all that a variance is."""
    return bool((value.var(axis) > 1e-2).all())


def spread(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None:
        return False
    axis = maker.axis(value)
    if value.shape[axis] < 3 or not _varies(value, axis):
        return False
    return maker.call(torch.var, node, dim=axis, correction=1)


def layer_norm(maker):
    node, value = maker.pick(_real_with_axes(2))
    if value is None or value.shape[-1] < 3:
        return False
    if not _varies(value, -1):
        return False
    return maker.call(F.layer_norm, node, [value.shape[-1]])


def turned(maker):
    node, value = maker.pick(_has_axes(2))
    if value is None:
        return False
    order = maker.rng.sample(range(value.dim()), value.dim())
    return maker.call(torch.permute, node, order)


def reshaped(maker):
    node, value = maker.pick(_has_axes(1))
    if value is None or not value.numel():
        return False
    kind = maker.rng.randrange(4)
    axis = maker.axis(value)
    if kind == 0:
        return maker.call(torch.flatten, node)
    if kind == 1:
        return maker.call(torch.unsqueeze, node, axis)
    if kind == 2:
        return maker.call(torch.squeeze, node)
    size = value.shape[axis]
    parts = [f for f in range(2, size) if size % f == 0]
    if not parts:
        return False
    first = maker.rng.choice(parts)
    return maker.call(torch.unflatten, node, axis, [first, size // first])


def cut(maker):
    node, value = maker.pick(_has_axes(1))
    if value is None or not value.numel():
        return False
    axis = maker.axis(value)
    size = value.shape[axis]
    start = maker.rng.randrange(size)
    kind = maker.rng.randrange(3)
    if kind == 0:
        length = maker.rng.randint(1, size - start)
        return maker.call(torch.narrow, node, axis, start, length)
    if kind == 1:
        return maker.call(torch.select, node, axis, start)
    step = maker.rng.choice((2, 3))
    aten = torch.ops.aten.slice.Tensor
    return maker.call(aten, node, axis, start % 2, size, step)


def moved(maker):
    node, value = maker.pick(_has_axes(1))
    if value is None:
        return False
    axis = maker.axis(value)
    if maker.rng.random() < 0.5:
        return maker.call(torch.flip, node, [axis])
    return maker.call(torch.roll, node, maker.rng.randint(-3, 3), axis)


def joined(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None:
        return False
    other, _ = maker.pick(lambda v: v.shape == value.shape and _is_real(v))
    function = maker.rng.choice((torch.cat, torch.stack))
    return maker.call(function, [node, other, node], maker.axis(value))


def padded(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None:
        return False
    pads = [maker.rng.randint(0, 2), maker.rng.randint(-1, 2)]
    return maker.call(F.pad, node, pads, value=0.5)


def repeated(maker):
    node, value = maker.pick(_has_axes(1))
    if value is None:
        return False
    if maker.rng.random() < 0.5:
        return maker.call(torch.tile, node, (2,))
    wanted = [maker.rng.choice((2, 3)), *value.shape]
    return maker.call(torch.Tensor.expand, node, wanted)


def triangle(maker):
    node, value = maker.pick(_real_with_axes(2))
    function = maker.rng.choice((torch.tril, torch.triu, torch.diagonal))
    if value is None:
        return False
    return maker.call(function, node, maker.rng.randint(-1, 1))


def product(maker):
    a, value = maker.pick(_real_with_axes(1))
    if value is None:
        return False
    b, _ = maker.pick(
        lambda v: _real_with_axes(2)(v) and v.shape[-2] == value.shape[-1]
    )
    if b is None:  # with itself
        return value.dim() > 1 and (
            maker.call(torch.transpose, a, -1, -2)
            and maker.chain(
                (torch.matmul, a, maker.nodes[-1]),
                (torch.div, None, float(value.shape[-1])),
            )
        )
    return maker.chain(
        (torch.matmul, a, b), (torch.div, None, float(value.shape[-1]))
    )


def pool(maker):
    node, value = maker.pick(
        lambda v: _is_real(v) and v.dim() in (3, 4) and min(v.shape[-2:]) >= 3
    )
    function = maker.rng.choice((F.avg_pool2d, F.max_pool2d))
    if value is None:
        return False
    stride, padding = maker.rng.choice((1, 2)), maker.rng.choice((0, 1))
    return maker.call(function, node, 3, stride, padding)


def picked(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None or not value.numel():
        return False
    axis = maker.rng.randrange(value.dim())
    places = [maker.rng.randrange(value.shape[axis]) for _ in range(5)]
    return maker.chain(
        (torch.tensor, places),
        (_taken, None, node, axis),
    )


def _taken(places, x, axis):
    return torch.index_select(x, axis, places)


def sorted_(maker):
    node, value = maker.pick(_real_with_axes(1))
    if value is None:
        return False
    axis = maker.axis(value)
    # Which of equal values comes first, and gets its gradient, is nobody's promise.
    if not (_sorted(value, axis).diff(dim=axis) > 1e-4).all():
        return False
    return maker.call(_sorted, node, axis)


def _sorted(x, axis):
    return torch.sort(x, axis)[0]


def counted(maker):
    """Integers, and back to reals."""
    node, value = maker.pick(_real_with_axes(1))
    if value is None or not value.numel():
        return False
    kind = maker.rng.randrange(2)
    axis = maker.axis(value)
    if kind == 0:
        made = maker.call(torch.argmax, node, axis)
    else:
        made = maker.call(torch.gt, node, 0.3)
    scale = maker.rng.choice((0.5, 0.1))
    return made and maker.call(torch.mul, maker.nodes[-1], scale)


def changed(maker):
    """In place, of a copy, whole or in part."""
    node, value = maker.pick(_real_with_axes(1))
    if value is None or not value.numel():
        return False
    function = maker.rng.choice((_changed_whole, _changed_part, _changed_row))
    return maker.call(function, node)


def _changed_whole(x):
    return x.clone().mul_(2).add_(0.5)


def _changed_part(x):
    y = x.clone()
    y[::2].mul_(-0.5)
    return y


def _changed_row(x):
    y = x * 1
    y.select(-1, 0).fill_(0.25)
    return y


def wider(maker):
    node, value = maker.pick(_is_real)
    if value is None:
        return False
    return maker.chain(
        (torch.Tensor.double, node),
        (torch.sin, None),
        (torch.Tensor.float, None),
    )


#: How often each is tried.
_WEIGHTS = {
    unary: 6,
    guarded: 2,
    binary: 5,
    with_number: 2,
    beside_input: 2,
    chosen: 2,
    reduction: 3,
    along: 2,
    spread: 1,
    layer_norm: 1,
    turned: 3,
    reshaped: 3,
    cut: 3,
    moved: 2,
    joined: 1,
    padded: 1,
    repeated: 1,
    triangle: 1,
    product: 2,
    pool: 1,
    picked: 1,
    sorted_: 1,
    counted: 1,
    changed: 2,
    wider: 1,
}
_GROW = {grow.__name__: grow for grow in _WEIGHTS}
_NAMES = [
    grow.__name__ for grow, times in _WEIGHTS.items() for _ in range(times)
]
