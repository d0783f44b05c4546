"""opc.torch.reduce: from a function that is computed wrong to what shows it."""

import os
import subprocess
import sys

import pytest
import torch

import opc.torch
from opc.torch import writer


def deep(x, y):
    """Some twenty operators, of which one is a sine."""
    for i in range(4):
        x = torch.relu(x @ y) + i
        y = (y * 0.5).transpose(0, 1).exp()
    z = x.mean(0, keepdim=True) + 0.25
    z = torch.sin(z) * 2
    return z.softmax(1), x.sum(), (z.sigmoid() - 1).abs()


def inputs(gradient=False):
    torch.manual_seed(0)
    x, y = torch.rand(5, 5) * 0.1, torch.rand(5, 5) * 0.1
    return [x.requires_grad_(gradient), y]


@pytest.fixture
def mistaken(monkeypatch):
    """Says of an operator that it is another one, behind the compiler's back."""

    def mistake(name, other):
        write = writer.write

        def wrong(*args, **kwargs):
            text = write(*args, **kwargs).decode()
            before, after = (f"torch.ops.{each}" for each in (name, other))
            return text.replace(before, after).encode()

        monkeypatch.setattr(writer, "write", wrong)

    return mistake


def test_what_is_right_is_not_reduced(tmp_path):
    assert opc.torch.failure(deep, inputs()) is None
    assert opc.torch.reduce(deep, inputs(), file=tmp_path / "x.py") is None
    assert not (tmp_path / "x.py").exists()


def test_wrong_result(mistaken, tmp_path):
    mistaken("aten.sin.default", "aten.cos.default")
    file = tmp_path / "reduced.py"
    found = opc.torch.reduce(deep, inputs(), file=file)
    assert found.failure.kind == "wrong"
    assert found.nodes() == 1
    assert "torch.ops.aten.sin.default" in found.script
    assert file.read_text() == found.script
    # Where nothing is mistaken the script says that all is well.
    environment = {**os.environ, "OPC_CACHE_DIR": str(tmp_path / "cache")}
    shown = subprocess.run(
        [sys.executable, file], capture_output=True, text=True, env=environment
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == "opc and eager agree\n"


def test_wrong_gradient(mistaken, tmp_path):
    """What is only there in the backward graph."""
    mistaken("aten.sigmoid_backward.default", "aten.tanh_backward.default")
    found = opc.torch.reduce(deep, inputs(gradient=True), file=None)
    assert found.failure.kind == "wrong"
    assert found.failure.why.startswith("gradients[0]")
    assert found.nodes() == 1
    assert "torch.ops.aten.sigmoid.default" in found.script
    assert "True)" in found.script  # an input that requires a gradient


def refused(x, y):
    return torch.special.zeta(deep(x, y)[0] + 2, x[:1] + 1).exp().sum()


def test_what_is_refused():
    found = opc.torch.reduce(refused, inputs(), file=None)
    assert found.failure.kind == "refused"
    assert "aten.special_zeta.default" in found.failure.why
    assert found.nodes() == 1


def crashes(x):
    return torch.sin(x.exp() + 1).relu() * 2


def test_crash(monkeypatch):
    """Of the process: it is another one that ends."""
    write = writer.write

    def killing(*args, **kwargs):
        text = write(*args, **kwargs)
        if b"aten.sin.default" in text:
            os.kill(os.getpid(), 9)
        return text

    monkeypatch.setattr(writer, "write", killing)
    found = opc.torch.reduce(crashes, [torch.rand(4)], file=None)
    assert found.failure == ("crash", "SIGKILL")
    assert found.nodes() == 1
