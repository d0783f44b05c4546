"""`opc.compile(exported_program)`: the graph in JSON, its weights beside it."""

from typing import Any

import ml_dtypes
import numpy
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import (
    ConstantArgument,
    InputKind,
    OutputKind,
    SymBoolArgument,
    SymFloatArgument,
    SymIntArgument,
    TensorArgument,
)

from ..errors import UnsupportedError
from . import writer
from .decompose import decompositions

# Field of the schema, and that of the name behind it, by kind.
_INPUTS = {
    InputKind.PARAMETER: ("parameter", "parameter_name"),
    InputKind.BUFFER: ("buffer", "buffer_name"),
    InputKind.CONSTANT_TENSOR: ("tensor_constant", "tensor_constant_name"),
}
_OUTPUTS = {
    OutputKind.BUFFER_MUTATION: ("buffer_mutation", "buffer_name"),
    OutputKind.PARAMETER_MUTATION: ("parameter_mutation", "parameter_name"),
    OutputKind.USER_INPUT_MUTATION: ("user_input_mutation", "user_input_name"),
    OutputKind.GRADIENT_TO_PARAMETER: (
        "gradient_to_parameter",
        "parameter_name",
    ),
    OutputKind.GRADIENT_TO_USER_INPUT: (
        "gradient_to_user_input",
        "user_input_name",
    ),
}
_NUMBERS = (
    (SymIntArgument, "as_sym_int"),
    (SymFloatArgument, "as_sym_float"),
    (SymBoolArgument, "as_sym_bool"),
)


def read(program: ExportedProgram) -> tuple[bytes, dict[str, numpy.ndarray]]:
    """A program as the compiler takes it: its graph, and the values of its
    parameters, buffers and constants by the names of the graph's inputs.

    Values share the memory of the program's tensors, where they are dense. Raises
    UnsupportedError for what the schema has no words for.
    """
    program = program.run_decompositions(dict(decompositions(composites=True)))
    try:
        return write(program), _values(program)
    except writer.NotWritable as error:
        raise UnsupportedError(f"exported program: {error}") from None


def write(program: ExportedProgram) -> bytes:
    """The JSON of an exported program, without its weights."""
    signature = program.graph_signature
    return writer.write(
        program.graph_module,
        {
            "input_specs": [_input(each) for each in signature.input_specs],
            "output_specs": [_output(each) for each in signature.output_specs],
        },
        {
            str(symbol): writer.range_of(values)
            for symbol, values in program.range_constraints.items()
        },
    )


def _input(spec: Any) -> dict[str, Any]:
    if spec.kind in _INPUTS:
        field, named = _INPUTS[spec.kind]
        written = {"arg": {"name": spec.arg.name}, named: spec.target}
        if spec.kind is InputKind.BUFFER:
            written["persistent"] = spec.persistent
        return {field: written}
    if spec.kind is not InputKind.USER_INPUT:
        raise writer.NotWritable(f"an input of kind {spec.kind.name}")
    if isinstance(spec.arg, ConstantArgument):
        value = writer.constant(spec.arg.value)
        return {"constant_input": {"name": spec.arg.name, "value": value}}
    return {"user_input": {"arg": _argument(spec.arg)}}


def _output(spec: Any) -> dict[str, Any]:
    if spec.kind in _OUTPUTS:
        field, named = _OUTPUTS[spec.kind]
        return {field: {"arg": {"name": spec.arg.name}, named: spec.target}}
    if spec.kind is OutputKind.LOSS_OUTPUT:
        return {"loss_output": {"arg": {"name": spec.arg.name}}}
    if spec.kind is not OutputKind.USER_OUTPUT:
        raise writer.NotWritable(f"an output of kind {spec.kind.name}")
    return {"user_output": {"arg": _argument(spec.arg)}}


def _argument(argument: Any) -> dict[str, Any]:
    if isinstance(argument, TensorArgument):
        return {"as_tensor": {"name": argument.name}}
    for kind, field in _NUMBERS:
        if isinstance(argument, kind):
            return {field: {"as_name": argument.name}}
    if isinstance(argument, ConstantArgument):
        return writer.constant(argument.value)
    raise writer.NotWritable(f"an argument of type {type(argument).__name__}")


def _values(program: ExportedProgram) -> dict[str, numpy.ndarray]:
    known = {**program.constants, **program.state_dict}
    return {
        spec.arg.name: _array(known[spec.target])
        for spec in program.graph_signature.input_specs
        if spec.kind in _INPUTS
    }


def _array(tensor: torch.Tensor) -> numpy.ndarray:
    tensor = tensor.detach()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()
