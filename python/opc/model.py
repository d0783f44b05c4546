"""Compiled models, and the functions that make them."""

import logging
import os
import pathlib
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from . import _opc
from .arguments import (
    compile_options,
    constant_arrays,
    file_path,
    integer,
    is_path,
    model_bytes,
)
from .errors import InputError, UsageError
from .profile import Profile, make_profile

_logger = logging.getLogger("opc")


class TensorSpec(NamedTuple):
    """An input or an output of a model."""

    name: str
    dtype: numpy.dtype
    shape: tuple[int | str, ...]
    """Extents; the name of one that each run may choose, "?" if it has none."""


class Model:
    """A compiled model. Any number of threads may run it at the same time."""

    def __init__(self, program: _opc.Program, artifact: bytes | None = None):
        if not isinstance(program, _opc.Program):
            raise UsageError(
                "Model: made by opc.compile and opc.load, not of "
                + type(program).__name__
            )
        self._program = program
        self._artifact = artifact
        self._identity = artifact and _identity(artifact)
        self._specs: dict[str, list[TensorSpec]] = {}
        self._profiling = threading.Lock()

    def run(
        self,
        inputs: dict[str, Any] | Sequence[Any],
        out: Any = None,
    ) -> list[Any]:
        """Runs the model on numpy or DLPack arrays; gives all outputs in order.

        `inputs` is a dict by name, or a list or tuple in the order of `inputs`.
        Dense arrays in row-major order are read in place, others are copied.
        Outputs are numpy arrays, or tensors of torch if an input is one;
        gradients are not recorded.

        `out` names arrays that results are written to, and that are then what
        is given: a dict by name, a list or tuple in the order of `outputs` with
        None for an output that is to be a new array, or the array itself where
        there is one output. Such an array has the output's dtype and shape, is
        dense and in row-major order, and shares no memory with an input or with
        another of `out`. If the run fails, what is in it is not specified.

        Raises `InputError` for a missing input, and for an array of a wrong
        dtype or shape or that cannot be written to.
        """
        return self._program.run(inputs, out)

    def profile(
        self, inputs: dict[str, Any] | Sequence[Any], runs: int = 1
    ) -> Profile:
        """Runs the model `runs` times and says what each kernel took.

        Runs of other threads meanwhile are counted, too. A kernel's first run
        may take longer than later ones: run the model once before.
        """
        count = integer("runs", runs)
        if count < 1:
            raise UsageError(f"runs: {count} is less than 1")
        seconds = []
        with self._profiling:
            self._program.start_profile()
            try:
                for _ in range(count):
                    start = time.perf_counter()
                    self._program.run(inputs, None)
                    seconds.append(time.perf_counter() - start)
            finally:
                raw = self._program.stop_profile()
        return make_profile(seconds, raw, self.manifest)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the program says of itself: target, inputs, outputs, kernels."""
        return self._program.manifest

    @property
    def metadata(self) -> dict[str, Any]:
        """What the model says of itself: "producer", "producer_version",
        "domain", "version", "doc", "graph", "graph_doc", and its own properties
        under "metadata"; what it leaves out is absent.
        """
        return dict(self.manifest.get("model", {}))

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
        self._program.set_threads(integer("threads", threads))

    def save(self, path: str | bytes | os.PathLike) -> None:
        """Writes the model as a .so, whole or not at all."""
        target = file_path("path", path)
        if self._artifact is None:
            self._program.save(target)
        elif _identity(self._artifact) == self._identity:
            _copy(self._artifact, target)
        else:
            raise InputError(
                f"'{os.fsdecode(self._artifact)}' has changed since it was "
                "loaded"
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
        def shown(name):  # a terminal may see it
            return name if name.isprintable() else ascii(name)[1:-1]

        def text(specs):
            return ", ".join(
                f"{shown(name)}: {dtype}{list(shape)}"
                for name, dtype, shape in specs
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
    outputs: Sequence[str] | None = None,
    donate: Sequence[str | int] | Mapping[str | int, str] | None = None,
    lend: Sequence[str] = (),
) -> Model:
    """Compiles an ONNX model, a PyTorch graph, or IR, for this machine.

    model      a path, the bytes of a model, an onnx.ModelProto, or IR as text
               (str or bytes); a PyTorch graph is a .pt2 file or the JSON of an
               exported program (docs/Torch.md)
    target     "cpu", "reference", or one of `targets()` as "NAME:CHIP"
    threads    how many threads a run may use
    dims       extents for symbolic dimensions, {"batch": 1}; one without a
               name is called "input.axis"
    constants  values for inputs, which are then inputs no more; read where
               they are, so that a numpy.memmap is not loaded
    cache      whether to use the cache on disk, or another directory for it,
               which nobody else may write
    directory  where a model in memory finds its external data
    outputs    names of the outputs to compute, in this order, or of values
               between nodes; what they do not need, inputs as well, is left out
    donate     names or numbers of inputs to whose memory a run writes an output
               of the same dtype and shape, as for a state that each run
               replaces: the output that a dict names, {"state": "next"}, else
               the first that no other input has. Such an array must be one that
               `out` could be, and is what `run` gives for the output, unless
               `out` has another
    lend       names of inputs in whose memory a run may compute once they are
               read, where its caller says so (opc_run_lending of opc-c/opc.h);
               `run` says so of none

    Raises `UnsupportedError` with all nodes that opc does not support,
    `InputError` for a damaged model, `UsageError` for wrong options.

    The logger "opc" is told each step at the level INFO. Ctrl-C stops a
    compilation.
    """
    text = compile_options(target, threads, dims, outputs, donate, cache, lend)
    if type(model).__module__.startswith("torch.export"):
        from .torch import exported  # loads torch, which is loaded then

        model, values = exported.read(model)
        constants = {**values, **(constants or {})}
    return Model(_with_model(_opc.compile, model, directory, constants, text))


def inspect(
    model: Any,
    target: str = "cpu",
    dims: Mapping[str, int] | None = None,
    constants: Mapping[str, Any] | None = None,
    directory: str | os.PathLike | None = None,
    outputs: Sequence[str] | None = None,
    donate: Sequence[str | int] | Mapping[str | int, str] | None = None,
) -> dict[str, Any]:
    """What there is to know of a file, without running it.

    Of a model (which may be what `compile` takes, with its arguments): "inputs",
    "outputs", "opsets", "ir_version", "nodes", what it says of itself as
    "model", and whether `compile` takes it as "supported", with the lines of the
    refusal in "errors".

    Of a compiled .so, for whatever machine: its manifest, whether it "runs_here"
    and, if not, what is "missing".
    """
    text = compile_options(target, 1, dims, outputs, donate, False)
    if is_path(model) and _is_program(file_path("model", model)):
        given = (dims, constants, directory, outputs, donate)
        if target != "cpu" or any(given):
            raise UsageError(
                f"'{model}' is compiled already: only models take options"
            )
        return _opc.inspect_program(file_path("model", model))
    return _with_model(_opc.inspect_model, model, directory, constants, text)


def explain(
    model: Any,
    target: str = "cpu",
    threads: int = 1,
    dims: Mapping[str, int] | None = None,
    constants: Mapping[str, Any] | None = None,
    directory: str | os.PathLike | None = None,
    outputs: Sequence[str] | None = None,
    donate: Sequence[str | int] | Mapping[str | int, str] | None = None,
) -> list[dict[str, Any]]:
    """What became of each kernel that `compile` makes with these arguments.

    A list of dicts: "name" and "ops" as in the manifest; "schedule", what wrote
    it; "declined", a list of others that are meant for such kernels ("schedule",
    "all" where none was asked, and "why"); and its IR as text, "before" and
    "after" it was scheduled. A kernel that no schedule took and that was broken up
    names in "into" what it became; its "schedule" and "after" are "". No code is
    generated.
    """
    text = compile_options(target, threads, dims, outputs, donate, False)
    return _with_model(_opc.explain_model, model, directory, constants, text)


def survey(
    model: Any, dims: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """All that opc's front end refuses of a model, without compiling it.

    A list of records as in `OpcError.diagnostics`, empty where it takes the whole
    model. Of a PyTorch graph, nodes behind a refused one are looked at, too
    (docs/Torch.md).
    """
    text = compile_options("cpu", 1, dims, None, None, False)
    return _with_model(_opc.survey_model, model, None, None, text)


def load(path: str | bytes | os.PathLike) -> Model:
    """Opens a .so that `Model.save` or `opc compile` wrote. Needs no compiler.

    A program is code, which runs in this process: load only files that you
    would execute. Checked is that the file is whole and made for this machine,
    not who made it. While it is loaded, the file may be replaced by another of
    the same name, but not written into.
    """
    file = os.path.abspath(file_path("path", path))
    return Model(_opc.load(file), artifact=file)


def targets() -> dict[str, Any]:
    """All targets with their chips and what they declare."""
    return _opc.targets()


def _is_program(path: bytes) -> bool:
    """As the command line has it: named so, or an ELF file."""
    if path.endswith(b".so"):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def _with_model(
    call: Callable[..., Any],
    model: Any,
    directory: Any,
    constants: Any,
    options: str,
) -> Any:
    """Calls a function of the compiler with a model."""
    log = _logger.info if _logger.isEnabledFor(logging.INFO) else None
    values = constant_arrays(constants)
    if is_path(model):
        if directory is not None:
            raise UsageError(
                "directory: is for a model in memory; a file's external data "
                "lies beside it"
            )
        path = file_path("model", model)
        return call(path, None, None, values, options, log)
    data = model_bytes(model)
    place = None if directory is None else file_path("directory", directory)
    return call(None, data, place, values, options, log)


def _identity(path: bytes) -> tuple[int, ...] | None:
    """What tells that a file is still the one it was."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _copy(source: bytes, target: bytes) -> None:
    """Copies a file so that `target` appears whole or not at all."""
    name = f".opc-unfinished-{secrets.token_hex(8)}"
    partial = os.path.join(os.path.dirname(target), os.fsencode(name))
    try:
        with open(source, "rb") as data, open(partial, "xb") as copy:
            shutil.copyfileobj(data, copy)
        if os.path.exists(target):
            shutil.copymode(target, partial)
        os.replace(partial, target)
    except OSError as error:
        pathlib.Path(os.fsdecode(partial)).unlink(missing_ok=True)
        raise InputError(
            f"cannot write '{os.fsdecode(target)}': {error.strerror}"
        ) from None
