"""Programs as functions of torch's tensors."""

from typing import Any

import torch

from . import compiler, layout
from .settings import Settings


class Program:
    """A graph, compiled, as a function.

    Inputs are ints for sizes, and tensors in the order of memory that the graph
    says; of another one they are copied. Results are new tensors, but for those that
    are written to inputs: `donate` has the names of both.
    """

    def __init__(
        self,
        graph: bytes,
        settings: Settings,
        input_orders: list[layout.Order],
        output_orders: list[layout.Order],
        donate: dict[str, str],
    ):
        # On disk a program is its graph: opc's own cache has the rest.
        self._made_of = (graph, settings, input_orders, output_orders, donate)
        self.model = compiler.compile(graph, settings, donate)
        self._call = compiler.function(self.model, input_orders, output_orders)

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, self._made_of

    def explain(self) -> list[dict[str, Any]]:
        """What became of its kernels; as opc.explain."""
        graph, settings, _, _, donate = self._made_of
        return compiler.explain(graph, settings, donate)

    def __call__(self, *inputs: Any) -> tuple[torch.Tensor, ...]:
        return self._call(*inputs)
