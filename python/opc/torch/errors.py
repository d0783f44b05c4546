"""What is raised to a user of torch.compile: opc's own exceptions.

Dynamo wraps what a back end raises in an exception of its own, but for a family that
it lets pass; ours belong to both.
"""

import itertools
import re
import pathlib
import warnings
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import torch
from torch._dynamo.exc import ShortenTraceback

from .. import errors


class EagerWarning(UserWarning):
    """An operator that opc lacks is executed by PyTorch; told once for each."""


class CaptureError(errors.InputError, ShortenTraceback):
    """What is compiled is at fault, or its graph."""

    def __init__(self, message: str):
        Exception.__init__(self, message)
        self._torch_dynamo_tracer_output = None
        self.first_useful_frame = None


class OptionError(CaptureError, errors.UsageError):
    """An option of the back end that there is not."""


class CompilerError(CaptureError, errors.InternalError):
    """opc is at fault. Please report it with the message."""


class StrictError(CaptureError, errors.UnsupportedError):
    """Operators that opc lacks, where none may be left to PyTorch.

    `nodes` lists every `UnsupportedNode`.
    """

    def __init__(self, message: str, nodes: Iterable[errors.UnsupportedNode]):
        super().__init__(message)
        self.nodes = list(nodes)


class Refusal(NamedTuple):
    """Why opc does not take a node."""

    node: str
    op: str
    """"aten.add.Tensor"."""
    dtype: str
    """Of the tensors that it reads: "f32, i64"."""
    shape: str
    """Their extents, "[3, 4], [1]"; "" where the compiler was not asked."""
    reason: str
    place: str
    """The user's own line, "net.py:12"; "" if it is not known."""

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        tensors = f" of {self.tensors()}" if self.dtype else ""
        return f"{place}{self.op}{tensors}: {self.reason}"

    def tensors(self) -> str:
        """What it reads, in words: "f32[3, 4], i64[1]"."""
        extents = re.findall(r"\[[^]]*\]", self.shape)
        pairs = itertools.zip_longest(
            self.dtype.split(", "), extents, fillvalue=""
        )
        return ", ".join(map("".join, pairs))

    def unsupported(self) -> errors.UnsupportedNode:
        """As exceptions list it."""
        return errors.UnsupportedNode(
            node=self.node,
            domain="aten",
            op=self.op,
            opset=0,
            dtype=self.dtype,
            shape=self.shape,
            reason=self.reason,
            nearest="",
            needs_value=None,
        )


def raised(error: errors.Error) -> Exception:
    """An error of the compiler as the exception that reaches the user."""
    kinds = (
        (errors.UsageError, OptionError),
        (errors.InternalError, CompilerError),
    )
    for kind, ours in kinds:
        if isinstance(error, kind):
            return ours(str(error))
    if isinstance(error, errors.UnsupportedError):
        return StrictError(str(error), error.nodes)
    return CaptureError(str(error))


def place_of(node: torch.fx.Node) -> str:
    """File and line of the user's code that made a node; "" if unknown."""
    trace = node.meta.get("stack_trace") or ""
    frames = [line for line in trace.splitlines() if line.startswith("  File ")]
    if not frames:
        return ""
    _, file, rest = frames[-1].split('"', 2)
    number = rest.split("line ", 1)[-1].split(",", 1)[0]
    return f"{file}:{number}"


def placed(error: errors.InputError, places: Mapping[str, str]) -> Exception:
    """An error of a run with the user's own lines: `places` by names of nodes, with
    which the message begins ("gather (aten.gather.default), ...: ").
    """
    names = re.findall(r"(\w+) \(", str(error).partition(": ")[0])
    found = dict.fromkeys(places[each] for each in names if each in places)
    return errors.InputError(": ".join([*found, str(error)]))


_told: set[tuple[str, str]] = set()


def report(refusals: Iterable[Refusal], strict: bool) -> None:
    """Warns of each operator and line once; raises instead where that is asked."""
    refusals = list(refusals)
    if refusals and strict:
        raise StrictError(
            "\n".join(map(str, refusals)),
            [refusal.unsupported() for refusal in refusals],
        )
    for refusal in refusals:
        key = (refusal.op, refusal.place)
        if key not in _told:
            _told.add(key)
            _warn(refusal)


def _warn(refusal: Refusal) -> None:
    file, _, line = refusal.place.rpartition(":")
    text = f"{refusal}; PyTorch executes it"
    if not file:
        warnings.warn(text, EagerWarning, stacklevel=2)
        return
    name = pathlib.Path(file).stem
    warnings.warn_explicit(text, EagerWarning, file, int(line), module=name)
