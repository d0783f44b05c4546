"""What the tests of torch.compile share."""

import inspect

import pytest
import torch
from stand_in import NAMES, StandIn

from opc.torch import compiler, counters, decompose, errors


@pytest.fixture
def use(monkeypatch, tmp_path):
    """Sets what stands in for the compiler; no plan is from another test."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))

    def use(chosen):
        torch._dynamo.reset()
        decompose.decompositions.cache_clear()
        for name in NAMES:
            monkeypatch.setattr(compiler, name, getattr(chosen, name))
        counters.reset()
        return chosen

    yield use
    decompose.decompositions.cache_clear()


@pytest.fixture
def stand_in(use):
    """Programs are executed by torch."""
    return use(StandIn())


def pytest_generate_tests(metafunc):
    """What is not about the stand-in is executed by opc's own programs, too."""
    if "executor" not in metafunc.fixturenames:
        return
    asked = inspect.signature(metafunc.function).parameters.keys()
    own = [] if asked & {"use", "stand_in"} else ["programs"]
    metafunc.parametrize("executor", ["stand_in", *own], indirect=True)


@pytest.fixture
def executor(request):
    """Whose programs there are."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """Programs are opc's own; nothing is from another test, nor told before."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "torch"))
    monkeypatch.setenv("OPC_CACHE_DIR", str(tmp_path / "opc"))
    monkeypatch.setattr(errors, "_told", set())
    torch._dynamo.reset()
    counters.reset()
    torch.manual_seed(0)
