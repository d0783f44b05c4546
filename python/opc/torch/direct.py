"""A function compiled at once, without Dynamo: traced by AOTAutograd alone."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch._functorch.aot_autograd import aot_function
from torch.utils import _pytree as pytree

from . import tracing
from .cached import CompiledGraph
from .graphs import compile_graph
from .settings import Settings

Function = Callable[..., Any]


def compiled(
    function: Function, settings: Settings
) -> Callable[..., list[torch.Tensor]]:
    """What `function` computes of tensors, by opc's programs, with gradients.

    Gives the tensors of its result in a list. Sizes are those of the first call.
    """

    def compile_one(module: torch.fx.GraphModule, _: Any) -> CompiledGraph:
        return CompiledGraph(compile_graph(module, settings))

    traced = aot_function(flat(function), **tracing.arguments(compile_one))

    def run(*inputs: torch.Tensor) -> list[torch.Tensor]:
        with tracing.configured():
            return list(traced(*inputs))

    return run


def alone(
    function: Function, inputs: Sequence[torch.Tensor]
) -> tuple[Function, list[torch.Tensor]]:
    """The function with the parameters and buffers of a module as inputs, in front."""
    given = list(inputs)
    if not isinstance(function, torch.nn.Module):
        return function, given
    state = {
        **dict(function.named_parameters()),
        **dict(function.named_buffers()),
    }
    if not state:
        return function, given

    def run(*tensors: torch.Tensor) -> Any:
        values = dict(zip(state, tensors, strict=False))
        return torch.func.functional_call(
            function, values, tensors[len(state) :]
        )

    return run, [*state.values(), *given]


def flat(function: Function) -> Callable[..., Sequence[torch.Tensor]]:
    """The function with nothing but the tensors of its result."""

    def run(*inputs: torch.Tensor) -> list[torch.Tensor]:
        leaves = pytree.tree_leaves(function(*inputs))
        return [each for each in leaves if isinstance(each, torch.Tensor)]

    return run
