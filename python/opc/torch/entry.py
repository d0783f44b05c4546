"""What torch.compile calls: `torch.compile(model, backend="opc")`."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch._functorch.aot_autograd import aot_module_simplified

from . import (
    cached,
    explanation,
    foreign,
    graphs,
    settings,
    skipped,
    team,
    tracing,
)


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
    explanation.tell_break(module)
    disguised = foreign.disguised_inputs(module.graph)
    if disguised:
        graphs.leave(module.graph, disguised, chosen)
        return module.forward
    compilers = cached.compilers_for(chosen)
    with tracing.configured(), cached.enabled(chosen, module):
        return aot_module_simplified(
            module,
            inputs,
            **tracing.arguments(*compilers),
        )


skipped.watch(backend)
team.share()
