"""Random numbers: torch draws them, so that seeds mean what they mean in eager.

Nodes that draw are executed by torch in the order of the graph. What they read of a
tensor is most often its shape alone; then an empty tensor takes its place, and all
draws come before the program, which gets them as inputs.
"""

import torch
from torch.fx import Graph, Node

from . import layout, nodes

aten = torch.ops.aten

# Operators that read no element of their first argument.
_OF_SHAPE = {
    aten.rand_like.default,
    aten.randn_like.default,
    aten.randint_like.default,
    aten.randint_like.low_dtype,
    aten.bernoulli.p,
    aten.uniform.default,
    aten.normal_functional.default,
    aten.exponential.default,
    aten.log_normal.default,
    aten.cauchy.default,
    aten.geometric.default,
    aten.random.default,
    getattr(aten.random, "from"),
    aten.random.to,
}

_MAKE_MEMORY = {aten.empty_permuted.default, aten.empty_like.default}


def draws(node: Node) -> bool:
    """Whether executing the node takes numbers from torch's generator."""
    target = node.target
    if not isinstance(target, torch._ops.OpOverload):
        return False
    if torch.Tag.nondeterministic_seeded not in target.tags:
        return False
    if _argument(node, "train", None) is False:
        return False
    return _argument(node, "dropout_p", None) != 0.0


def serves_draws(node: Node) -> bool:
    """Whether the node only makes memory for draws."""
    return (
        bool(node.users)
        and not _reads_tensors(node)
        and all(map(draws, node.users))
    )


def _reads_tensors(node: Node) -> bool:
    return any(not nodes.is_symbolic(each) for each in node.all_input_nodes)


def fills_new_memory(node: Node) -> bool:
    """Whether a node that writes to its first operand draws into memory that was made
    for it alone.
    """
    memory = node.args[0]
    return (
        draws(node)
        and memory.target in _MAKE_MEMORY
        and list(memory.users) == [node]
    )


def hoist(graph: Graph) -> None:
    """Rewrites what draws so that it depends on sizes alone, where it can."""
    sizes = {
        node.meta["val"].node.expr: node
        for node in graph.find_nodes(op="placeholder")
        if isinstance(node.meta.get("val"), torch.SymInt)
    }
    for node in list(graph.nodes):
        if node.op != "call_function" or not draws(node):
            continue
        if node.target is aten.native_dropout.default:
            _split_dropout(graph, node, sizes)
        elif node.target in _OF_SHAPE:
            with graph.inserting_before(node):
                node.update_arg(0, _without_elements(node.args[0], sizes))


def _argument(node: Node, name: str, default: object) -> object:
    """What a node gives for an argument of its operator's schema."""
    for i, argument in enumerate(node.target._schema.arguments):
        if argument.name != name:
            continue
        if name in node.kwargs:
            return node.kwargs[name]
        if i < len(node.args) and not argument.kwarg_only:
            return node.args[i]
        return argument.default_value
    return default


def _split_dropout(graph: Graph, node: Node, sizes: dict) -> None:
    """`native_dropout` as a mask that is drawn, and a product.

    Memory that lies as that of eager's mask is filled in place: in which order torch
    draws depends on that and on the processor. Products are in the order of its own
    kernel. Where all elements are dropped, eager draws nothing.
    """
    x, p = node.args[:2]
    if _memory_order(x) is None:
        return
    keep = 1.0 - p

    def call(target, *args, **kwargs):
        return nodes.call(graph, node, target, args, **kwargs)

    with graph.inserting_before(node):
        if keep:
            empty = _without_elements(x, sizes, torch.bool)
            if empty is x:
                empty = call(aten.empty_like.default, x, dtype=torch.bool)
            mask = call(aten.bernoulli_.float, empty, keep)
        else:
            mask = call(aten.zeros_like.default, x, dtype=torch.bool)
        kept = call(aten.mul.Tensor, x, mask)
        scaled = call(aten.mul.Tensor, kept, 1.0 / keep if keep else 0.0)
        results = (scaled, mask)
    for user in list(node.users):
        user.replace_all_uses_with(results[user.args[1]])
        graph.erase_node(user)
    graph.erase_node(node)


def _memory_order(tensor: Node) -> layout.Order | None:
    """How `empty_like` of a tensor lies in memory; None if that is not known for all
    sizes.
    """
    value = tensor.meta["val"]
    with nodes.mode_of(value), torch.no_grad():
        return layout.memory_order(torch.empty_like(value))


def _without_elements(
    tensor: Node, sizes: dict, dtype: torch.dtype | None = None
) -> Node:
    """An empty tensor as `empty_like` makes it: draws are in the order of its memory.
    Or the tensor itself, where that order is not known for all sizes, or the graph has
    no node for one of its sizes.
    """
    value = tensor.meta["val"]
    order = _memory_order(tensor)
    form = [_size(each, sizes) for each in value.shape]
    if order is None or any(each is None for each in form):
        return tensor
    return nodes.call(
        tensor.graph,
        tensor,
        aten.empty_permuted.default,
        (form, list(order)),
        dtype=dtype or value.dtype,
    )


def _size(size: int | torch.SymInt, sizes: dict) -> int | Node | None:
    if not isinstance(size, torch.SymInt):
        return size
    expression = size.node.expr
    if expression.is_Integer:
        return int(expression)
    return sizes.get(expression)
