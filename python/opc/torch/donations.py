"""Inputs that a graph changes: programs write their new values where they lie.

AOTAutograd ends a graph with `copy_(input, value)` for each input that is changed.
Where a program computes the value and nobody reads the old one any more, the input is
donated to that result (docs/decisions/0011), and nothing is copied.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch.fx import Graph, Node
from torch.fx.experimental.symbolic_shapes import statically_known_true

from . import layout, views
from .parts import Part
from .stages import is_program


class Donation(NamedTuple):
    """An input of a part, the result that takes its memory, and the copy that is
    needed no more."""

    place: Node
    value: Node
    copy: Node


def find(
    graph: Graph, parts: Mapping[int, Part], stages: Mapping[Node, int]
) -> dict[int, list[Donation]]:
    """The donations to each part, by its stage."""
    found: dict[int, list[Donation]] = {stage: [] for stage in parts}
    for copy in graph.find_nodes(
        op="call_function", target=torch.ops.aten.copy_.default
    ):
        place, value = copy.args[:2]
        stage = stages.get(value, 0)
        if (
            stage in parts
            and not copy.users
            and _has_one_form(parts[stage], place, value)
            and _is_kept_by(place, value, copy, stages)
            and not any(view in parts[stage].inputs for view in _views(place))
        ):
            found[stage].append(Donation(place, value, copy))
    return found


def _has_one_form(part: Part, place: Node, value: Node) -> bool:
    """Whether both are of the part, and lie in memory in the same way."""
    if place not in part.inputs or value not in part.outputs:
        return False
    one, other = place.meta["val"], value.meta["val"]
    return (
        part.input_orders[part.inputs.index(place)]
        == part.output_orders[part.outputs.index(value)]
        and layout.memory_order(one) is not None
        and one.dtype == other.dtype
        and one.dim() == other.dim()
        and all(
            statically_known_true(a == b)
            for a, b in zip(one.shape, other.shape, strict=True)
        )
    )


def _is_kept_by(
    place: Node, value: Node, copy: Node, stages: Mapping[Node, int]
) -> bool:
    """Whether nobody can tell the input from the result once the program ran: the
    input is read no later, and the result is no tensor of its own."""
    return all(
        reader is copy
        or (reader.op != "output" and stages.get(reader, 0) <= stages[value])
        for reader in _readers(place, stages)
    ) and all(
        user is copy or is_program(stages.get(user, 0)) for user in value.users
    )


def _views(node: Node) -> Iterator[Node]:
    for user in node.users:
        if views.is_view(user):
            yield user
            yield from _views(user)


def _readers(node: Node, stages: Mapping[Node, int]) -> Iterator[Node]:
    """Users of a tensor, and those of the views of it that PyTorch makes."""
    for user in node.users:
        if views.is_view(user) and not is_program(stages.get(user, 0)):
            yield from _readers(user, stages)
        else:
            yield user


def mark_changed(*tensors: torch.Tensor) -> None:
    """Tells autograd of inputs that a program wrote to."""
    torch.autograd.graph.increment_version(tensors)
