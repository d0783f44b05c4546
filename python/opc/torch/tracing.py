"""What AOTAutograd is told, whoever calls it."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch._guards import TracingContext

from . import resampling
from .decompose import decompositions
from .partition import partition


def arguments(compile_one: Callable[..., Any]) -> dict[str, Any]:
    """Forward and backward graphs go to one compiler, as few tensors as possible
    between them, and changes of inputs stay in the graph.
    """
    return {
        "fw_compiler": compile_one,
        "bw_compiler": compile_one,
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


def allow_another_run() -> None:
    """Lets the backward graph that is compiled run twice, as `retain_graph` asks: no
    program writes to what the forward graph kept. PyTorch takes for granted that those
    of a compiler do.
    """
    context = TracingContext.try_get()
    written = (
        context and context.fw_metadata and context.fw_metadata.bw_donated_idxs
    )
    if written:
        written.clear()
