"""One operator on five targets: a piece of each kernel, and how far its result is off."""

import collections
import pathlib
import re
import subprocess
import tempfile
import textwrap

import emitted
import numpy as np
import onnx
import opc
from onnx import TensorProto, helper

SHAPE = (37, 129)
LINES, WIDTH = 9, 92
EXACT_UNITS = (
    8  # that a softmax may be off by, of the last place of its greatest
)

# start: where the piece of a kernel begins.
Show = collections.namedtuple("Show", "title target start code result")


def softmax_model():
    graph = helper.make_graph(
        [helper.make_node("Softmax", ["x"], ["y"], axis=-1)],
        "softmax",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, SHAPE)],
    )
    opsets = [helper.make_opsetid("", 20)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def exact(x):
    x = x.astype(np.float64)
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class Workplace:
    """The model in a folder that goes away, and what was built of it there."""

    def __init__(self, build, folder):
        self.build, self.folder = build, pathlib.Path(folder)
        self.model = self.folder / "softmax.onnx"
        onnx.save(softmax_model(), self.model)
        values = np.random.default_rng(0).standard_normal(SHAPE)
        self.x = (4 * values).astype(np.float32)

    def compiled(self, target, name, *options):
        path = self.folder / name
        options = (*options, "--no-cache")
        emitted.compile_file(self.build, self.model, target, path, *options)
        return path

    def machine_code(self, target):
        path = self.compiled(target, "softmax.o", "--emit", "obj")
        command = ["llvm-objdump-22", "-d", "--no-show-raw-insn"]
        return emitted.output_of([*command, "--no-leading-addr", path])

    def source(self, target):
        folder = self.folder / target.replace(":", "-")
        if not folder.exists():
            emitted.emit(self.build, self.model, target, folder)
        (kernels,) = folder.glob("kernels*.*")
        return kernels.read_text()

    def ptx(self, target):
        program = self.compiled(target, "softmax.so").read_bytes()
        return emitted.PTX.search(program).group().decode()

    def executed(self, target):
        program = opc.compile(str(self.model), target=target, cache=False)
        return program.run({"x": self.x})[0]

    def simulated(self, target):
        folder = self.folder / target.replace(":", "-")
        emitted.simulate(self.build, folder)
        return emitted.run(folder, {"x": self.x})[0]


SHOWS = (
    Show(
        "this processor",
        "cpu",
        r"\s*vf\w+\s.*%[xyz]mm",
        Workplace.machine_code,
        Workplace.executed,
    ),
    Show(
        "a device by OpenCL",
        "opencl:gpu",
        "__kernel",
        Workplace.source,
        Workplace.executed,
    ),
    Show("NVIDIA's GPUs, PTX", "cuda:sm_90", r"\.visible", Workplace.ptx, None),
    Show(
        "Sunway's SW26010-Pro",
        "sunway:sw26010-pro",
        r".*core = _PEN",
        Workplace.source,
        Workplace.simulated,
    ),
    Show(
        "AMD's and Hygon's GPUs",
        "hip:gfx906",
        r".*__global__",
        Workplace.source,
        Workplace.simulated,
    ),
)


def piece(text, start):
    """Some lines of a kernel, from the first that `start` matches."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = next(i for i, line in enumerate(lines) if re.match(start, line))
    text = "\n".join(lines[first : first + LINES]).expandtabs(4)
    for line in textwrap.dedent(text).splitlines():
        yield line if len(line) <= WIDTH else line[: WIDTH - 4] + " ..."


def described(how, y, wanted):
    """The sentence on a result, and whether it is as it should be."""
    error = float(np.abs(y - wanted).max())
    values = ", ".join(f"{value:.7f}" for value in y[0, :3])
    text = f"{how}: y = {values}, ...; greatest error {error:.1e}"
    return text, error <= EXACT_UNITS * np.spacing(np.float32(wanted.max()))


def show_one(show, workplace, wanted):
    print(f"  -- {show.title} ({show.target})\n")
    for line in piece(show.code(workplace, show.target), show.start):
        print(f"     {line}")
    print("     ...\n")
    if not show.result:
        print("  compiled; there is nothing here that runs it\n", flush=True)
        return True
    how = "simulated" if show.result is Workplace.simulated else "executed"
    y = show.result(workplace, show.target)
    text, good = described(how, y, wanted)
    print(f"  {text}\n", flush=True)
    return good


def show_all(build):
    """Whether every result that there is a way to have is right."""
    good = True
    with tempfile.TemporaryDirectory(prefix="opc-demo-") as folder:
        workplace = Workplace(build, folder)
        wanted = exact(workplace.x)
        for show in SHOWS:
            try:
                good &= show_one(show, workplace, wanted)
            except (opc.Error, emitted.Unavailable, OSError) as reason:
                print(f"  skipped: {str(reason).splitlines()[0]}\n")
            except (emitted.Refused, subprocess.SubprocessError) as fault:
                print(f"  {fault}\n")
                good = False
    return good
