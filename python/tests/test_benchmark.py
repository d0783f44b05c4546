"""The benchmarks measure what they say, and tell what went wrong."""

import argparse

import numpy as np
import onnxruntime
import opc
import pytest
from support import assert_close, onnxruntime_session

from benchmark import (
    before,
    blocks,
    compare,
    compiling,
    engines,
    operators,
    pairs,
    timing,
    worker,
)


@pytest.mark.parametrize("name", operators.OPERATORS)
def test_operator_gives_numbers(name, tmp_path):
    case = operators.make_case(name, tmp_path)
    session = onnxruntime.InferenceSession(
        case.path, providers=["CPUExecutionProvider"]
    )
    (output,) = session.run(None, case.inputs)
    assert output.size and np.isfinite(output).all() and output.std() > 0


@pytest.mark.parametrize("name", blocks.MODELS)
def test_block_is_right_and_whole(name):
    """At any batch, length and past; each layer has its softmax in one kernel."""
    keys = 4 if name in ("bert", "gpt2") else 2
    model = blocks.make_model(name, blocks.Shape(4, 16, keys, 48))
    session = onnxruntime_session(model)
    compiled = opc.compile(model, cache=False)
    ops = [set(kernel["ops"]) for kernel in compiled.manifest["kernels"]]
    whole = [kernel for kernel in ops if {"opc.exp", "opc.reduce"} <= kernel]
    assert len(whole) == blocks.LAYERS
    for sizes in ((1, 37, 0), (2, 12, 5), (3, 1, 130)):
        feeds = blocks.inputs_of(model, *sizes)
        assert_close(compiled.run(feeds), session.run(None, feeds), scale=1e3)


def test_the_least_time_of_each_engine_counts():
    calls = []
    best = timing.interleaved(
        {name: lambda name=name: calls.append(name) for name in "ab"},
        rounds=3,
        slice_seconds=0,
    )
    # In turns; each once to warm up and at least once measured.
    assert calls == ["a", "a", "b", "b"] * 3
    assert all(0 <= seconds < 1 for seconds in best.values())


def test_geometric_mean():
    assert compare.geometric_mean([1.0, 4.0]) == pytest.approx(2.0)
    assert compare.geometric_mean([]) is None


def test_engines_that_fail_or_differ_are_named(monkeypatch):
    def broken(path, inputs, threads):
        raise ValueError("no such\nop")

    monkeypatch.setattr(engines, "onnxruntime", lambda *_: lambda: [np.ones(2)])
    monkeypatch.setattr(engines, "opc", lambda *_: lambda: [np.full(2, 1.5)])
    monkeypatch.setattr(engines, "openvino", broken)
    case = compare.Case("x.onnx", {})
    chosen = ["opc", "onnxruntime", "openvino"]
    ready, faults = compare.prepare("x", case, chosen, 1)
    assert list(ready) == ["onnxruntime"]
    assert faults["opc"] == "x: opc: differs by 5.0e-01"
    assert faults["openvino"] == "x: openvino: ValueError: no such op"


def test_the_least_cost_of_compiling_counts(monkeypatch):
    costs = iter([(3.0, 50.0), (2.0, 70.0)])
    monkeypatch.setattr(compiling, "cost", lambda file: next(costs))
    assert compiling.least("x.onnx", 2) == (2.0, 50.0)


@pytest.mark.parametrize("seconds, status", [(4.9, 0), (5.1, 1)])
def test_a_slow_compilation_is_named(
    seconds, status, monkeypatch, tmp_path, capsys
):
    file = tmp_path / "m.onnx"
    file.write_bytes(b"x")
    monkeypatch.setattr(compiling.fetch_models, "MODELS", ["m"])
    monkeypatch.setattr(compiling.fetch_models, "path", lambda name: file)
    monkeypatch.setattr(compiling, "cost", lambda file: (seconds, 50.0))
    monkeypatch.setattr(compiling, "GROWING", {})
    monkeypatch.setattr("sys.argv", ["compiling"])
    assert compiling.main() == status
    assert ("the limit is" in capsys.readouterr().out) == bool(status)


@pytest.mark.parametrize("times, status", [(4.2, 0), (8.1, 1)])
def test_what_grows_too_fast_is_named(times, status, monkeypatch, capsys):
    monkeypatch.setattr(compiling.fetch_models, "MODELS", [])
    monkeypatch.setattr(compiling, "ratio", lambda *_: times)
    monkeypatch.setattr("sys.argv", ["compiling", "--filter", "split"])
    assert compiling.main() == status
    said = capsys.readouterr().out
    assert "split_concat" in said and "nested" not in said
    assert ("split of 600 to 2400 nodes, cpu" in said) == bool(status)


def test_a_worker_runs_what_its_build_compiles(tmp_path):
    case = operators.make_case("maxpool_3x3s2", tmp_path)
    with worker.Worker(before.NOW, case, threads=1) as one:
        assert one.least(0.001) > 0 and one.compiling > 0
        wanted = opc.compile(case.path).run(case.inputs)
        for ours, theirs in zip(one.outputs, wanted, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_build_that_does_not_run_a_case_is_named(tmp_path, capfd):
    (tmp_path / "opc.py").write_text("raise SystemExit(3)")
    case = operators.make_case("maxpool_3x3s2", tmp_path)
    with pytest.raises(RuntimeError, match="does not run .*maxpool"):
        worker.Worker(tmp_path, case, threads=1)


@pytest.mark.parametrize(
    ("seconds", "difference", "said"),
    [
        ([1.0, 1.05], 0.0, ["1.05 times the time on the whole"]),
        ([1.0, 1.2], 0.0, ["a: 1.20 times the time", "on the whole"]),
        ([1.0, 1.0], 0.5, ["a: results differ by 5.0e-01"]),
        ([1.0, 1.0], float("nan"), ["a: results differ by nan"]),
        ([1.0, 1.0], 0.0, []),
    ],
)
def test_what_got_slower_or_differs_is_named(
    seconds, difference, said, monkeypatch
):
    found = seconds, [0.1, 0.1], difference
    monkeypatch.setattr(before, "measure", lambda *_: found)
    arguments = argparse.Namespace(filter="")
    cases = {"a": lambda: compare.Case("a.onnx", {})}
    faults = before.report("operators", cases, 1, arguments)
    assert len(faults) == len(said)
    for fault, part in zip(faults, said, strict=True):
        assert part in fault


@pytest.mark.parametrize("name", [*pairs.GRAPHS, *pairs.BODIES])
def test_both_of_a_pair_say_the_same(name, tmp_path):
    make = pairs.of_extents if name in pairs.GRAPHS else pairs.of_bodies
    files, inputs = make(name, tmp_path)
    first, second = (opc.compile(file).run(inputs) for file in files)
    assert_close(first, second)
