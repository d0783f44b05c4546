"""Nodes that no program computes, whatever the compiler knows: by their values."""

import torch
from torch.fx import Graph, Node

from . import layout, nodes
from .errors import Refusal, place_of


def refused(graph: Graph) -> dict[Node, Refusal]:
    """Nodes with values that opc has no form for, and why."""
    found: dict[Node, Refusal] = {}
    for node in graph.nodes:
        if node.op != "call_function":
            continue
        reason = _reason(node)
        if reason:
            found[node] = refusal(node, reason)
    return found


def refusal(node: Node, reason: str, dtype: str = "") -> Refusal:
    """Why a node is not taken, with what the graph says of it."""
    if not dtype:
        given = [
            tensor.dtype
            for operand in node.all_input_nodes
            for tensor in nodes.tensors(operand.meta.get("val"))
        ]
        dtype = ", ".join(str(each).removeprefix("torch.") for each in given)
    return Refusal(node.name, str(node.target), dtype, reason, place_of(node))


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
        return f"quantised tensors ({tensor.dtype}) are not supported"
    if tensor.is_complex():
        return f"complex tensors ({tensor.dtype}) are not supported"
    if tensor.device.type != "cpu":
        return f"a tensor on {tensor.device}: programs run on the processor"
    return ""


def irregular_results(graph: Graph, eager: set[Node]) -> set[Node]:
    """Nodes whose value has gaps, which no program writes, and that are results."""
    return {
        node
        for node in graph.nodes
        if node.op == "call_function"
        and node not in eager
        and isinstance(node.meta.get("val"), torch.Tensor)
        and any(user.op == "output" or user in eager for user in node.users)
        and layout.memory_order(node.meta["val"]) is None
    }
