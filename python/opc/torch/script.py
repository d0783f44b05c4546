"""A graph and its inputs as a script that stands alone."""

import base64
import zlib
from collections.abc import Sequence

import torch
from torch.fx import GraphModule, Node

from .settings import Settings
from .trials import Failure

_HEAD = '''"""What opc computes here: {kind}

{why}
"""

import base64
import sys
import zlib

import torch
from torch import device, inf, nan

import opc.torch
from opc.torch.settings import Settings


def tensor(data, dtype, size, stride, requires_grad):
    """A tensor of these bytes."""
    memory = bytearray(zlib.decompress(base64.b85decode(data)))
    flat = torch.frombuffer(memory, dtype=dtype) if memory else torch.empty(0, dtype=dtype)
    return flat.as_strided(size, stride).requires_grad_(requires_grad)


'''
_TAIL = """
settings = {settings!r}
failure = opc.torch.failure(function, inputs, settings)
print(failure or "opc and eager agree")
sys.exit(failure is not None)
"""


def write(
    module: GraphModule,
    inputs: Sequence[torch.Tensor],
    failure: Failure,
    settings: Settings,
) -> str:
    """The text of the script."""
    quoted = failure.why.replace("\\", "/").replace('"""', "'''")
    lines = [_HEAD.format(kind=failure.kind, why=quoted)]
    lines += [_function(module), "\n\ninputs = [\n"]
    lines += [f"    {_tensor(x)},\n" for x in inputs]
    lines += ["]\n", _TAIL.format(settings=settings)]
    return "".join(lines)


def _function(module: GraphModule) -> str:
    """The graph as Python, one line for each node."""
    graph = module.graph
    given = [node.name for node in graph.find_nodes(op="placeholder")]
    lines = [f"def function({', '.join(given)}):"]
    lines += [
        f"    {node.name} = {_call(node)}"
        for node in graph.nodes
        if node.op == "call_function"
    ]
    lines.append(f"    return {_text(graph.output_node().args[0])}")
    return "\n".join(lines)


def _call(node: Node) -> str:
    given = [_text(each) for each in node.args]
    given += [f"{name}={_text(each)}" for name, each in node.kwargs.items()]
    if isinstance(node.target, torch._ops.OpOverload):
        return f"torch.ops.{node.target}({', '.join(given)})"
    return f"{given[0]}[{given[1]}]"  # one of several results


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, Node):
        return value.name
    plain = isinstance(value, torch.dtype | torch.layout | torch.memory_format)
    return str(value) if plain else repr(value)


def _tensor(x: torch.Tensor) -> str:
    """A call of the script's `tensor`, with the memory between the elements."""
    span = 1 + sum(
        (size - 1) * stride
        for size, stride in zip(x.shape, x.stride(), strict=True)
    )
    flat = x.detach().as_strided((span if x.numel() else 0,), (1,))
    data = flat.contiguous().view(torch.uint8).numpy().tobytes()
    text = base64.b85encode(zlib.compress(data, 9)).decode()
    return (
        f"tensor({text!r}, {x.dtype}, {tuple(x.shape)}, {x.stride()}, "
        f"{x.requires_grad})"
    )
