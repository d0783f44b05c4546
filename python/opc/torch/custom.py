"""A user's own operators: a decomposition in Python, or a kernel in opc's IR."""

import re
from collections.abc import Callable
from typing import Any

import torch

from .. import model
from ..errors import UsageError
from . import decompose, dtypes


def decomposition(
    operator: torch._ops.OpOverload | torch._library.custom_ops.CustomOpDef,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Says of an operator what it is in terms of others, which opc then fuses.

        @opc.torch.decomposition(torch.ops.mine.square.default)
        def square(x):
            return x * x

    Its gradient is what `torch.library.register_autograd` says of it.
    """
    target = getattr(operator, "_opoverload", operator)
    if not isinstance(target, torch._ops.OpOverload):
        raise UsageError(
            "decomposition: expected an operator such as "
            f"torch.ops.mine.square.default, got {type(operator).__name__}"
        )

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        decompose.register(target, function)
        return function

    return register


def kernel(
    name: str,
    text: str,
    gradient: Callable[..., Any] | None = None,
    target: str = "cpu",
) -> torch._library.custom_ops.CustomOpDef:
    """A kernel in opc's IR as an operator of PyTorch, in eager and compiled.

        square = opc.torch.kernel("mine::square", '''
            ^bb0(%x: f32):
              %y = arith.mulf %x, %x : f32
              opc.element %y : f32
            ''', gradient=lambda grad, x: 2 * grad * x)

    name      with a namespace: torch.ops.mine.square is made
    text      a body of opc.map: what becomes of each element of tensors of one
              shape, whichever that is. Or a function @main, its inputs the
              operator's; an extent that is no number has a symbol, and so outputs
              have those of inputs
    gradient  a function of the gradients of the outputs and of the inputs: gives
              those of the inputs, one or a tuple. Operators that it is made of are
              compiled; without it there is no gradient
    target    as for `opc.compile`
    """
    if not re.fullmatch(r"\w+::\w+", name):
        raise UsageError(f"kernel: name: expected 'mine::square', got {name!r}")
    made = _made(text, target)
    operator = torch.library.custom_op(
        name, made.run, mutates_args=(), schema=made.schema()
    )
    operator.register_fake(made.shapes)
    if gradient is not None:
        operator.register_autograd(
            lambda ctx, *grads: gradient(*grads, *ctx.saved_tensors),
            setup_context=_keep_inputs,
        )
    decompose.kernels.add(operator._opoverload)
    return operator


_BODY = re.compile(r"(?:\s|//[^\n]*\n)*\^bb0\(([^)]*)\)\s*:")
_ELEMENT = re.compile(
    r"^[^/\n]*\bopc\.element\s+%\w+\s*:\s*(\w+)", re.MULTILINE
)


def _made(text: str, target: str) -> "_Kernel":
    body = _BODY.match(text)
    if not body:
        return _Kernel(model.compile(text, target=target))
    return _ElementwiseKernel(
        model.compile(_mapped(text, body[1]), target=target)
    )


def _mapped(body: str, arguments: str) -> str:
    """A function that maps a body over tensors of one axis."""
    types = [each.rpartition(":")[2].strip() for each in arguments.split(",")]
    results = _ELEMENT.findall(body)
    if not all(types) or not results:
        raise UsageError(
            "kernel: expected '^bb0(%x: f32): ... opc.element %y : f32'"
        )
    tensors = [f"tensor<?x{each}>" for each in types]
    given = ", ".join(
        f'%x{i}: {each} {{opc.name = "x{i}", '
        "opc.dims = affine_map<()[s0] -> (s0)>}"
        for i, each in enumerate(tensors)
    )
    operands = ", ".join(f"%x{i}" for i in range(len(types)))
    made = f"tensor<?x{results[-1]}>"
    return f"""
func.func @main({given}) -> ({made} {{opc.name = "y"}})
    attributes {{opc.symbols = ["elements"]}} {{
  %y = opc.map {operands} : ({", ".join(tensors)}) -> {made} {{
  {body}
  }}
  return %y : {made}
}}"""


def _keep_inputs(ctx: Any, inputs: Any, output: Any) -> None:
    """torch's hook before a gradient; it calls by these names."""
    del output
    ctx.save_for_backward(*inputs)


class _Kernel:
    """A program as a function of torch's tensors, and of their shapes."""

    def __init__(self, program: model.Model):
        self._program = program
        manifest = program.manifest
        self._inputs = manifest["inputs"]
        self._outputs = manifest["outputs"]
        known = {dim for each in self._inputs for dim in each["shape"]}
        for each in self._outputs:
            for dim in each["shape"]:
                if isinstance(dim, str) and (dim == "?" or dim not in known):
                    raise UsageError(
                        f"kernel: output '{each['name']}' has an extent "
                        f"'{dim}' that no input has"
                    )

    def schema(self) -> str:
        """The operator's arguments and results, as torch writes them."""
        given = ", ".join(f"Tensor x{i}" for i in range(len(self._inputs)))
        results = ", ".join("Tensor" for _ in self._outputs)
        return f"({given}) -> " + (
            results if len(self._outputs) == 1 else f"({results})"
        )

    def run(self, *inputs: torch.Tensor) -> Any:
        """Executes the program."""
        results = self._program.run(list(inputs))
        return results[0] if len(results) == 1 else tuple(results)

    def shapes(self, *inputs: torch.Tensor) -> Any:
        """Results without values."""
        extents = {
            dim: size
            for each, value in zip(self._inputs, inputs, strict=True)
            for dim, size in zip(each["shape"], value.shape, strict=True)
        }
        results = tuple(
            torch.empty(
                [
                    extents[dim] if isinstance(dim, str) else dim
                    for dim in each["shape"]
                ],
                dtype=dtypes.NAMED[each["dtype"]],
            )
            for each in self._outputs
        )
        return results[0] if len(results) == 1 else results


class _ElementwiseKernel(_Kernel):
    """One that sees tensors of any shape as rows of their elements."""

    def run(self, *inputs: torch.Tensor) -> Any:
        """Executes the program."""
        if any(each.shape != inputs[0].shape for each in inputs):
            raise ValueError(
                "kernel: expected tensors of one shape, got "
                + ", ".join(str(list(each.shape)) for each in inputs)
            )
        rows = super().run(*(each.reshape(-1) for each in inputs))
        return rows.reshape(inputs[0].shape)

    def shapes(self, *inputs: torch.Tensor) -> Any:
        """A result without values."""
        dtype = dtypes.NAMED[self._outputs[0]["dtype"]]
        return torch.empty(inputs[0].shape, dtype=dtype)
