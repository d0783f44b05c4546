"""What is asked of the compiler. All that is known of operators is there."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import _opc, errors, model
from . import layout
from .errors import raised
from .settings import Settings


def build_id() -> str:
    """What tells this build of the compiler from others."""
    return _opc.build_id()


def survey(graph: bytes) -> list[dict[str, Any]]:
    """What the compiler refuses in a graph; docs/Torch.md has the records."""
    try:
        return model.survey(graph)
    except errors.Error as error:
        raise raised(error) from error


def compile(
    graph: bytes,
    settings: Settings,
    donate: dict[str, str],
    lend: Sequence[str] = (),
) -> model.Model:
    """The program of a graph; `donate` and `lend` as for opc.compile.

    Raises opc.UnsupportedError as it is, with the nodes that are refused.
    """
    try:
        return model.compile(
            graph,
            target=settings.target,
            threads=settings.threads,
            cache=settings.cache,
            donate=donate,
            lend=lend,
        )
    except errors.UnsupportedError as error:
        if error.nodes:
            raise
        raise raised(error) from error
    except errors.Error as error:
        raise raised(error) from error


def explain(
    graph: bytes, settings: Settings, donate: dict[str, str]
) -> list[dict[str, Any]]:
    """What became of the kernels of a program that was compiled; as opc.explain."""
    return model.explain(
        graph, target=settings.target, threads=settings.threads, donate=donate
    )


def function(
    program: model.Model,
    input_orders: list[layout.Order],
    output_orders: list[layout.Order],
) -> Callable[..., tuple[torch.Tensor, ...]]:
    """A program as a function of tensors, and of ints for sizes.

    An order is the permutation of a tensor's axes after which it is row-major: so
    the program sees it, and so a result is given back. For a result that takes the
    memory of an input, that input is given back.
    """
    return _opc.TensorCall(
        program._program, torch.Tensor, input_orders, output_orders
    )
