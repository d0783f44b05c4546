"""What AOTAutograd is told, whoever calls it."""

import collections
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch._guards import TracingContext
from torch.fx import GraphModule, Node

from . import resampling
from .decompose import decompositions
from .partition import partition


def arguments(
    compile_one: Callable[..., Any], backward: Callable[..., Any] | None = None
) -> dict[str, Any]:
    """Forward and backward graphs go to compilers, with as few tensors as possible
    between them, and changes of inputs stay in the graph.
    """
    return {
        "fw_compiler": compile_one,
        "bw_compiler": backward or compile_one,
        "inference_compiler": compile_one,
        "partition_fn": partition,
        "decompositions": decompositions(),
        "keep_inference_input_mutations": True,
    }


@contextlib.contextmanager
def configured() -> Iterator[None]:
    """Random numbers are those of eager: draws that nobody reads change the state of
    the generator as well. What is cheap to compute is computed again by the backward
    graph, also where that keeps it in memory: the forward graph keeps less.
    """
    with (
        resampling.as_eager(),
        torch._inductor.config.patch(fallback_random=True),
        torch._functorch.config.patch(
            ban_recompute_materialized_backward=False
        ),
    ):
        yield


def spent(module: GraphModule, kept: Sequence[int]) -> set[str]:
    """The names of the inputs of a backward graph that nobody else has: of the `kept`
    ones, by number, those whose memory is not that of another input.
    """
    inputs = module.graph.find_nodes(op="placeholder")
    memory = [_memory_of(node) for node in inputs]
    sharing = collections.Counter(memory)
    return {inputs[i].name for i in kept if sharing[memory[i]] == 1}


def _memory_of(node: Node) -> int | None:
    value = node.meta.get("val")
    if not isinstance(value, torch.Tensor):
        return None
    return value.untyped_storage()._cdata


def allow_another_run() -> list[int]:
    """Lets the backward graph that is compiled run twice, as `retain_graph` asks: no
    program writes to what another run reads. PyTorch takes for granted that those of
    a compiler do, to the inputs whose numbers this gives: what was kept for it alone.
    """
    context = TracingContext.try_get()
    written = (
        context and context.fw_metadata and context.fw_metadata.bw_donated_idxs
    )
    kept = list(written or ())
    if written:
        written.clear()
    return kept
