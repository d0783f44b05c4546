"""What the forward graph keeps for the backward graph: as few tensors as possible.

PyTorch's partitioner weighs operators whole. Of a batch norm in training the output is
no more than a few operations on each element, once the statistics are known: written so,
the backward graph computes it again from the input, which it has, and nobody keeps it.
"""

from typing import Any

import torch
from torch._functorch.partitioners import min_cut_rematerialization_partition
from torch.fx import Graph, GraphModule, Node

from . import nodes, recomputed

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
    joint.recompile()
    forward, backward = min_cut_rematerialization_partition(
        joint, inputs, num_fwd_outputs=num_fwd_outputs, **options
    )
    recomputed.separate(forward, backward, num_fwd_outputs)
    return forward, backward


def _spell_out(graph: Graph, norm: Node) -> None:
    """Gives who reads the output of a batch norm what it is in terms of others."""
    results = {user.args[1]: user for user in norm.users}
    x = norm.args[0]
    if not {0, 1, 2} <= results.keys() or x.meta["val"].dtype not in _WIDE:
        return
    output, mean, factor = (results[i] for i in range(3))
    if mean.meta["val"].numel() == 0:
        return  # it is no training
    with graph.inserting_before(max(output, mean, factor).next):
        made = _in_parts(graph, norm, mean, factor)
    output.replace_all_uses_with(made)


def _in_parts(graph: Graph, norm: Node, mean: Node, factor: Node) -> Node:
    """(x - mean) * factor * weight + bias, by channel, in the order of opc's own."""
    x, weight, bias = norm.args[:3]

    def by_channel(value: Node) -> Node:
        axes = [1] * (x.meta["val"].dim() - 2)
        return call(aten.view.default, value, [-1, *axes])

    def call(target: Any, *args: Any) -> Node:
        return nodes.call(graph, norm, target, args)

    y = call(aten.sub.Tensor, x, by_channel(mean))
    for scale in filter(None, (factor, weight)):
        y = call(aten.mul.Tensor, y, by_channel(scale))
    return call(aten.add.Tensor, y, by_channel(bias)) if bias else y
