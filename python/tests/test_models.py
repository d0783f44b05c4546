"""Public models: the same outputs as onnxruntime, at every size, compiled once."""

import functools
import re
import subprocess

import accuracy
import fetch_models
import model_inputs
import numpy as np
import onnx
import opc
import pytest
from support import BUILD, onnxruntime_session

from benchmark import compiling


# Every model of this list must work; the others of the same kinds may be refused.
REQUIRED = (
    "magika",
    "ppocr_det",
    "ppocr_cls",
    "silero_vad",
    "silero_vad_16k_op15",
    "basic_pitch",
    "ddddocr",
    "ddddocr_int8",
)
OTHERS = tuple(name for name in fetch_models.MODELS if name not in REQUIRED)

# Relative to the largest magnitude of the output. Where opc and onnxruntime differ
# by more, the model in float64 says who is right (docs/Accuracy.md).
TOLERANCE = 1e-4
# A model in dynamic 8-bit integers rounds its activations to 255 steps, and the
# last bit of a float decides which way: each such step moves the output. Two right
# programs differ by as much as onnxruntime's output moves when the inputs do by the
# rounding of a sum in another order.
ROUNDING = 1e-6
TRIALS = 8

MEGABYTES = 1000  # peak memory, besides twice the weights


def model_file(name):
    try:
        return fetch_models.path(name)
    except fetch_models.Unavailable as error:
        pytest.skip(str(error))


def distance(one, other):
    difference = one.astype(np.float64) - other.astype(np.float64)
    return float(np.abs(difference).max(initial=0.0))


def quantisation_step(session, feeds, expected):
    """How far onnxruntime's outputs move with ROUNDING in the inputs."""
    steps = [0.0] * len(expected)
    for seed in range(TRIALS):
        random = np.random.default_rng(seed)
        moved = {
            name: (
                x * (1 + random.uniform(-ROUNDING, ROUNDING, x.shape))
            ).astype(x.dtype)
            for name, x in feeds.items()
        }
        outputs = session.run(None, moved)
        steps = [
            max(step, distance(one, other))
            for step, one, other in zip(steps, outputs, expected, strict=True)
        ]
    return steps


def relative(one, other):
    return distance(one, other) / max(
        float(np.abs(other).max(initial=0.0)), np.finfo(np.float32).tiny
    )


def assert_like(outputs, expected, label):
    assert len(outputs) == len(expected)
    results = zip(outputs, expected, strict=True)
    for number, (one, other) in enumerate(results):
        where = f"{label} output {number}"
        assert one.dtype == other.dtype and one.shape == other.shape, where
        assert (np.isfinite(one) == np.isfinite(other)).all(), where


def assert_quantised(outputs, session, feeds, expected, label):
    steps = quantisation_step(session, feeds, expected)
    for one, other, step in zip(outputs, expected, steps, strict=True):
        assert distance(one, other) <= step, label


def assert_right(outputs, expected, exact, label):
    """Within TOLERANCE of `expected`, or of what exact() gives."""
    for number, (one, other) in enumerate(zip(outputs, expected, strict=True)):
        if relative(one, other) > TOLERANCE:
            right = exact()[number]
            assert relative(one, right) <= TOLERANCE, f"{label} {number}"


@pytest.fixture
def compilations(monkeypatch):
    """Counts how often the compiler is called."""
    calls = []
    real = opc.model._opc.compile

    def counted(*arguments):
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(opc.model._opc, "compile", counted)
    return calls


def check(name, target, compilations, sizes=None):
    file = model_file(name)
    model = opc.compile(file, target=target, threads=2, cache=False)
    session = onnxruntime_session(str(file))
    for feeds in model_inputs.inputs(name)[:sizes]:
        expected = session.run(None, feeds)
        exact = functools.cache(lambda x=feeds: accuracy.evaluated(file, x))
        shapes = [value.shape for value in feeds.values()]
        for threads in (1, 2):
            model.set_threads(threads)
            label = f"{name} {target}, {threads} threads, {shapes}"
            outputs = model.run(feeds)
            assert_like(outputs, expected, label)
            if name in fetch_models.QUANTISED:
                assert_quantised(outputs, session, feeds, expected, label)
            else:
                assert_right(outputs, expected, exact, label)
    assert len(compilations) == 1


@pytest.mark.parametrize("name", REQUIRED)
def test_model(name, compilations):
    check(name, "cpu", compilations)


@pytest.mark.parametrize("name", OTHERS)
def test_another_model_works_or_is_refused_by_name(name, compilations):
    try:
        check(name, "cpu", compilations)
    except opc.UnsupportedError as error:
        assert error.nodes
        pytest.skip(f"refused: {error.nodes[0].op}: {error.nodes[0].reason}")


def test_float64_of_opc_is_that_of_onnx():
    file = model_file("ppocr_det")
    x = np.random.default_rng(0).uniform(-1, 1, (1, 3, 64, 64))
    model = opc.compile(accuracy.in_double(onnx.load(file)), target="reference")
    outputs = model.run({"x": x})
    assert (
        accuracy.distance(outputs, accuracy.evaluated(file, {"x": x})) < 1e-12
    )


@pytest.mark.parametrize("name", ("magika", "silero_vad_16k_op15", "ppocr_cls"))
def test_model_on_the_reference_target(name, compilations):
    check(name, "reference", compilations, sizes=1)


OP = re.compile(r"^ *(%\w+)(?::\d+)? = (opc\.\w+) ([^{:]*)", re.M)


def constant_work(text):
    """The ops in the text of a graph all of whose operands are constants."""
    constants, found = set(), []
    for name, op, operands in OP.findall(text):
        names = re.findall(r"%\w+", operands)
        works = bool(names) and constants.issuperset(names)
        if works:
            found.append(op)
        # Names are free for another value behind their region.
        if works or op == "opc.constant":
            constants.add(name)
        else:
            constants.discard(name)
    return found


def test_constant_work_is_seen():
    text = """
    %0 = opc.constant {value = dense<1> : tensor<ui8>} : tensor<ui8>
    %1 = opc.cast %0 : (tensor<ui8>) -> tensor<i32>
    %2 = opc.add %1, %arg0 : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %3 = opc.neg %1 : (tensor<i32>) -> tensor<i32>
    """
    assert constant_work(text) == ["opc.cast", "opc.neg"]


@pytest.mark.parametrize("name", fetch_models.MODELS)
def test_nothing_is_computed_from_constants(name, tmp_path):
    graph = tmp_path / "layout.mlir"
    command = [BUILD / "bin/opc", "compile", model_file(name), "-o", graph]
    done = subprocess.run(
        [*command, "--stop-after", "layout"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert constant_work(graph.read_text()) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_memory_of_compiling(name):
    file = model_file(name)
    _, megabytes = compiling.cost(file)
    assert megabytes <= MEGABYTES + 2 * file.stat().st_size / 1e6
