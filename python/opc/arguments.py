"""What callers give, checked and brought into one form.

Whatever is wrong is a `UsageError` that says what was expected.
"""

import json
import operator
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from .errors import InputError, UsageError


def file_path(name: str, value: Any) -> bytes:
    """A path as the system has it; `name` is the argument's."""
    try:
        path = os.fsencode(value)
    except TypeError:
        raise UsageError(
            f"{name}: expected a str, bytes or os.PathLike, got "
            + type(value).__name__
        ) from None
    except UnicodeEncodeError:
        raise UsageError(f"{name}: {value!r} is no name of a file") from None
    if b"\0" in path:
        raise UsageError(f"{name}: {path!r} holds a NUL")
    return path


def integer(name: str, value: Any) -> int:
    """A whole number of Python or numpy; bool is none."""
    if isinstance(value, bool | numpy.bool_):
        raise UsageError(f"{name}: expected a whole number, got {value!r}")
    try:
        return operator.index(value)
    except TypeError:
        raise UsageError(
            f"{name}: expected a whole number, got {_shown(value)}"
        ) from None


def compile_options(
    target: Any,
    threads: Any,
    dims: Any,
    outputs: Any,
    donate: Any,
    cache: Any,
    lend: Sequence[str] = (),
) -> str:
    """The options of opc-c/compiler.h."""
    options = {
        "target": _text("target", target),
        "threads": integer("threads", threads),
        "cache": _cache(cache),
    }
    if dims is not None:
        options["dims"] = {
            name: integer(f"dims: {name!r}", extent)
            for name, extent in _items("dims", dims)
        }
    if outputs is not None:
        options["outputs"] = _names("outputs", outputs)
    if donate is not None:
        options["donate"] = _donations(donate)
    if lend:
        options["lend"] = list(lend)
    return json.dumps(options)


def constant_arrays(constants: Any) -> list[tuple[bytes, numpy.ndarray]]:
    """Names and values as opc-c/compiler.h takes them, copied where they are not
    dense, in row-major order and in this machine's byte order.
    """
    if constants is None:
        return []
    return [
        (_c_string(name), _constant(name, value))
        for name, value in _items("constants", constants)
    ]


# How IR begins, behind comments.
_IR = re.compile(
    r"(?:\s|//[^\n]*\n)*"
    r"(?:module|func\.func|\"builtin\.module\"|[#!]|\{-#)"
)


def is_path(model: Any) -> bool:
    """Whether a model is given as the path of a file. A str may be IR instead:
    then it begins so, and has a line's end or a function in it.
    """
    if isinstance(model, str):
        has_code = "\n" in model or "func.func" in model
        return not (has_code and _IR.match(model))
    return isinstance(model, os.PathLike)


def model_bytes(model: Any) -> bytes:
    """A model in memory: bytes, IR as text, or what has SerializeToString."""
    if isinstance(model, str):
        return model.encode(errors="backslashreplace")
    if isinstance(model, bytes):
        return model
    if isinstance(model, bytearray | memoryview):
        return bytes(model)
    if isinstance(model, type) or not hasattr(model, "SerializeToString"):
        raise UsageError(
            "model: expected a path, bytes, IR or an onnx.ModelProto, got "
            + _shown(model)
        )
    try:
        return bytes(model.SerializeToString())
    except Exception as error:  # noqa: BLE001 (protobuf's, above 2 GiB)
        raise InputError(f"model: cannot be serialised: {error}") from None


def _shown(value: Any) -> str:
    """A value for a message: itself where it is short, else its type."""
    if isinstance(value, str | int | float | None):
        return repr(value)[:80]
    return type(value).__name__


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name}: expected a str, got {_shown(value)}")
    return value


def _cache(value: Any) -> bool | str:
    if isinstance(value, bool | numpy.bool_):
        return bool(value)
    path = file_path("cache", value)
    try:
        return path.decode()
    except UnicodeDecodeError:
        raise UsageError(f"cache: {path!r} is no UTF-8") from None


def _items(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{name}: expected a dict, got {_shown(value)}")
    return [(_text(f"{name}: a name", key), value[key]) for key in value]


def _names(name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise UsageError(
            f"{name}: expected a list or tuple of names, got {_shown(value)}"
        )
    return [_text(f"{name}: a name", item) for item in value]


def _donations(value: Any) -> list[Any]:
    """Inputs by name or number, alone or with an output's name."""
    if isinstance(value, Mapping):
        return [
            [_donor(name), _text("donate: an output", value[name])]
            for name in value
        ]
    if not isinstance(value, list | tuple):
        raise UsageError(
            "donate: expected a dict, list or tuple of inputs, got "
            + _shown(value)
        )
    return [_donor(item) for item in value]


def _donor(value: Any) -> str | int:
    return value if isinstance(value, str) else integer("donate", value)


def _c_string(name: str) -> bytes:
    """A name in C, which no model has if that changes it."""
    return name.encode(errors="backslashreplace").replace(b"\0", b"\\x00")


# A byte holds each element of fewer bits.
_BYTES = {"int2": "i1", "int4": "i1", "uint2": "u1", "uint4": "u1"}


def _constant(name: str, value: Any) -> numpy.ndarray:
    array = _array(name, value)
    if isinstance(array, numpy.ma.MaskedArray) and numpy.ma.is_masked(array):
        raise UsageError(f"constants: {name!r} has masked elements")
    dtype = _BYTES.get(array.dtype.name) or array.dtype.newbyteorder("=")
    return numpy.asarray(array, dtype, order="C")


def _array(name: str, value: Any) -> numpy.ndarray:
    # What frameworks put off is done first: numpy does not know of it.
    for resolve in ("resolve_neg", "resolve_conj", "detach"):
        if hasattr(value, resolve) and not isinstance(value, type):
            value = getattr(value, resolve)()
    try:
        return numpy.asanyarray(value)
    except Exception as error:  # noqa: BLE001 (of any framework)
        reason = str(error).splitlines() or [type(error).__name__]
        raise UsageError(
            f"constants: {name!r}: {type(value).__name__} is no array: "
            + reason[0]
        ) from None
