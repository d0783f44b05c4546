"""Programs as functions of torch's tensors."""

from collections.abc import Sequence
from typing import Any

import torch

from ..errors import InputError
from . import compiler, layout
from .errors import placed
from .settings import Settings


class Program:
    """A graph, compiled, as a function.

    Inputs are ints for sizes, and tensors in the order of memory that the graph
    says; of another one they are copied. Results are new tensors, but for those that
    are written to inputs: `donate` has the names of both. `places` are the user's own
    lines, by names of nodes; `lend` are inputs that are needed no more.
    """

    def __init__(
        self,
        graph: bytes,
        settings: Settings,
        input_orders: list[layout.Order],
        output_orders: list[layout.Order],
        donate: dict[str, str],
        places: dict[str, str],
        lend: Sequence[str] = (),
    ):
        # On disk a program is its graph: opc's own cache has the rest.
        self._made_of = (
            graph,
            settings,
            input_orders,
            output_orders,
            donate,
            places,
            lend,
        )
        self.model = compiler.compile(graph, settings, donate, lend)
        self._call = compiler.function(self.model, input_orders, output_orders)
        #: The numbers of inputs that are given in a list, before the others: what
        #: nobody else has is written to.
        self.lent: Sequence[int] = self._call.lent

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, self._made_of

    def explain(self) -> list[dict[str, Any]]:
        """What became of its kernels; as opc.explain."""
        graph, settings, _, _, donate, *_ = self._made_of
        return compiler.explain(graph, settings, donate)

    def __call__(self, *inputs: Any) -> tuple[torch.Tensor, ...]:
        try:
            return self._call(*inputs)
        except InputError as error:
            raise placed(error, self._made_of[-2]) from None
