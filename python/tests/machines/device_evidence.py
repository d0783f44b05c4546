"""What is known of kernels for devices that are not here, by the means of
scripts/evidence.py: all classes of operators at once, as one model."""

import contextlib
import copy
import functools
import pathlib
import re
import shutil
import subprocess
import tempfile

import emitted
import onnx
from machines import target_coverage
from machines.operator_classes import CLASSES, parts
from machines.target_coverage import DTYPES
from support import BUILD, graph_model

OPSET = 23
ELF = b"\x7fELF"
ACCEPTED = True  # what is known of a class that was compiled, and not run


def prefixed(node, name):
    """The same node with other names of values; "" is none."""
    node = copy.deepcopy(node)
    for values in (node.input, node.output):
        values[:] = [value and f"{name}_{value}" for value in values]
    return node


def renamed(values, name):
    return {f"{name}_{key}": value for key, value in values.items()}


def parts_of(name, dtype):
    kind = CLASSES[name]
    size = target_coverage.size_of(kind)
    return parts(kind.feeds(*size, DTYPES[dtype]))


def together(names, dtype="f32"):
    """Classes as one model, and its inputs."""
    nodes, given, weights, outputs = [], {}, {}, []
    for name in names:
        kind = CLASSES[name]
        inside, feeds = parts_of(name, dtype)
        nodes += [prefixed(node, name) for node in kind.nodes]
        given |= renamed(feeds, name)
        weights |= renamed(inside, name)
        outputs += [f"{name}_{output}" for output in kind.outputs]
    return graph_model(nodes, given, outputs, weights, OPSET), given


@contextlib.contextmanager
def saved(names, dtype):
    """The file of a model, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="opc-evidence-") as folder:
        path = pathlib.Path(folder) / "model.onnx"
        model, feeds = together(names, dtype)
        onnx.save(model, path)
        yield path, feeds


def errors_of(names, dtype, results):
    """{class: units of its worst element}"""
    results, found = iter(results), {}
    for name in names:
        kind = CLASSES[name]
        inside, feeds = parts_of(name, dtype)
        exact = target_coverage.exact_outputs(kind, feeds, inside)
        found[name] = max(
            target_coverage.units(next(results), one) for one in exact
        )
    return found


def simulated(target, names, dtype):
    with saved(names, dtype) as (model, feeds):
        folder = model.parent / "source"
        emitted.emit(BUILD, model, target, folder)
        emitted.simulate(BUILD, folder)
        return errors_of(names, dtype, emitted.run(folder, feeds))


def program(target, names, dtype):
    """The bytes of a program, with the image of its device inside."""
    with saved(names, dtype) as (model, _):
        path = model.parent / "program.so"
        emitted.compile_file(BUILD, model, target, path, "--no-cache")
        return path.read_bytes()


@functools.cache
def assembler():
    """NVIDIA's, of a package or of an installed toolkit."""
    try:
        import nvidia.cuda_nvcc as package

        return str(pathlib.Path(package.__path__[0]) / "bin/ptxas")
    except ImportError:
        return shutil.which("ptxas")


def assembled(target, names, dtype):
    """PTX that NVIDIA's assembler takes, with no function left to be found."""
    if not assembler():
        raise emitted.Unavailable("there is no ptxas")
    whole = program(target, names, dtype)
    text = emitted.PTX.search(whole).group()
    assert re.search(rb"\.maxntid \d+", text)
    assert b".extern .func" not in text
    with tempfile.TemporaryDirectory(prefix="opc-ptx-") as folder:
        file = pathlib.Path(folder) / "kernels.ptx"
        file.write_bytes(text)
        chip = target.partition(":")[2]
        command = [assembler(), f"-arch={chip}", file, "-o", f"{folder}/cubin"]
        subprocess.run(command, check=True)
    return dict.fromkeys(names, ACCEPTED)


def linked(target, names, dtype):
    """A code object for AMDGPU in which nothing is undefined."""
    whole = program(target, names, dtype)
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(whole[whole.index(ELF, len(ELF)) :])
        file.flush()
        command = ["llvm-readelf-22", "--notes", "--file-header"]
        listing = subprocess.run(
            [*command, "--dyn-symbols", file.name],
            capture_output=True,
            text=True,
        ).stdout
    assert "EM_AMDGPU" in listing and "DYN" in listing
    assert ".max_flat_workgroup_size" in listing
    assert " UND " not in listing.split("Num:")[1].split("\n", 2)[2]
    return dict.fromkeys(names, ACCEPTED)


MEANS = {"simulation headers": simulated, "ptxas": assembled, "lld": linked}


def refusals(target, names, dtype):
    """{class: message} of those that a target does not take, found by halves."""
    try:
        program(target, names, dtype)
        return {}
    except emitted.Refused as refusal:
        if len(names) == 1:
            return {names[0]: str(refusal)}
    middle = len(names) // 2
    first = refusals(target, names[:middle], dtype)
    return first | refusals(target, names[middle:], dtype)


def measured(row, names, dtype):
    """{class: units, ACCEPTED, or the message of a refusal}; raises emitted.Unavailable."""
    refused = refusals(row.target, names, dtype)
    taken = [name for name in names if name not in refused]
    if not taken:
        return refused
    return refused | MEANS[row.means](row.target, taken, dtype)
