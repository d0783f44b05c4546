"""A second process captures and compiles nothing."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
import torch

import opc.torch

HERE = pathlib.Path(__file__).parent

STEP = """
import json, sys
sys.path.insert(0, {here!r})
import torch, opc.torch
import nets
from stand_in import NAMES, StandIn
from opc.torch import compiler

chosen = StandIn()
for name in NAMES:
    setattr(compiler, name, getattr(chosen, name))
torch.manual_seed(0)
module, x = nets.Convolutions(dropout=0.5), torch.randn(4, 3, 14, 14)
run = torch.compile(module, backend="opc", options={options})
loss = run(x).square().mean()
loss.backward()
grads = [float(p.grad.sum()) for p in module.parameters()]
print(json.dumps([float(loss), grads, opc.torch.stats()._asdict()]))
"""


def run(folder, options):
    code = STEP.format(here=str(HERE), options=options)
    environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(folder)}
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return json.loads(shown.stdout)


def test_plans_are_kept(tmp_path):
    first = run(tmp_path, {})
    second = run(tmp_path, {})
    assert first[2]["graphs"] == 2 and first[2]["restored"] == 0
    assert second[2]["graphs"] == 0 and second[2]["restored"] == 2
    assert second[:2] == first[:2]
    # Plans are for the settings that they were made with.
    other = run(tmp_path, {"threads": 3})
    assert other[2]["graphs"] == 2


def test_plans_are_not_kept_where_that_is_asked(tmp_path):
    for _ in range(2):
        assert run(tmp_path, {"cache": False})[2]["graphs"] == 2


FIRST_CALL = """
import sys, torch

net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU())
with torch.no_grad():
    torch.compile(net, backend="opc")(torch.randn(4, 8))
import opc.torch
from opc.torch import decompose

assert opc.torch.stats().restored == {restored}
heavy = [name for name in sys.modules if name.startswith("torch._inductor.codegen.c")]
assert not [name for name in heavy if "scheduling" in name or name.endswith(".cpp")]
assert ("_rows" in vars(decompose.decompositions())) == (not {restored})
"""


def test_a_first_call_from_the_cache_needs_little(tmp_path):
    """Neither Inductor's code generators nor the table of decompositions."""
    for restored in range(2):
        code = FIRST_CALL.format(restored=restored)
        environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
        subprocess.run(
            [sys.executable, "-c", code], check=True, env=environment
        )


def cube_whose_gradient_is(factor):
    @torch.library.custom_op("opc_tests::cube", mutates_args=())
    def cube(x: torch.Tensor) -> torch.Tensor:
        return x**3

    cube.register_fake(torch.empty_like)
    cube.register_autograd(
        lambda ctx, grad: factor * grad * ctx.saved_tensors[0] ** 2,
        setup_context=lambda ctx, inputs, output: ctx.save_for_backward(
            *inputs
        ),
    )
    return cube


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        return torch.ops.opc_tests.cube(grad + ctx.saved_tensors[0])


CALLS = {
    "by its definition": lambda cube, x: cube(x * 1.0).sum(),
    "by its name": lambda _, x: torch.ops.opc_tests.cube(x * 1.0).sum(),
    "in a gradient": lambda _, x: Cube.apply(x * 1.0).sum(),
}


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("call", CALLS)
def test_gradients_of_others_are_not_from_the_cache(call):
    """PyTorch's key of a graph says nothing of an operator's gradient."""
    for factor in (3.0, 2.0):
        cube = cube_whose_gradient_is(factor)
        torch._dynamo.reset()
        compiled = torch.compile(
            lambda x, cube=cube: CALLS[call](cube, x), backend="opc"
        )
        x = torch.ones(4, requires_grad=True)
        compiled(x).backward()
        wanted = 8.0 if call == "in a gradient" else factor
        assert x.grad.tolist() == [wanted] * 4
    assert opc.torch.stats().restored == 0
