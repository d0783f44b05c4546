"""Nodes that no program computes, whatever the compiler knows: by their values."""

import torch
from torch.fx import Graph, Node

from . import dtypes, layout, nodes, schema, views
from .errors import Refusal, place_of


_QUANTISED = {
    torch.qint8,
    torch.quint8,
    torch.qint32,
    torch.quint4x2,
    torch.quint2x4,
}
#: What makes ordinary tensors of quantised ones.
_PLAIN = {torch.ops.aten.dequantize.self, torch.ops.aten.int_repr.default}


def refused(graph: Graph) -> dict[Node, Refusal]:
    """Nodes with values that opc has no form for, and why."""
    found: dict[Node, Refusal] = {}
    quantised: set[Node] = set()
    for node in graph.nodes:
        if node.op != "call_function":
            continue
        reason = _reason(node) or _quantised(node, quantised)
        if reason:
            found[node] = refusal(node, reason)
    return found


def _quantised(node: Node, known: set[Node]) -> str:
    """Whether a node makes or reads quantised tensors: by their fake values they are
    floats. Those that make some are added to `known`.
    """
    given = (*node.args, *node.kwargs.values())
    if not any(map(_is_quantised, given)) and known.isdisjoint(
        node.all_input_nodes
    ):
        return ""
    if node.target not in _PLAIN:
        known.add(node)
    return "quantised tensors are not supported"


def _is_quantised(value: object) -> bool:
    return isinstance(value, torch.dtype) and value in _QUANTISED


def disguised_inputs(graph: Graph) -> list[Refusal]:
    """Inputs that no program takes, but whose fake values look as if one did."""
    found = []
    for node in graph.find_nodes(op="placeholder"):
        value = getattr(node.meta.get("grapharg"), "example", None)
        fake = node.meta.get("example_value")
        if (
            isinstance(value, torch.Tensor)
            and isinstance(fake, torch.Tensor)
            and not reason_against(fake)
            and (reason := reason_against(value))
        ):
            reader = next(iter(node.users), node)
            found.append(
                Refusal(node.name, "input", "", "", reason, place_of(reader))
            )
    return found


def refusal(
    node: Node, reason: str, dtype: str = "", shape: str = ""
) -> Refusal:
    """Why a node is not taken, with what the graph says of it."""
    if not dtype:
        given = [
            tensor.dtype
            for operand in node.all_input_nodes
            for tensor in nodes.tensors(operand.meta.get("val"))
        ]
        dtype = ", ".join(map(dtypes.name_of, given))
    return Refusal(
        node.name, str(node.target), dtype, shape, reason, place_of(node)
    )


def _reason(node: Node) -> str:
    if not isinstance(node.target, torch._ops.OpOverload) and not callable(
        node.target
    ):
        return "is no operator"
    if isinstance(node.target, torch._ops.HigherOrderOperator):
        return "higher-order operators are not supported"
    for each in (node, *node.all_input_nodes):
        for tensor in nodes.tensors(each.meta.get("val")):
            if reason := reason_against(tensor):
                return reason
    return ""


def reason_against(tensor: torch.Tensor) -> str:
    """Why no program takes such a tensor; "" if one may."""
    if tensor.layout is not torch.strided:
        return f"tensors of layout {tensor.layout} are not supported"
    if tensor.is_quantized:
        return f"quantised tensors ({dtypes.name_of(tensor.dtype)}) are not supported"
    if tensor.is_complex():
        return f"complex tensors ({dtypes.name_of(tensor.dtype)}) are not supported"
    if not _is_known(tensor.dtype):
        return f"dtype {dtypes.name_of(tensor.dtype)} is not supported"
    if tensor.is_neg():
        return "tensors that are negated when they are read are not supported"
    if tensor.device.type != "cpu":
        return f"a tensor on {tensor.device}: programs run on the processor"
    return ""


def _is_known(dtype: torch.dtype) -> bool:
    """Floats of 8 bits are in the schema, but no program computes with them."""
    is_small = dtype.is_floating_point and dtype.itemsize < 2
    return dtype in schema.DTYPES and not is_small


def irregular_results(graph: Graph, eager: set[Node]) -> set[Node]:
    """Nodes whose value has gaps, which no program writes, and that are results or
    read by PyTorch: by `eager`, by each other, or by views that are PyTorch's.
    """
    outside = set(eager)
    # Users come behind their operands: backwards, one pass finds all.
    for node in reversed(graph.nodes):
        if node.op != "call_function" or node in eager:
            continue
        read = [user.op == "output" or user in outside for user in node.users]
        if (any(read) and _is_irregular(node)) or (
            all(read) and views.is_view(node)
        ):
            outside.add(node)
    return outside - eager


def _is_irregular(node: Node) -> bool:
    """Whether a value has gaps; several results go with one that has."""
    value = node.meta.get("val")
    if isinstance(value, list | tuple):
        return True
    return (
        isinstance(value, torch.Tensor) and layout.memory_order(value) is None
    )
