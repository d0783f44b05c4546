"""What can be asked of models besides running them: chosen outputs, what a model
says of itself, whether it compiles, where its time goes, what is being done."""

import json
import logging
import os
import signal
import subprocess
import sys
import time

import numpy as np
import onnx
import opc
import pytest
from onnx import helper, numpy_helper
from support import BUILD, graph_model, normal, onnxruntime_session

OPC = BUILD / "bin/opc"


def run(*words, **options):
    done = subprocess.run(
        [OPC, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    return done.returncode, done.stdout, done.stderr


# Choosing outputs.


def branches():
    """m = relu(a) reaches both s = m + b, and, behind an op that no runtime has,
    d; l = if c then m else b takes m from outside of its bodies."""
    bodies = {}
    for name, value in (("then", "m"), ("else", "b")):
        inner = helper.make_node("Identity", [value], [f"{name}_out"])
        out = helper.make_tensor_value_info(f"{name}_out", 1, ["n"])
        bodies[f"{name}_branch"] = helper.make_graph([inner], name, [], [out])
    nodes = [
        helper.make_node("Relu", ["a"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["s"]),
        helper.make_node("NoSuchOp", ["m", "text", "w"], ["d"]),
        helper.make_node("If", ["c"], ["l"], **bodies),
    ]
    inputs = [
        helper.make_tensor_value_info("a", 1, ["n"]),
        helper.make_tensor_value_info("b", 1, ["n"]),
        helper.make_tensor_value_info("c", 9, []),
        helper.make_tensor_value_info("text", 8, ["t"]),
    ]
    outputs = [helper.make_tensor_value_info(name, 1, ["n"]) for name in "sdl"]
    weights = [numpy_helper.from_array(np.array(["x"], object), "w")]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, weights)
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


A, B = normal(5), normal(5, seed=1)


@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_only_chosen_outputs_are_computed(target):
    proto = branches()
    with pytest.raises(opc.UnsupportedError):
        opc.compile(proto, target, cache=False)
    m = np.maximum(A, 0)
    compiled = opc.compile(proto, target, outputs=["s"], cache=False)
    assert [spec.name for spec in compiled.inputs] == ["a", "b"]
    np.testing.assert_array_equal(compiled.run({"a": A, "b": B})[0], m + B)
    assert len(compiled.manifest["kernels"]) <= 2
    compiled = opc.compile(proto, target, outputs=["l", "s"], cache=False)
    assert [spec.name for spec in compiled.outputs] == ["l", "s"]
    feeds = {"a": A, "b": B, "c": np.array(True)}
    one, other = compiled.run(feeds)
    np.testing.assert_array_equal(one, m)
    np.testing.assert_array_equal(other, m + B)
    feeds["c"] = np.array(False)
    np.testing.assert_array_equal(compiled.run(feeds)[0], B)


@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_values_between_nodes_may_be_chosen(target):
    compiled = opc.compile(branches(), target, outputs=["m", "a"], cache=False)
    assert [spec.name for spec in compiled.inputs] == ["a"]
    m, a = compiled.run([A])
    np.testing.assert_array_equal(m, np.maximum(A, 0))
    np.testing.assert_array_equal(a, A)


def test_dims_and_constants_of_what_is_left_out_are_no_mistakes():
    compiled = opc.compile(
        branches(),
        outputs=["m"],
        dims={"n": 5, "t": 2},
        constants={"b": B},
        cache=False,
    )
    assert compiled.inputs == [("a", np.float32, (5,))]


@pytest.mark.parametrize(
    "names, message",
    [
        (["S"], "no tensor is called 'S', did you mean 's'.*: the outputs are"),
        (["q"], "no tensor is called 'q': the outputs are 's', 'd', 'l'"),
        ([""], "no tensor is called ''"),
        (["then_out"], "no tensor is called 'then_out'"),
        (["s", "s"], "output 's' is chosen twice"),
    ],
)
def test_outputs_that_there_are_not(names, message):
    with pytest.raises(opc.InputError, match=message) as caught:
        opc.compile(branches(), outputs=names, cache=False)
    assert "\n" not in str(caught.value)


def test_the_cache_tells_choices_apart(tmp_path):
    for names in (["s"], ["m"], ["m", "s"], ["s", "m"]):
        for _ in range(2):
            compiled = opc.compile(branches(), outputs=names, cache=tmp_path)
            assert [spec.name for spec in compiled.outputs] == names
    assert len(list(tmp_path.glob("*.so"))) == 4


def test_outputs_are_chosen_on_the_command_line(tmp_path):
    file, program = tmp_path / "m.onnx", tmp_path / "m.so"
    onnx.save(branches(), file)
    words = ["--only", "l", "--only", "s"]
    assert run("compile", file, "-o", program, *words) == (0, "", "")
    code, lines, _ = run("run", program, "--dim", "n=3")
    assert [line[0] for line in lines.splitlines()] == ["l", "s"]
    code, lines, errors = run(
        "run", file, "--only", "m", "--dim", "n=3", "--no-cache"
    )
    assert (code, errors) == (0, "") and lines.startswith("m: f32[3]")
    code, _, errors = run("run", program, "--only", "s")
    assert code == 2
    assert f"--only is for models: {program} is compiled already" in errors
    ir = tmp_path / "m.mlir"
    words = ["compile", file, *words, "--stop-after", "import", "-o", ir]
    assert run(*words) == (0, "", "")
    code, _, errors = run("compile", ir, "-o", program, "--only", "s")
    assert code == 1 and "outputs of IR are in its text" in errors
    code, _, errors = run("compile", ir, "-o", program, "--dim", "n=3")
    assert code == 1 and "extents of IR are in its text" in errors


# What a model says of itself.


def described():
    proto = graph_model(
        [helper.make_node("Relu", ["x"], ["y"])], {"x": normal(3)}, ["y"]
    )
    proto.producer_name, proto.producer_version = "maker\x1b[1m", "2.5"
    proto.domain, proto.model_version = "org.example", 7
    proto.doc_string, proto.graph.doc_string = "What it\nis for.", "Inner."
    helper.set_model_props(proto, {"labels": "cat\ndog", "": "x", "ü": "ö"})
    return proto


METADATA = {
    "graph": "graph",
    "producer": "maker\x1b[1m",
    "producer_version": "2.5",
    "domain": "org.example",
    "version": 7,
    "doc": "What it\nis for.",
    "graph_doc": "Inner.",
    "metadata": {"labels": "cat\ndog", "": "x", "ü": "ö"},
}


def test_metadata_is_as_onnxruntime_has_it(tmp_path):
    proto = described()
    theirs = onnxruntime_session(proto).get_modelmeta()
    compiled = opc.compile(proto, cache=False)
    ours = compiled.metadata
    assert ours == METADATA
    assert ours["producer"] == theirs.producer_name
    assert ours["domain"] == theirs.domain
    assert ours["version"] == theirs.version
    assert ours["doc"] == theirs.description
    assert ours["graph"] == theirs.graph_name
    assert ours["graph_doc"] == theirs.graph_description
    assert ours["metadata"] == theirs.custom_metadata_map
    assert opc.inspect(proto)["model"] == METADATA
    compiled.save(tmp_path / "m.so")
    assert opc.load(tmp_path / "m.so").metadata == METADATA
    assert opc.inspect(tmp_path / "m.so")["model"] == METADATA
    # IR carries it along.
    onnx.save(proto, tmp_path / "m.onnx")
    ir = tmp_path / "m.mlir"
    run("compile", tmp_path / "m.onnx", "--stop-after", "import", "-o", ir)
    assert opc.compile(ir, cache=False).metadata == METADATA


def test_inspect_shows_metadata(tmp_path):
    onnx.save(described(), tmp_path / "m.onnx")
    code, lines, errors = run("inspect", tmp_path / "m.onnx")
    assert (code, errors) == (0, "")
    for line in (
        "maker   maker\\x1b[1m 2.5",
        "domain  org.example",
        "version 7",
        "doc     What it\\nis for.",
        "has     labels: cat\\ndog",
        "has     ü: ö",
    ):
        assert line in lines.splitlines()


def test_a_model_that_says_nothing(tmp_path):
    node = helper.make_node("Relu", ["x"], ["y"])
    proto = graph_model([node], {"x": normal(3)}, ["y"])
    assert opc.compile(proto, cache=False).metadata == {"graph": "graph"}
    proto.graph.name = ""
    assert opc.compile(proto, cache=False).metadata == {}


# The verdict of inspect is that of compile.


def external(proto, folder):
    weight = onnx.TensorProto(name="w", dims=[3], data_type=1)
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="missing.data")
    proto.graph.initializer.append(weight)


def without_external_data():
    node = helper.make_node("Add", ["x", "w"], ["y"])
    proto = graph_model([node], {"x": normal(3)}, ["y"])
    external(proto, None)
    return proto


def with_undefined_output():
    node = helper.make_node("Relu", ["x"], ["z"])
    return graph_model([node], {"x": normal(3)}, ["y"])


def with_int4():
    node = helper.make_node("Identity", ["x"], ["y"])
    proto = graph_model([node], {"x": normal(3)}, ["y"])
    for info in (proto.graph.input[0], proto.graph.output[0]):
        info.type.tensor_type.elem_type = 22
    return proto


def with_refused_node_in_a_body():
    inner = helper.make_node("NoSuchOp", ["x"], ["z"], name="deep")
    out = helper.make_tensor_value_info("z", 1, [3])
    body = helper.make_graph([inner], "body", [], [out])
    node = helper.make_node(
        "If", ["c"], ["y"], then_branch=body, else_branch=body
    )
    feeds = {"x": normal(3), "c": np.array(True)}
    return graph_model([node], feeds, ["y"])


def sound():
    node = helper.make_node("Relu", ["x"], ["y"])
    return graph_model([node], {"x": normal(3)}, ["y"])


@pytest.mark.parametrize(
    "make",
    [
        without_external_data, with_undefined_output, with_int4,
        with_refused_node_in_a_body, sound, branches,
    ],
)  # fmt: skip
def test_inspect_and_compile_agree(make, tmp_path):
    file = tmp_path / "m.onnx"
    proto = make()
    file.write_bytes(proto.SerializeToString())
    refused = run("compile", file, "-o", tmp_path / "m.so", "--no-cache")
    code, lines, errors = run("inspect", file)
    assert (code, errors) == (refused[0], refused[2])
    assert lines.startswith("input   ")
    code, text, errors = run("inspect", file, "--json")
    assert (code, errors) == (refused[0], refused[2])
    found = json.loads(text)
    assert found["supported"] == (code == 0)
    ours = [line.removeprefix("opc: error: ") for line in errors.splitlines()]
    assert found["errors"] == ours
    assert opc.inspect(file) == found
    assert opc.inspect(proto, directory=tmp_path) == found


def test_inspect_takes_the_options_of_compile():
    node = helper.make_node("Slice", ["x", "s", "e"], ["y"])
    int64 = {"s": np.array([0]), "e": np.array([2])}
    proto = graph_model([node], {"x": normal(3), **int64}, ["y"])
    constants = {"s": np.array([0]), "e": np.array([2])}
    assert opc.inspect(proto, constants=constants)["supported"]
    assert opc.inspect(branches(), outputs=["s"])["supported"]
    assert not opc.inspect(branches(), outputs=["d"])["supported"]
    assert not opc.inspect(branches(), dims={"q": 1})["supported"]
    with pytest.raises(opc.UsageError, match="unknown target 'gpu'"):
        opc.inspect(branches(), target="gpu")


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"\x08\x07garbage")
    for model in (tmp_path / "m.onnx", b"\x08\x07garbage"):
        with pytest.raises(opc.InputError, match="is no ONNX model"):
            opc.inspect(model)


def test_a_dtype_has_one_spelling(tmp_path):
    names = {
        1: "f32", 2: "u8", 3: "i8", 4: "u16", 5: "i16", 6: "i32", 7: "i64",
        9: "bool", 10: "f16", 11: "f64", 12: "u32", 13: "u64", 16: "bf16",
    }  # fmt: skip
    for kind, name in names.items():
        x = helper.make_tensor_value_info("x", kind, [2])
        y = helper.make_tensor_value_info("y", kind, [2])
        node = helper.make_node("Identity", ["x"], ["y"])
        graph = helper.make_graph([node], "g", [x], [y])
        opsets = [helper.make_opsetid("", 18)]
        proto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        assert opc.inspect(proto)["inputs"][0]["dtype"] == name
        compiled = opc.compile(proto, cache=False)
        assert compiled.manifest["inputs"][0]["dtype"] == name


# Programs for other machines.


def chips_that_do_not_run_here():
    return [
        f"{target['name']}:{chip['name']}"
        for target in opc.targets()["targets"]
        for chip in target["chips"]
        if not chip["runs_here"]
    ]


def processor_of(chip):
    known = {"riscv": "RISC-V", "loong": "LoongArch", "x86": "x86-64"}
    name = chip.partition(":")[2]
    return next((v for k, v in known.items() if name.startswith(k)), "AArch64")


def test_inspect_says_what_a_program_lacks(tmp_path):
    others = chips_that_do_not_run_here()
    if not others:
        pytest.skip("this machine runs every chip: none lacks anything")
    onnx.save(sound(), tmp_path / "m.onnx")
    for chip in others:
        program = tmp_path / "m.so"
        words = ["compile", tmp_path / "m.onnx", "-o", program]
        assert run(*words, "--target", chip) == (0, "", "")
        code, lines, errors = run("inspect", program)
        assert (code, errors) == (0, "")
        (line,) = (x for x in lines.splitlines() if x.startswith("target  "))
        with pytest.raises(opc.InputError) as caught:
            opc.load(program)
        reason = str(caught.value).removeprefix(f"{program}: ")
        processor = processor_of(chip)
        assert (
            line == f"target  {chip}, {processor}, does not run here: {reason}"
        )
        found = opc.inspect(program)
        assert found["runs_here"] is False and found["missing"] == reason


@pytest.mark.parametrize(
    "change, reason",
    [
        (
            lambda data: data[:18] + b"\xb7\0" + data[20:],
            "compiled for AArch64, which this machine is not",
        ),
        (
            lambda data: data.replace(b'"abi":4', b'"abi":9'),
            "for ABI version 9, this runtime has version 4",
        ),
        (
            lambda data: data.replace(b'"name":"x"', b'"name":777'),
            "manifest: inputs[0].name: expected string, got number",
        ),
    ],
)
def test_inspect_shows_programs_that_no_runtime_takes(tmp_path, change, reason):
    program = tmp_path / "m.so"
    opc.compile(sound(), cache=False).save(program)
    program.write_bytes(change(program.read_bytes()[:-24]))
    code, lines, errors = run("inspect", program)
    assert (code, errors) == (0, "")
    assert f"does not run here: {reason}" in lines or reason in lines
    found = opc.inspect(program)
    assert found["runs_here"] is False and reason in found["missing"]


def test_programs_take_no_options_of_models(tmp_path):
    program = tmp_path / "m.so"
    opc.compile(sound(), cache=False).save(program)
    assert opc.inspect(program)["runs_here"] is True
    with pytest.raises(opc.UsageError, match="is compiled already"):
        opc.inspect(program, dims={"n": 1})
    for words in (["--target", "cpu"], ["--dim", "n=1"], ["--only", "y"]):
        code, _, errors = run("inspect", program, *words)
        assert code == 2
        assert f"{words[0]} is for models: {program} is compiled" in errors


# Where the time goes.


def test_a_profile_is_data():
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["a"], name="product"),
        helper.make_node("Softmax", ["a"], ["y"], name="soft"),
    ]
    x, weights = normal(64, 32), {"w": normal(32, 16)}
    proto = graph_model(nodes, {"x": x}, ["y"], weights)
    compiled = opc.compile(proto, cache=False)
    profile = compiled.profile({"x": x}, runs=3)
    assert profile.runs == 3 and len(profile.seconds) == 3
    assert {k.name for k in profile.kernels} == {
        kernel["name"] for kernel in compiled.manifest["kernels"]
    }
    assert all(kernel.calls == 3 for kernel in profile.kernels)
    named = {node for kernel in profile.kernels for node in kernel.nodes}
    assert {"product", "soft"} <= named
    flops = sum(kernel.flops for kernel in profile.kernels)
    assert flops >= 3 * 2 * 64 * 32 * 16
    times = [kernel.seconds for kernel in profile.kernels]
    assert times == sorted(times, reverse=True) and all(t > 0 for t in times)
    assert sum(times) <= sum(profile.seconds)
    assert len(profile.launches) == 3 * len(profile.kernels)
    starts = [launch.start for launch in profile.launches]
    assert starts == sorted(starts)
    assert all(launch.thread >= 0 for launch in profile.launches)


def test_a_profile_that_fails_leaves_none_running():
    compiled = opc.compile(sound(), cache=False)
    with pytest.raises(opc.InputError):
        compiled.profile({})
    assert compiled.profile([normal(3)]).runs == 1
    with pytest.raises(opc.UsageError, match="runs: 0 is less than 1"):
        compiled.profile([normal(3)], runs=0)
    with pytest.raises(opc.UsageError, match="no profile was started"):
        compiled._program.stop_profile()


# What is being done.


def test_steps_go_to_the_logger(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "opc"):
        opc.compile(sound(), cache=tmp_path)
    steps = [record.getMessage() for record in caplog.records]
    stages = [stage["name"] for stage in opc.targets()["stages"]]
    assert [s.split()[1].rstrip(":") for s in steps[: len(stages) - 1]] == (
        stages[1:]
    )
    caplog.clear()
    with caplog.at_level(logging.INFO, "opc"):
        opc.compile(sound(), cache=tmp_path)
    (entry,) = tmp_path.glob("*.so")
    assert [r.getMessage() for r in caplog.records] == [
        f"from the cache: {entry}"
    ]
    caplog.clear()
    opc.compile(sound(), cache=tmp_path)
    assert not caplog.records


def test_a_logger_that_fails_does_no_harm(tmp_path, monkeypatch):
    raised = []
    monkeypatch.setattr(sys, "unraisablehook", lambda u: raised.append(u))

    class Bad(logging.Handler):
        def emit(self, record):
            raise RuntimeError("bad handler")

    logger, handler = logging.getLogger("opc"), Bad()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        compiled = opc.compile(sound(), cache=False)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    assert compiled.run([normal(3)])[0].shape == (3,)
    assert raised


def test_verbose_says_what_is_done(tmp_path):
    onnx.save(sound(), tmp_path / "m.onnx")
    words = ["compile", tmp_path / "m.onnx", "-o", tmp_path / "m.so"]
    environment = {**os.environ, "OPC_CACHE_DIR": str(tmp_path / "cache")}
    code, out, errors = run(*words, "--verbose", env=environment)
    assert (code, out) == (0, "")
    lines = errors.splitlines()
    assert lines[0].startswith("opc: stage simplify: ") and len(lines) > 5
    code, _, errors = run(*words, "--verbose", env=environment)
    assert errors.startswith("opc: from the cache: ")
    assert run(*words, env=environment) == (0, "", "")


# Ctrl-C.

INTERRUPTED = """
import os, signal, sys, threading, time
import numpy, opc
calls = []
def handler(number, frame):
    calls.append(time.monotonic())
    raise KeyboardInterrupt
signal.signal(signal.SIGINT, handler)
after = float(sys.argv[3])
def interrupt():
    time.sleep(after)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    if sys.argv[2] == "compile":
        opc.compile(sys.argv[1], cache=sys.argv[4])
    else:
        opc.inspect(sys.argv[1])
    print("finished")
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - calls[0])
# The package is whole.
m = opc.compile(sys.argv[5], cache=False)
print(m.run([numpy.full(3, -1, numpy.float32)])[0].sum())
"""


@pytest.fixture(scope="module")
def long_model(tmp_path_factory):
    """Compiled in seconds."""
    file = tmp_path_factory.mktemp("long") / "long.onnx"
    layers = 300
    channels = [4 + i % 97 for i in range(layers + 1)]
    nodes, weights = [], {}
    for i in range(layers):
        weights[f"w{i}"] = normal(channels[i + 1], channels[i], 1 + i % 5, 3)
        pads = [i % 5 // 2, 1, (i % 5 + 1) // 2, 1]
        nodes += [
            helper.make_node("Conv", [f"v{i}", f"w{i}"], [f"c{i}"], pads=pads),
            helper.make_node("Sigmoid", [f"c{i}"], [f"v{i + 1}"]),
        ]
    feeds = {"v0": normal(1, channels[0], 16, 16)}
    onnx.save(graph_model(nodes, feeds, [f"v{layers}"], weights), file)
    return file


@pytest.mark.parametrize("what", ["compile", "inspect"])
@pytest.mark.parametrize("after", [0.3, 1.0, 2.5])
def test_ctrl_c_stops_a_compilation(long_model, tmp_path, what, after):
    onnx.save(sound(), tmp_path / "small.onnx")
    cache = tmp_path / "cache"
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, long_model, what, str(after), cache,
         tmp_path / "small.onnx"],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, last = done.stdout.splitlines()
    assert last == "0.0" and done.stderr == ""
    word, seconds = first.split()
    assert word == "interrupted"
    assert float(seconds) < 3
    assert not cache.exists() or not list(cache.iterdir())
    assert [file.name for file in tmp_path.iterdir()] in (
        ["small.onnx"], ["small.onnx", "cache"], ["cache", "small.onnx"],
    )  # fmt: skip


def test_other_signals_do_not_stop_a_compilation():
    """Their handlers run meanwhile, in the main thread as always."""
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(time.time()))
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.02)
    try:
        compiled = opc.compile(sound(), cache=False)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen and compiled.run([normal(3)])[0].shape == (3,)
