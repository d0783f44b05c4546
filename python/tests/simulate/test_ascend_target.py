"""Models as Ascend C: built as the folder's Makefile builds it for the simulating headers
and run by their program, beside onnxruntime; and lines of a kernel broken one by one."""

import json
import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from emitted import RUN
from machines.device_evidence import prefixed, renamed
from machines.operator_classes import CLASSES, STATIC, node, pair, parts
from support import BUILD, ROOT, assert_close, expected_outputs, graph_model

FLOAT = np.dtype("f4")
TARGETS = ("ascend:910b", "ascend:950")
MODES = ("immediate", "deferred", "delayed")
# What the scalar unit has not: numbers of 64 bits with a point.
REFUSED = {
    "broadcast_chain": "of f64 has no form in Ascend C",
    "cast": "of f64 has no form in Ascend C",
}
NAMES = [n for n in CLASSES if not n.startswith("large") and n not in REFUSED]
FAULT_EXIT = 66


def size_of(kind):
    return STATIC if STATIC in kind.sizes else kind.sizes[0]


def everything():
    """All classes in one model, and its inputs."""
    nodes, given, weights, outputs, scales = [], {}, {}, [], []
    for name in NAMES:
        kind = CLASSES[name]
        inside, feeds = parts(kind.feeds(*size_of(kind), FLOAT))
        nodes += [prefixed(each, name) for each in kind.nodes]
        given |= renamed(feeds, name)
        weights |= renamed(inside, name)
        outputs += [f"{name}_{output}" for output in kind.outputs]
        scales += [kind.scale] * len(kind.outputs)
    return (
        graph_model(nodes, given, outputs, weights, 23),
        given,
        outputs,
        scales,
    )


def compiled(model, target, folder):
    """What the compiler says of a model, and the folder that it writes."""
    onnx.save(model, folder / "model.onnx")
    command = [BUILD / "bin/opc", "compile", folder / "model.onnx"]
    command += ["--target", target, "--emit", "source", "-o", folder / "source"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def built(folder):
    """Makes the plug-in of a folder's source."""
    installed = folder / "opc"
    if not installed.exists():
        installed.mkdir()
        (installed / "bin").symlink_to(BUILD / "bin")
        (installed / "include").symlink_to(ROOT / "include")
    command = ["make", "-B", "-C", folder / "source", "simulate"]
    done = subprocess.run(
        [*command, f"OPC={installed}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "there is none on PATH" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr


def run(folder, feeds, **settings):
    """Runs the program: how it ended, and the faults that the simulation saw."""
    np.savez(folder / "feeds.npz", **feeds)
    faults = folder / "faults.json"
    faults.unlink(missing_ok=True)
    variables = {f"OPCSIM_{name}": value for name, value in settings.items()}
    variables |= {
        "OPC_DEVICE_PATH": str(folder / "source"),
        "OPCSIM_FAULTS": faults,
    }
    program = folder / "source/program.so"
    done = subprocess.run(
        [sys.executable, "-c", RUN, program, folder / "feeds.npz", folder],
        env=os.environ | {key: str(value) for key, value in variables.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(faults.read_text()) if faults.exists() else []
    return done, {fault["kind"] for fault in found}


@pytest.mark.parametrize("target", TARGETS)
def test_every_class(target, tmp_path):
    model, feeds, outputs, scales = everything()
    done = compiled(model, target, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "DataCopyPad(" in (tmp_path / "source/kernels.asc").read_text()
    built(tmp_path)
    expected = expected_outputs(model, feeds)
    for mode in MODES:
        ran, faults = run(tmp_path, feeds, MODE=mode)
        assert (ran.returncode, faults) == (0, set()), ran.stderr
        for number, other in enumerate(expected):
            got = np.load(tmp_path / f"{number}.npy")
            assert_close([got], [other], scales[number], [outputs[number]])


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, tmp_path):
    kind = CLASSES[name]
    inside, feeds = parts(kind.feeds(*size_of(kind), FLOAT))
    model = graph_model(kind.nodes, feeds, list(kind.outputs), inside, 20)
    done = compiled(model, TARGETS[0], tmp_path)
    assert done.returncode == 1
    assert REFUSED[name] in done.stderr


# Lines of a kernel, what becomes of them, and the fault that this is.
BROKEN = [
    ("SetFlag<HardEvent::MTE2_V>(EVENT_ID0);\n", "", "unmatched-wait"),
    ("WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);\n", "", "missing-wait"),
    ("SetFlag<HardEvent::V_MTE3>(EVENT_ID0);\n", "", "unmatched-wait"),
    ("WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);\n", "", "missing-wait"),
    ("SetFlag<HardEvent::MTE3_V>(EVENT_ID0);\n", "", "unmatched-wait"),
    ("WaitFlag<HardEvent::MTE3_V>(EVENT_ID0);\n", "", "early-reuse"),
    ("SetFlag<HardEvent::V_MTE2>(EVENT_ID0);\n", "", "unmatched-wait"),
    ("WaitFlag<HardEvent::V_MTE2>(EVENT_ID0);\n", "", "early-reuse"),
    ("WaitFlag<HardEvent::MTE2_V>(EVENT_ID0)", "WaitFlag<HardEvent::MTE2_V>(EVENT_ID1)", "unmatched-wait"),
    ("(EVENT_ID0)", "(EVENT_ID6)", "bad-flag"),
    ("GetBlockIdx()", "0", "race"),
]  # fmt: skip


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """exp(x) * y of many rows, in tiles that take turns."""
    folder = tmp_path_factory.mktemp("kernel")
    nodes = [node("Exp", "x", "e"), node("Mul", "e y", "z")]
    feeds = pair(1500, 1200, FLOAT)
    done = compiled(
        graph_model(nodes, feeds, ["z"], {}, 20), TARGETS[0], folder
    )
    assert done.returncode == 0, done.stderr
    return folder, feeds, (folder / "source/kernels.asc").read_text()


def test_whole_kernel(kernel):
    folder, feeds, text = kernel
    (folder / "source/kernels.asc").write_text(text)
    built(folder)
    ran, faults = run(folder, feeds)
    assert (ran.returncode, faults) == (0, set()), ran.stderr


@pytest.mark.parametrize(("line", "other", "fault"), BROKEN)
def test_broken_line(line, other, fault, kernel):
    folder, feeds, text = kernel
    head, body = text.split('extern "C"', 1)
    assert line in body
    broken = head + 'extern "C"' + body.replace(line, other)
    (folder / "source/kernels.asc").write_text(broken)
    built(folder)
    ran, faults = run(folder, feeds)
    assert ran.returncode == FAULT_EXIT
    assert fault in faults
