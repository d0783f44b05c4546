"""Compiled models, and the functions that make them."""

import base64
import json
import os
import pathlib
import shutil
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from . import _opc
from .errors import InputError, UsageError


class TensorSpec(NamedTuple):
    """An input or an output of a model."""

    name: str
    dtype: numpy.dtype
    shape: tuple[int | str, ...]
    """Extents; the name of one that each run may choose, "?" if it has none."""


class Model:
    """A compiled model. Any number of threads may run it at the same time."""

    def __init__(self, program: _opc.Program, artifact: str | None = None):
        self._program = program
        self._artifact = artifact
        self._identity = artifact and _identity(artifact)
        self._specs: dict[str, list[TensorSpec]] = {}

    def run(
        self, inputs: dict[str, Any] | Sequence[Any]
    ) -> list[numpy.ndarray]:
        """Runs the model on numpy or DLPack arrays; gives all outputs in order.

        `inputs` is a dict by name, or a list or tuple in the order of `inputs`.
        Dense arrays in row-major order are read in place, others are copied.
        Raises `InputError` for a missing input, a wrong dtype or a wrong shape.
        """
        return self._program.run(inputs)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the program says of itself: target, inputs, outputs, kernels."""
        return self._program.manifest

    @property
    def inputs(self) -> list[TensorSpec]:
        """Name, dtype and shape of each input."""
        return self._tensors("inputs")

    @property
    def outputs(self) -> list[TensorSpec]:
        """Name, dtype and shape of each output."""
        return self._tensors("outputs")

    def set_threads(self, threads: int) -> None:
        """Sets how many threads each later run may use."""
        self._program.set_threads(threads)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the model as a .so, whole or not at all."""
        if self._artifact is None:
            self._program.save(os.fspath(path))
        elif _identity(self._artifact) == self._identity:
            _copy(self._artifact, os.fspath(path))
        else:
            raise InputError(
                f"'{self._artifact}' has changed since it was loaded"
            )

    def _tensors(self, which: str) -> list[TensorSpec]:
        if which not in self._specs:
            self._specs[which] = [
                TensorSpec(
                    tensor["name"],
                    _opc.numpy_dtype(tensor["dtype"]),
                    tuple(dim if dim != "" else "?" for dim in tensor["shape"]),
                )
                for tensor in self.manifest[which]
            ]
        return list(self._specs[which])

    def __repr__(self) -> str:
        def text(specs):
            return ", ".join(
                f"{name}: {dtype}{list(shape)}" for name, dtype, shape in specs
            )

        return f"<opc.Model ({text(self.inputs)}) -> ({text(self.outputs)})>"


def compile(
    model: Any,
    target: str = "cpu",
    threads: int = 1,
    dims: Mapping[str, int] | None = None,
    constants: Mapping[str, Any] | None = None,
    cache: bool | str | os.PathLike = True,
    directory: str | os.PathLike | None = None,
) -> Model:
    """Compiles an ONNX model for this machine.

    model      a path, the bytes of a model, or an onnx.ModelProto
    target     "cpu", "reference", or one of `targets()` as "NAME:CHIP"
    threads    how many threads a run may use
    dims       extents for symbolic dimensions, {"batch": 1}; one without a
               name is called "input.axis"
    constants  values for inputs, which are then inputs no more
    cache      whether to use the cache on disk, or another directory for it
    directory  where a model in memory finds its external data

    Raises `UnsupportedError` with all nodes that opc does not support,
    `InputError` for a damaged model, `UsageError` for wrong options.
    """
    options = {
        "target": target,
        "threads": threads,
        "cache": cache if isinstance(cache, bool) else os.fspath(cache),
    }
    if dims:
        options["dims"] = dict(dims)
    if constants:
        options["constants"] = {
            name: _constant(name, value) for name, value in constants.items()
        }
    text = _options_text(options)
    if isinstance(model, str | os.PathLike):
        return Model(_opc.compile(os.fspath(model), text))
    data = _model_bytes(model)
    place = None if directory is None else os.fspath(directory)
    return Model(_opc.compile_buffer(data, place, text))


def load(path: str | os.PathLike) -> Model:
    """Opens a .so that `Model.save` or `opc compile` wrote. Needs no compiler."""
    file = os.path.abspath(os.fspath(path))
    return Model(_opc.load(file), artifact=file)


def targets() -> dict[str, Any]:
    """All targets with their chips and what they declare."""
    return json.loads(_opc.targets())


_ONNX_NAMES = {"float32": "float", "float64": "double"}


def _constant(name: str, value: Any) -> dict[str, Any]:
    array = numpy.asarray(value)
    if array.dtype.hasobject or array.dtype.kind in "USMmc":
        raise UsageError(
            f"constant '{name}': dtype {array.dtype} is no tensor's"
        )
    dtype = array.dtype.newbyteorder("<")
    data = numpy.ascontiguousarray(array, dtype).tobytes()
    return {
        "dtype": _ONNX_NAMES.get(dtype.name, dtype.name),
        "shape": list(array.shape),
        "data": base64.b64encode(data).decode(),
    }


def _options_text(options: dict[str, Any]) -> str:
    try:
        return json.dumps(options)
    except (TypeError, ValueError) as error:
        raise UsageError(f"options: {error}") from None


def _model_bytes(model: Any) -> bytes:
    if isinstance(model, bytes):
        return model
    if isinstance(model, bytearray | memoryview):
        return bytes(model)
    if not hasattr(model, "SerializeToString"):
        raise UsageError(
            "model: expected a path, bytes or an onnx.ModelProto, got "
            + type(model).__name__
        )
    try:
        return model.SerializeToString()
    except Exception as error:  # noqa: BLE001 (protobuf's, above 2 GiB)
        raise InputError(f"model: cannot be serialised: {error}") from None


def _identity(path: str) -> tuple[int, ...] | None:
    """What tells that a file is still the one it was."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _copy(source: str, target: str) -> None:
    """Copies a file so that `target` appears whole or not at all."""
    partial = f"{target}.{os.getpid()}.{threading.get_ident()}"
    try:
        shutil.copyfile(source, partial)
        os.replace(partial, target)
    except OSError as error:
        pathlib.Path(partial).unlink(missing_ok=True)
        raise InputError(f"cannot write '{target}': {error.strerror}") from None
