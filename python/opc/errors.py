"""What opc raises. Every message is one line: what was observed, with values.

Only `UnsupportedError` may have more: one line for each node of the model that
opc does not support, so that all are known at once.
"""

import re
from typing import NamedTuple

_NEEDS_VALUE = re.compile(r"needs the value of input '([^']*)'")
_NODE = re.compile(
    r"node '(?P<node>.*?)' \((?P<op>.*?), domain (?P<domain>.*?), "
    r"opset (?P<opset>-?\d+)(?:, (?P<dtype>.*?))?\): (?P<reason>.*)"
)


class UnsupportedNode(NamedTuple):
    """A node that opc refuses."""

    node: str
    """Its name, or that of its first output."""
    domain: str
    """"" for ONNX's own operators."""
    op: str
    opset: int
    """Version of the domain that the model imports."""
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
    nodes = [found for line in message.splitlines() if (found := _node(line))]
    return UnsupportedError(message, nodes) if nodes else InputError(message)


def _node(line):
    """What a line says of a node that is refused, if it does."""
    found = _NODE.search(line)
    if not found:
        return None
    parts = found.groupdict(default="")
    parts["opset"] = int(parts["opset"])
    if parts["domain"] == "ai.onnx":
        parts["domain"] = ""
    return UnsupportedNode(**parts)
