"""What opc raises. Every message is one line: what was observed, with values.

Only `UnsupportedError` may have more: one line for each node of the model that
opc does not support, so that all are known at once.
"""

import json
from typing import Any, NamedTuple


class UnsupportedNode(NamedTuple):
    """What opc refuses: a node, or an input of the model."""

    node: str
    """Its name; the op and its number where it has none."""
    domain: str
    """"" for ONNX's own operators."""
    op: str
    """"" for an input of the model."""
    opset: int
    """Version of the domain that the model imports; 0 for an input."""
    dtype: str
    """Of its inputs: "f32, i64"."""
    shape: str
    """Their extents, in that order, "?" where only a run knows: "[3, 4], [1]"."""
    reason: str
    """Why, with the nearest supported form."""
    nearest: str
    """The nearest supported form; "" if none is known."""
    needs_value: str | None
    """Its input whose value decides the form of the program, such as the axes
    of a reduction, if that is the reason.

    An input of the model may be given in `constants` of `opc.compile`.
    """


class Error(Exception):
    """Any failure that opc reports."""

    _code = "invalid"
    _diagnostics: list[dict[str, Any]] | None = None

    @property
    def diagnostics(self) -> list[dict[str, Any]]:
        """What is wrong, an object for each line of the message.

        Its "code", its "message", and what applies of "subject", "name", "op",
        "domain", "opset", "dtype", "shape", "place", "target", "input", "reason"
        and "nearest" (docs/Errors.md).
        """
        if self._diagnostics is None:
            text = str(self)
            return [{"code": self._code, "message": text, "reason": text}]
        return self._diagnostics


class InputError(Error):
    """What the caller gave is at fault: the model, an array, a file."""


class UnsupportedError(InputError):
    """The model is sound, but opc does not support all of it.

    `nodes` lists every `UnsupportedNode`.
    """

    def __init__(self, message, nodes=()):
        super().__init__(message)
        self.nodes = list(nodes)


class UsageError(Error):
    """The interface was used wrongly: an unknown option, a wrong type."""

    _code = "usage"


class InternalError(Error):
    """opc is at fault. Please report it with the message."""

    _code = "internal"


_REFUSED = ("unsupported", "needs_value")


def from_diagnostics(status, message, diagnostics):
    """The exception for an opc_status, its message and its diagnostics."""
    found = json.loads(diagnostics)
    error = _exception(status, message, found)
    # None of the libraries' own where Python found the fault.
    error._diagnostics = found or None
    return error


def _exception(status, message, diagnostics):
    if status == 2:
        return UsageError(message)
    if status != 1:
        return InternalError(message)
    faults = [each for each in diagnostics if each["code"] not in _REFUSED]
    if faults:
        # Of a model that is unsound, nothing else matters.
        return InputError(faults[0]["message"])
    if diagnostics:
        return UnsupportedError(message, map(_node, diagnostics))
    return InputError(message)


def _node(diagnostic):
    """The node or input that a diagnostic refuses."""
    domain = diagnostic.get("domain", "")
    nearest = diagnostic.get("nearest", "")
    reason = diagnostic["reason"]
    if nearest:
        reason += f"; nearest supported form: {nearest}"
    return UnsupportedNode(
        node=diagnostic.get("name", ""),
        domain="" if domain == "ai.onnx" else domain,
        op=diagnostic.get("op", ""),
        opset=diagnostic.get("opset", 0),
        dtype=diagnostic.get("dtype", ""),
        shape=diagnostic.get("shape", ""),
        reason=reason,
        nearest=nearest,
        needs_value=diagnostic.get("input"),
    )
