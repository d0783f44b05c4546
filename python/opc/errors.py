"""What opc raises. Every message is one line: what was observed, with values.

Only `UnsupportedError` may have more: one line for each node of the model that
opc does not support, so that all are known at once.
"""

import re
from typing import NamedTuple

_NEEDS_VALUE = re.compile(r"needs the value of input '([^']*)'")
# A refusal says so; what a line without it says is a fault of the model.
_NOT_SUPPORTED = re.compile(r"\bsupported\b|needs the value of input")
# The forms of a line about something that is sound and not supported.
_REFUSALS = [
    re.compile(pattern)
    for pattern in (
        r"node '(?P<node>.*?)' \((?P<op>.*?), domain (?P<domain>.*?), "
        r"opset (?P<opset>-?\d+)(?:, (?P<dtype>.*?))?\): (?P<reason>.*)",
        r"(?:input|initializer) '(?P<node>.*?)': "
        r"(?P<reason>dtype (?P<dtype>\S+) is not supported.*)",
        r"(?:input|initializer) '(?P<node>.*?)': (?P<reason>.*)",
        r"(?P<reason>opset (?P<opset>\d+) of (?P<domain>\S+) is not "
        r"supported: .*)",
        r"(?P<reason>more than \d+ nodes, .*)",
        r"(?P<reason>IR version \d+ is not supported: .*)",
    )
]


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
    """Of its inputs."""
    reason: str
    """Why, with the nearest supported form."""

    @property
    def needs_value(self) -> str | None:
        """Its input whose value decides the form of the program, such as the
        axes of a reduction, if that is the reason.

        An input of the model may be given in `constants` of `opc.compile`.
        """
        found = _NEEDS_VALUE.search(self.reason)
        return found and found[1]


class Error(Exception):
    """Any failure that opc reports."""


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


class InternalError(Error):
    """opc is at fault. Please report it with the message."""


def from_status(status, message):
    """The exception for an opc_status and its message."""
    if status == 2:
        return UsageError(message)
    if status != 1:
        return InternalError(message)
    lines = message.splitlines()
    nodes = [_node(line) for line in lines]
    if nodes and all(nodes):
        return UnsupportedError(message, nodes)
    # Of a model that is unsound, nothing else matters.
    faults = [line for line in lines if not _node(line)]
    return InputError(faults[0] if faults else message)


def _node(line):
    """What a line says of a node or an input that is refused, if it does."""
    if not _NOT_SUPPORTED.search(line):
        return None
    for refusal in _REFUSALS:
        if found := refusal.search(line):
            parts = dict.fromkeys(UnsupportedNode._fields, "")
            parts |= found.groupdict(default="")
            parts["opset"] = int(parts["opset"] or 0)
            if parts["domain"] == "ai.onnx":
                parts["domain"] = ""
            return UnsupportedNode(**parts)
    return None
