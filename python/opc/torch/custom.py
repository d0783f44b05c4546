"""A user's own operators: a decomposition in Python, or a kernel in opc's IR."""

import re
from collections.abc import Callable
from typing import Any

import torch

from .. import model
from ..errors import UsageError
from . import decompose

_DTYPES = {
    "bool": torch.bool,
    "i8": torch.int8,
    "i16": torch.int16,
    "i32": torch.int32,
    "i64": torch.int64,
    "u8": torch.uint8,
    "u16": torch.uint16,
    "u32": torch.uint32,
    "u64": torch.uint64,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
}


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
            func.func @main(%x: tensor<?xf32> {opc.dims = ..., opc.name = "x"}) ...
            ''', gradient=lambda grad, x: 2 * grad * x)

    name      with a namespace: torch.ops.mine.square is made
    text      a function @main, its inputs the operator's; an extent that is no
              number has a symbol, and so outputs have those of inputs
    gradient  a function of the gradients of the outputs and of the inputs: gives
              those of the inputs, one or a tuple. Operators that it is made of are
              compiled; without it there is no gradient
    target    as for `opc.compile`
    """
    if not re.fullmatch(r"\w+::\w+", name):
        raise UsageError(f"kernel: name: expected 'mine::square', got {name!r}")
    program = model.compile(text, target=target)
    made = _Kernel(program)
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
                dtype=_DTYPES[each["dtype"]],
            )
            for each in self._outputs
        )
        return results[0] if len(results) == 1 else results
