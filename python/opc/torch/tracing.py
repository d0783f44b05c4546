"""What AOTAutograd is told, whoever calls it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch._functorch.partitioners import min_cut_rematerialization_partition

from .decompose import decompositions


def arguments(compile_one: Callable[..., Any]) -> dict[str, Any]:
    """Forward and backward graphs go to one compiler, as few tensors as possible
    between them, and changes of inputs stay in the graph.
    """
    return {
        "fw_compiler": compile_one,
        "bw_compiler": compile_one,
        "inference_compiler": compile_one,
        "partition_fn": min_cut_rematerialization_partition,
        "decompositions": decompositions(),
        "keep_inference_input_mutations": True,
    }


def eager_draws() -> AbstractContextManager[None]:
    """Random numbers are those of eager: draws that nobody reads change the state of
    the generator as well.
    """
    return torch._inductor.config.patch(fallback_random=True)
