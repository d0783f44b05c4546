"""`opc.compile` for chips that an emulated machine executes.

    with emulated.chips({"cpu:x86-64-v4": mailbox}):
        opc.compile(model, target="cpu:x86-64-v4").run(inputs)

Programs are compiled here and run there, as the machine says. Whatever calls
`opc.compile`, `opc.onnx` and `opc.targets` in between needs to know nothing of it:
`pytest -p emulated` runs tests that way. The variable OPC_EMULATED has a target, and
behind "=" the folder of a machine that is on; without one qemu runs its code.
"""

import contextlib
import ctypes
import io
import json
import os
import pathlib
import re
import shlex
import signal
import tempfile
from unittest import mock

import emulator
import ml_dtypes
import numpy as np
import opc
import opc.model
import opc.onnx
import qemu
from opc import arguments, errors

# In the order of opc_dtype (opc-c/opc.h).
DTYPES = [
    np.dtype(name)
    for name in (
        "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16"
    ).split()
] + [np.dtype(ml_dtypes.bfloat16), np.dtype("f4"), np.dtype("f8")]


class Killed(Exception):
    """A program that ended by a signal, which is the message."""


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("dims", ctypes.POINTER(ctypes.c_int64)),
    ]


class _Constant(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", _Tensor)]


class _Model(ctypes.Structure):
    _fields_ = [
        ("path", ctypes.c_char_p),
        ("data", ctypes.c_char_p),
        ("size", ctypes.c_size_t),
        ("directory", ctypes.c_char_p),
        ("constants", ctypes.POINTER(_Constant)),
        ("num_constants", ctypes.c_size_t),
    ]


def _tensor(array):
    dims = (ctypes.c_int64 * array.ndim)(*array.shape)
    return _Tensor(
        array.ctypes.data, DTYPES.index(array.dtype), array.ndim, dims
    )


def _compile_file(output):
    """What `opc.model` calls to compile, but to the file `output`."""
    compiler = ctypes.CDLL(str(emulator.BUILD / "lib/libopc.so"))
    runtime = ctypes.CDLL(str(emulator.BUILD / "lib/libopc_runtime.so"))
    for name in ("opc_last_error", "opc_last_diagnostics"):
        getattr(runtime, name).restype = ctypes.c_char_p

    def call(path, data, directory, constants, options, _log):
        values = (_Constant * len(constants))(
            *(_Constant(name, _tensor(array)) for name, array in constants)
        )
        size = 0 if data is None else len(data)
        model = _Model(path, data, size, directory, values, len(constants))
        status = compiler.opc_compile_file(
            ctypes.byref(model), os.fsencode(output), options.encode()
        )
        if status:
            raise errors.from_diagnostics(
                status,
                runtime.opc_last_error().decode(),
                runtime.opc_last_diagnostics().decode(),
            )

    return call


class Model:
    """A program of another chip; has what tests ask of an `opc.Model`."""

    def __init__(self, machine, program):
        self._machine = machine
        self._program = program
        with tempfile.NamedTemporaryFile() as file:
            file.write(program)
            file.flush()
            self.manifest = opc.inspect(file.name)
        self.inputs, self.outputs = (
            opc.Model._tensors(_Specs(self.manifest), which)
            for which in ("inputs", "outputs")
        )

    def run(self, inputs, out=None):
        """Runs the program in the machine; see `opc.Model.run`."""
        if out is not None:
            raise opc.UsageError("out: an emulated program has results only")
        if not isinstance(inputs, dict):
            inputs = {
                spec.name: value
                for spec, value in zip(self.inputs, inputs, strict=True)
            }
        files = {self._machine.file: self._program}
        words = [*self._machine.runner, "--json", "--output", "out"]
        for number, (name, value) in enumerate(inputs.items()):
            files[f"{number}.npy"] = _saved(value)
            words += ["--input", f"{name}={number}.npy"]
        answer = self._machine.run(shlex.join(map(str, words)), files)
        if answer.status:
            raise _failure(answer)
        outputs = json.loads(answer.files["stdout"])["outputs"]
        return [
            _loaded(answer.files[output["file"]], spec.dtype)
            for output, spec in zip(outputs, self.outputs, strict=True)
        ]


class _Specs:
    """As much of an `opc.Model` as tells inputs and outputs."""

    def __init__(self, manifest):
        self.manifest, self._specs = manifest, {}


def _saved(value):
    stream = io.BytesIO()
    np.save(stream, np.asarray(value, order="C"))
    return stream.getvalue()


def _loaded(data, dtype):
    array = np.load(io.BytesIO(data))
    return array.view(dtype) if array.dtype != dtype else array


def _failure(answer):
    """How `opc run` ended: it has complained, or was killed."""
    text = answer.files["stderr"].decode(errors="replace").strip()
    if crash := re.search("signal: (.*)", answer.crash):
        return Killed(crash[1])
    if answer.status > 128:
        return Killed(signal.Signals(answer.status - 128).name)
    message = text.removeprefix("opc: error: ")
    return {1: opc.InputError, 2: opc.UsageError}.get(
        answer.status, opc.InternalError
    )(message)


def pytest_configure(config):
    """Of a plugin of pytest."""
    target, _, folder = os.environ["OPC_EMULATED"].partition("=")
    chip = target.removeprefix("cpu:")
    machine = emulator.Mailbox(folder) if folder else qemu.Machine(chip)
    patches = contextlib.ExitStack()
    patches.enter_context(chips({target: machine}))
    config.add_cleanup(patches.close)


@contextlib.contextmanager
def chips(machines):
    """Makes the targets {"NAME:CHIP": machine}, and no others, run here."""
    native = opc.model.compile, opc.model.targets

    def compile(model, target="cpu", **options):
        if target not in machines:
            return native[0](model, target, **options)
        constants = options.pop("constants", None)
        directory = options.pop("directory", None)
        given = ("threads", "dims", "outputs", "donate", "cache")
        defaults = dict(zip(given, (1, None, None, None, True), strict=True))
        asked = arguments.compile_options(target, **(defaults | options))
        text = json.dumps({**json.loads(asked), "emit": machines[target].emit})
        with tempfile.TemporaryDirectory(prefix="opc-emulated-") as folder:
            file = pathlib.Path(folder, machines[target].file)
            opc.model._with_model(
                _compile_file(file), model, directory, constants, text
            )
            return Model(machines[target], file.read_bytes())

    def targets():
        found = native[1]()
        for target in found["targets"]:
            for chip in target["chips"]:
                name = target["name"] + ":" + chip["name"]
                chip["runs_here"] = name in machines
                chip["missing"] = "" if name in machines else "emulation"
        return found

    replaced = {"compile": compile, "targets": targets}
    with contextlib.ExitStack() as patches:
        for module in (opc, opc.onnx, opc.model):
            for name in replaced.keys() & vars(module).keys():
                patches.enter_context(
                    mock.patch.object(module, name, replaced[name])
                )
        yield
