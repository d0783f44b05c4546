"""What the forward graph keeps for the backward graph: as few tensors as possible.

PyTorch's partitioner weighs operators whole. Of a batch norm in training the output is
no more than a few operations on each element, once the statistics are known: written so,
the backward graph computes it again from the input, which it has, and nobody keeps it. So
is the gradient of its input, once the sums are known that the others are.
"""

import math
import operator
from typing import Any

import torch
from torch._functorch.partitioners import min_cut_rematerialization_partition
from torch.fx import Graph, GraphModule, Node

from . import nodes, recomputed, slices

aten = torch.ops.aten

_BATCH_NORMS = (
    aten._native_batch_norm_legit_functional.default,
    aten._native_batch_norm_legit.no_stats,
)
#: Statistics of fewer bits are rounded: what an output is made of has more.
_WIDE = {torch.float32, torch.float64}


def partition(
    joint: GraphModule, inputs: Any, *, num_fwd_outputs: int, **options: Any
) -> tuple[GraphModule, GraphModule]:
    """The forward and the backward graph of both; PyTorch's `partition_fn`."""
    for target in _BATCH_NORMS:
        for norm in joint.graph.find_nodes(op="call_function", target=target):
            _spell_out(joint.graph, norm)
    for norm in joint.graph.find_nodes(
        op="call_function", target=aten.native_batch_norm_backward.default
    ):
        _leave_sums(joint.graph, norm)
    joint.graph.eliminate_dead_code()
    joint.recompile()
    forward, backward = min_cut_rematerialization_partition(
        joint, inputs, num_fwd_outputs=num_fwd_outputs, **options
    )
    recomputed.separate(forward, backward, num_fwd_outputs)
    slices.copy_kept(forward, num_fwd_outputs)
    return forward, backward


class _Parts:
    """Makes nodes for parts of what a batch norm, or its gradient, does to x."""

    def __init__(self, graph: Graph, norm: Node, x: Node):
        self._graph, self._norm, self._x = graph, norm, x
        self._value = x.meta["val"]

    def call(self, target: Any, *args: Any) -> Node:
        return nodes.call(self._graph, self._norm, target, args)

    def by_channel(self, value: Node) -> Node:
        axes = [1] * (self._value.dim() - 2)
        return self.call(aten.view.default, value, [-1, *axes])

    def unit(self, mean: Node, factor: Node) -> Node:
        """(x - mean) * factor, in the order of opc's own."""
        y = self.call(aten.sub.Tensor, self._x, self.by_channel(mean))
        return self.call(aten.mul.Tensor, y, self.by_channel(factor))

    def count(self) -> Node | int:
        """How many elements each channel has."""
        shape = [*self._value.shape[:1], *self._value.shape[2:]]
        count = math.prod(n for n in shape if isinstance(n, int))
        for axis, extent in enumerate(self._value.shape):
            if axis != 1 and isinstance(extent, torch.SymInt):
                size = self.call(aten.sym_size.int, self._x, axis)
                count = self.call(operator.mul, size, count)
        return count


def _spell_out(graph: Graph, norm: Node) -> None:
    """Gives who reads the output of a batch norm what it is in terms of others."""
    results = {user.args[1]: user for user in norm.users}
    x, weight, bias = norm.args[:3]
    if not {0, 1, 2} <= results.keys() or x.meta["val"].dtype not in _WIDE:
        return
    output, mean, factor = (results[i] for i in range(3))
    if mean.meta["val"].numel() == 0:
        return  # it is no training
    parts = _Parts(graph, norm, x)
    with graph.inserting_before(max(output, mean, factor).next):
        y = parts.unit(mean, factor)
        if weight:
            y = parts.call(aten.mul.Tensor, y, parts.by_channel(weight))
        if bias:
            y = parts.call(aten.add.Tensor, y, parts.by_channel(bias))
    output.replace_all_uses_with(y)


def _leave_sums(graph: Graph, norm: Node) -> None:
    """Leaves the sums to the gradient of a batch norm: what it gives for each element
    follows from these.
    """
    x, train, wanted = norm.args[1], norm.args[7], norm.args[9]
    if not (train and all(wanted)) or x.meta["val"].dtype not in _WIDE:
        return
    parts = _Parts(graph, norm, x)
    with graph.inserting_before(norm):
        sums = parts.call(norm.target, *norm.args[:-1], [False, True, True])
        # The first result is not asked for.
        sums.meta["val"] = (None, *sums.meta["val"][1:])
        along, total = (parts.call(operator.getitem, sums, i) for i in (1, 2))
        y = _from_sums(parts, norm, along, total)
    for user in list(norm.users):
        user.replace_all_uses_with((y, along, total)[user.args[1]])


def _from_sums(parts: _Parts, norm: Node, along: Node, total: Node) -> Node:
    """(gradient - its mean - unit * mean along the unit) * factor * weight."""
    grad, _, weight, *_, mean, factor, _, _, _ = norm.args
    count = parts.count()
    along, total = (
        parts.by_channel(parts.call(aten.div.Tensor, each, count))
        for each in (along, total)
    )
    along = parts.call(aten.mul.Tensor, parts.unit(mean, factor), along)
    y = parts.call(aten.sub.Tensor, grad, total)
    y = parts.call(aten.sub.Tensor, y, along)
    scale = parts.by_channel(factor)
    if weight:
        scale = parts.call(aten.mul.Tensor, scale, parts.by_channel(weight))
    return parts.call(aten.mul.Tensor, y, scale)
