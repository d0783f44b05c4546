"""What a person sees: colours, and all that a command still needs at once."""

import os
import pty
import subprocess

import numpy as np
import onnx
import pytest
from onnx import helper
from support import BUILD, graph_model, normal

OPC = BUILD / "bin/opc"
RED = b"\x1b[1;31m"


def on_terminal(*words, **environment):
    """What a command writes to a terminal as its standard error."""
    ours, theirs = pty.openpty()
    kept = {
        k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")
    }
    process = subprocess.Popen(
        [OPC, *words],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**kept, **environment},
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        said += part
    os.close(ours)
    process.wait(60)
    return said


@pytest.mark.parametrize(
    "environment, colored",
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(environment, colored):
    said = on_terminal("fly", **environment)
    assert b"unknown command 'fly'" in said
    assert (RED in said) == colored
    assert colored or b"\x1b" not in said


def run(*words, **options):
    done = subprocess.run(
        [OPC, *words], capture_output=True, text=True, check=False, **options
    )
    return done.returncode, done.stdout, done.stderr


def open_model(count):
    """Inputs of one dimension of their own and one that they share."""
    names = [f"x{i}" for i in range(count)]
    infos = [
        helper.make_tensor_value_info(name, 1, [f"n of {name}", "it's"])
        for name in names
    ]
    nodes = [helper.make_node("Concat", names, ["y"], axis=0)]
    y = helper.make_tensor_value_info("y", 1, ["m", "it's"])
    graph = helper.make_graph(nodes, "graph", infos, [y])
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def test_all_open_dimensions_are_said_at_once(tmp_path):
    onnx.save(open_model(2), tmp_path / "m.onnx")
    program = tmp_path / "m.so"
    assert run("compile", tmp_path / "m.onnx", "-o", program) == (0, "", "")
    code, _, errors = run("run", program)
    assert code == 1
    assert errors == (
        "opc: error: inputs 'x0' is f32[n of x0, it's], 'x1' is "
        "f32[n of x1, it's]: say how large they are to be with --dim 'n of "
        "x0'=N --dim 'it'\\''s'=N --dim 'n of x1'=N or --input NAME=FILE.npy\n"
    )
    # What is said may be typed.
    typed = errors[errors.index("--dim") : errors.index(" or --input")]
    shell = f"'{OPC}' run '{program}' {typed.replace('=N', '=2')}"
    done = subprocess.run(
        ["sh", "-c", shell], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("y: f32[4, 2]")
    # A file closes what it says.
    np.save(tmp_path / "x.npy", normal(3, 2))
    _, _, errors = run("bench", program, "--input", f"x0={tmp_path}/x.npy")
    assert errors.endswith("with --dim 'n of x1'=N or --input x1=FILE.npy\n")


def test_many_inputs_are_one_line_of_some_length(tmp_path):
    onnx.save(open_model(60), tmp_path / "m.onnx")
    code, _, errors = run("run", tmp_path / "m.onnx", "--no-cache")
    assert code == 1 and "'x7' is f32[n of x7, it's], 52 more: say" in errors
    assert errors.count("--dim") == 61


def test_a_fixed_extent_is_no_dimension_to_choose(tmp_path):
    node = helper.make_node("Relu", ["x"], ["y"])
    onnx.save(graph_model([node], {"x": normal(3)}, ["y"]), tmp_path / "m.onnx")
    program = tmp_path / "m.so"
    assert run("compile", tmp_path / "m.onnx", "-o", program) == (0, "", "")
    for command in ("run", "bench"):
        code, _, errors = run(command, program, "--dim", "x.0=5")
        assert code == 1
        assert errors == "opc: error: no input has a dimension 'x.0'\n"
