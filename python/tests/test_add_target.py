"""docs/HowTo/AddTarget.md, followed to the letter in a copy of the tree."""

import re

import emitted
import numpy as np
import onnx
import pytest
from grown import Grown, output_of
from support import ROOT, graph_model

PAGE = ROOT / "docs/HowTo/AddTarget.md"
FILE = re.compile(r"^\*\*(\S+)\*\*\n\n```\w+\n(.*?)^```", re.M | re.S)
SHELL = re.compile(r"^```bash\n(.*?)^```", re.M | re.S)
TARGETS = ("maca:xcore9", "sunway:sw-mini", "orion:o1")
SOURCES = (
    "OrionTarget.cpp",
    "MACATarget.cpp",
    "SunwayTarget.cpp",
    "AllTargets.cpp",
)
GIT = ("git", "-c", "user.name=n", "-c", "user.email=e", "-c", "gc.auto=0")


def git(tree, *words):
    return output_of(*GIT, *words, folder=tree)


def follow(grown):
    git(grown.tree, "init", "--quiet")
    git(grown.tree, "add", "--all")
    git(grown.tree, "commit", "--quiet", "--message", "as it was")
    text = PAGE.read_text()
    for name, body in FILE.findall(text):
        path = grown.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    for commands in SHELL.findall(text):
        output_of("bash", "-e", "-c", commands, folder=grown.tree)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    grown = Grown(tmp_path_factory.mktemp("page"), follow)
    grown.make_all(SOURCES, ("lib/libopc.so", "bin/opc"))
    return grown


@pytest.fixture
def model(tmp_path):
    x = np.random.default_rng(0).standard_normal((37, 129)).astype("f4")
    node = onnx.helper.make_node("Softmax", ["x"], ["y"], axis=-1)
    onnx.save(graph_model([node], {"x": x}, ["y"]), tmp_path / "model.onnx")
    return tmp_path / "model.onnx", x


def test_no_old_file_changed(grown):
    status = git(grown.tree, "status", "--porcelain", "--untracked-files=all")
    added = {name for name, _ in FILE.findall(PAGE.read_text())}
    added.add("lib/Targets/Sunway/Machines/sw-mini.json")
    assert set(status.splitlines()) == {f"?? {name}" for name in added}


def test_they_are_listed(grown):
    listed = grown.opc("targets")
    assert all(target in listed for target in (*TARGETS[:2], "orion"))


@pytest.mark.parametrize("target", TARGETS)
def test_kernels_are_emitted(grown, model, target, tmp_path):
    path, _ = model
    emitted.emit(grown.build, path, target, tmp_path / "source")
    (kernels,) = (tmp_path / "source").glob("kernels*.*")
    assert re.search(r"SLAVE_FUN|__global__", kernels.read_text())


@pytest.mark.parametrize("target", TARGETS[:2])
def test_kernels_compute(grown, model, target, tmp_path):
    path, x = model
    folder = tmp_path / "source"
    emitted.emit(grown.build, path, target, folder)
    try:
        emitted.simulate(grown.build, folder)
    except emitted.Unavailable as reason:
        pytest.skip(str(reason))
    (got,) = emitted.run(folder, {"x": x})
    powers = np.exp(x.astype("f8") - x.max(axis=-1, keepdims=True))
    wanted = powers / powers.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(got, wanted, rtol=2e-6)
