"""What torch.compile calls: `torch.compile(model, backend="opc")`."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch._functorch.aot_autograd import aot_module_simplified
from torch._functorch.partitioners import min_cut_rematerialization_partition

from . import cached, settings
from .decompose import decompositions


def backend(
    module: torch.fx.GraphModule,
    inputs: Sequence[Any],
    *,
    options: dict[str, Any] | None = None,
    mode: str | None = None,
) -> Callable[..., Any]:
    """Compiles a graph of Dynamo, for inference or for training.

    `options` are the fields of `Settings`. With `fullgraph=True`, or
    `options={"strict": True}`, an operator that opc lacks is an error; else PyTorch
    executes it, and one `EagerWarning` names it and its line.
    """
    chosen = settings.read(options, mode)
    compile_one = cached.compiler_for(chosen)
    # Draws that nobody reads change the generator's state as well.
    with (
        torch._inductor.config.patch(fallback_random=True),
        cached.enabled(chosen),
    ):
        return aot_module_simplified(
            module,
            inputs,
            fw_compiler=compile_one,
            bw_compiler=compile_one,
            inference_compiler=compile_one,
            partition_fn=min_cut_rematerialization_partition,
            decompositions=decompositions(),
            keep_inference_input_mutations=True,
        )
