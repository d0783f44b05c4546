"""opc as a backend of the onnx package (`onnx.backend.base.Backend`).

    from opc.onnx import Backend

    rep = Backend.prepare(model)
    outputs = rep.run(inputs)

A model that opc does not support raises `opc.UnsupportedError` in `prepare`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
import onnx
import onnx.helper
import onnx.shape_inference
from onnx.backend.base import Backend as _Backend
from onnx.backend.base import BackendRep as _BackendRep
from onnx.backend.base import Device, DeviceType, namedtupledict

from ..errors import (
    InputError,
    UnsupportedError,
    UnsupportedNode,
    UsageError,
)
from ..model import Model, compile

__all__ = ["Backend", "BackendRep", "ReferenceBackend"]


# Integers of fewer bits than a byte, by the bytes that programs take for them.
_BYTES = {
    onnx.TensorProto.INT2: numpy.int8,
    onnx.TensorProto.INT4: numpy.int8,
    onnx.TensorProto.UINT2: numpy.uint8,
    onnx.TensorProto.UINT4: numpy.uint8,
}
_FROM_BYTES = {
    kind: onnx.helper.tensor_dtype_to_np_dtype(kind) for kind in _BYTES
}


def _kinds(values: Any) -> dict[str, int]:
    return {value.name: value.type.tensor_type.elem_type for value in values}


class BackendRep(_BackendRep):
    """A model that is ready to run.

    Where the value of an input decides what the program is, such as the axes of
    a reduction, the model is compiled at the first run with that value and kept
    for later runs with the same one.
    """

    def __init__(self, model: onnx.ModelProto, **options: Any):
        if not isinstance(model, onnx.ModelProto):
            raise UsageError(
                f"model: expected an onnx.ModelProto, got {type(model).__name__}"
            )
        self._model = model
        self._options = options
        weights = {tensor.name for tensor in model.graph.initializer}
        self._inputs = [
            value.name
            for value in model.graph.input
            if value.name not in weights
        ]
        self._outputs = [value.name for value in model.graph.output]
        self._kinds = _kinds(model.graph.input) | _kinds(model.graph.output)
        self._fixed: list[str] = []
        self._variants: dict[Any, Model] = {}
        try:
            self._variants[()] = compile(model, **options)
        except UnsupportedError as error:
            self._fix_more(error)

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Runs the model; `inputs` is a list or tuple, a dict, or one array."""
        values = self._named(inputs)
        variant = self._variant(values)
        taken = {spec.name for spec in variant.inputs}
        outputs = variant.run(
            {
                name: self._converted(name, value, _BYTES)
                for name, value in values.items()
                if name in taken
            }
        )
        named = zip(self._outputs, outputs, strict=True)
        outputs = [self._converted(*pair, _FROM_BYTES) for pair in named]
        return namedtupledict("Outputs", self._outputs)(*outputs)

    def _converted(self, name: str, value: Any, to: dict[int, Any]) -> Any:
        """`value` in the type that `to` gives for the tensor `name`, if any."""
        kind = self._kinds.get(name)
        return numpy.asarray(value).astype(to[kind]) if kind in to else value

    def _named(self, inputs: Any) -> dict[str, Any]:
        if isinstance(inputs, Mapping):
            return dict(inputs)
        if not isinstance(inputs, list | tuple):
            inputs = [inputs]
        if len(inputs) != len(self._inputs):
            raise InputError(
                f"expected {len(self._inputs)} inputs, got {len(inputs)}"
            )
        return dict(zip(self._inputs, inputs, strict=True))

    def _fix_more(self, error: UnsupportedError) -> None:
        """Fixes the inputs whose values would lift every refusal, or raises."""
        if not all(node.needs_value for node in error.nodes):
            raise error
        graph = self._model.graph
        wanted = _origins(
            graph, {v for node in error.nodes for v in _values(graph, node)}
        )
        new = [
            name
            for name in self._inputs
            if name in wanted and name not in self._fixed
        ]
        if not new:
            raise error
        self._fixed += new

    def _variant(self, values: dict[str, Any]) -> Model:
        """The model compiled for the fixed inputs' values."""
        while True:
            if missing := [name for name in self._fixed if name not in values]:
                raise InputError(f"input '{missing[0]}' is missing")
            fixed = {name: numpy.asarray(values[name]) for name in self._fixed}
            key = tuple(
                (array.dtype.str, array.shape, array.tobytes())
                for array in fixed.values()
            )
            if key not in self._variants:
                try:
                    self._variants[key] = compile(
                        self._model, constants=fixed, **self._options
                    )
                except UnsupportedError as error:
                    self._fix_more(error)
                    continue
            return self._variants[key]


class Backend(_Backend):
    """Runs ONNX models on this machine's processor."""

    target = "cpu"

    @classmethod
    def prepare(
        cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any
    ) -> BackendRep:
        """Compiles `model`; keywords that `opc.compile` has go to it."""
        if not cls.supports_device(device):
            raise InputError(f"device {device!r:.80}: expected 'CPU'")
        names = ("threads", "dims", "cache", "directory")
        options = {name: kwargs[name] for name in names if name in kwargs}
        return BackendRep(
            model, target=kwargs.get("target", cls.target), **options
        )

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[numpy.dtype, tuple[int, ...]]]
        | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Runs one node of opset `opset_version`, onnx's own without it."""
        if isinstance(inputs, Mapping):
            inputs = [inputs[name] for name in node.input if name]
        version = kwargs.pop("opset_version", onnx.defs.onnx_opset_version())
        model = _model_of_node(node, inputs, outputs_info, version)
        return cls.prepare(model, device, **kwargs).run(list(inputs))

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Only the processor."""
        try:
            return Device(device).type == DeviceType.CPU
        except (AttributeError, TypeError, ValueError):  # no name of a device
            return False


class ReferenceBackend(Backend):
    """The same through plain loops, which every other target is checked with."""

    target = "reference"


def _values(graph: onnx.GraphProto, refused: UnsupportedNode) -> list[str]:
    """The values that a refused node needs to know; all it reads if unsure."""
    formal = _formal_inputs(refused)
    found = []
    for node in graph.node:
        unnamed = not node.name and node.op_type == refused.op
        if not unnamed and node.name != refused.node:
            continue
        pairs = list(zip(formal, node.input, strict=False))
        named = [value for name, value in pairs if name == refused.needs_value]
        found += named or node.input
    return found


def _formal_inputs(refused: UnsupportedNode) -> list[str]:
    """What the standard calls the inputs of an operator."""
    try:
        schema = onnx.defs.get_schema(refused.op, refused.opset, refused.domain)
    except onnx.defs.SchemaError:
        return []
    return [value.name for value in schema.inputs]


def _origins(graph: onnx.GraphProto, names: set[str]) -> set[str]:
    """All values that the values `names` are computed from, and themselves."""
    makers = {name: node for node in graph.node for name in node.output}
    found: set[str] = set()
    open_names = set(names)
    while open_names:
        name = open_names.pop()
        found.add(name)
        if name in makers:
            open_names |= set(makers[name].input) - found
    return found


def _value_info(name: str, dtype: Any, shape: Any) -> onnx.ValueInfoProto:
    kind = onnx.helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype))
    return onnx.helper.make_tensor_value_info(name, kind, shape)


def _model_of_node(
    node: onnx.NodeProto, inputs: Any, outputs_info: Any, version: int
) -> onnx.ModelProto:
    names = [name for name in node.input if name]
    values = [
        _value_info(name, numpy.asarray(value).dtype, numpy.shape(value))
        for name, value in zip(names, inputs, strict=True)
    ]
    results = [name for name in node.output if name]
    outputs = [onnx.ValueInfoProto(name=name) for name in results]
    if outputs_info is not None:
        outputs = [
            _value_info(name, *info)
            for name, info in zip(results, outputs_info, strict=True)
        ]
    graph = onnx.helper.make_graph(
        [node], node.op_type or "node", values, outputs
    )
    opset = onnx.helper.make_opsetid(node.domain, version)
    model = onnx.helper.make_model(graph, opset_imports=[opset])
    return onnx.shape_inference.infer_shapes(model)
