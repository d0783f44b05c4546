"""Tensors that nobody needs after a program has read them: it computes in their
memory. Whoever else has one finds it as it was."""

import threading

import numpy
import pytest
import torch
from torch import nn

import opc
from opc import _opc

PRODUCTS = """
func.func @main(
    %x: tensor<?x128xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 128)>},
    %w: tensor<128x128xf32> {opc.name = "w"})
    -> (tensor<?x128xf32> {opc.name = "y"})
    attributes {opc.symbols = ["rows"]} {
  %0 = opc.matmul %x, %w : (tensor<?x128xf32>, tensor<128x128xf32>) -> tensor<?x128xf32>
  %1 = opc.matmul %0, %w : (tensor<?x128xf32>, tensor<128x128xf32>) -> tensor<?x128xf32>
  %2 = opc.matmul %1, %w : (tensor<?x128xf32>, tensor<128x128xf32>) -> tensor<?x128xf32>
  return %2 : tensor<?x128xf32>
}
"""


@pytest.fixture(scope="module")
def program():
    return opc.compile(PRODUCTS, lend=["x"])


@pytest.fixture
def run(program):
    return _opc.TensorCall(
        program._program, torch.Tensor, [(0, 1), (0, 1)], [(0, 1)]
    )


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    torch._dynamo.reset()


def memory(rows, offset=0):
    """An array that starts `offset` bytes behind a multiple of 64, and a tensor of
    its memory, which does not know of the array."""
    whole = numpy.zeros(rows * 512 + 128, numpy.uint8)
    begin = -whole.ctypes.data % 64 + offset
    array = whole[begin : begin + rows * 512].view(numpy.float32)
    array = array.reshape(rows, 128)
    array[:] = numpy.random.default_rng(2).normal(size=(rows, 128))
    return array, torch.from_numpy(array)


WEIGHT = torch.randn(128, 128, generator=torch.Generator().manual_seed(1)) / 11


def products(x):
    return x.double().numpy() @ numpy.linalg.matrix_power(WEIGHT.double(), 3)


HOLDERS = {
    "nobody": (lambda x: None, True),
    "a name": (lambda x: x, False),
    "a view": (lambda x: x[:1], False),
    "a detached one": (lambda x: x.detach(), False),
    "its memory": (lambda x: x.untyped_storage(), False),
    "an array": (lambda x: x.numpy(), False),
    "another library": (torch.utils.dlpack.to_dlpack, False),
    "autograd": (lambda x: torch.ones(1, requires_grad=True) * x, False),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_others_have_is_left_alone(run, holder):
    assert run.lent == [0]
    hold, is_lent = HOLDERS[holder]
    array, x = memory(64)
    before, wanted = array.copy(), products(x)
    held = hold(x)
    given = [x]
    del x
    (y,) = run(given, WEIGHT)
    numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-4)
    assert numpy.array_equal(array, before) != is_lent
    del held


@pytest.mark.parametrize("rows, offset", [(64, 4), (1, 0), (0, 0)])
def test_small_and_unaligned_memory_is_left_alone(run, rows, offset):
    array, x = memory(rows, offset)
    before, wanted = array.copy(), products(x)
    given = [x]
    del x
    (y,) = run(given, WEIGHT)
    numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-4)
    assert numpy.array_equal(array, before)


def test_an_input_that_is_given_twice_is_left_alone(run):
    array, x = memory(128)
    before, wanted = array.copy(), x.double().numpy()
    given = [x]
    (y,) = run(given, x)
    wanted = wanted @ numpy.linalg.matrix_power(wanted, 3)
    numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-2)
    assert numpy.array_equal(array, before)


def test_arrays_are_never_lent(program):
    array, _ = memory(64)
    before = array.copy()
    (y,) = program.run([array, WEIGHT.numpy()])
    numpy.testing.assert_allclose(
        y, products(torch.from_numpy(before)), rtol=1e-4, atol=1e-4
    )
    assert numpy.array_equal(array, before)


def test_what_is_refused(run):
    with pytest.raises(opc.InputError, match="lend: no input is called 'z'"):
        opc.compile(PRODUCTS, lend=["z"])
    with pytest.raises(opc.InputError, match="expected 2 inputs, got 1"):
        run(WEIGHT)


def net(activation):
    torch.manual_seed(4)
    layers = []
    for _ in range(3):
        layers += [nn.Linear(64, 64), activation()]
    return nn.Sequential(*layers, nn.Linear(64, 3)).double()


def data():
    generator = torch.Generator().manual_seed(5)
    return torch.randn(300, 64, generator=generator).double()


def gradients(model, back):
    model.zero_grad()
    back(model(data()).square().mean())
    return [each.grad.clone() for each in model.parameters()]


def twice(loss):
    loss.backward(retain_graph=True)
    loss.backward()


def thrice(loss):
    loss.backward(retain_graph=True)
    twice(loss)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.GELU])
@pytest.mark.parametrize("back", [torch.Tensor.backward, twice, thrice])
@pytest.mark.parametrize("dynamic", [False, True])
def test_gradients(activation, back, dynamic):
    model = net(activation)
    compiled = torch.compile(model, backend="opc", dynamic=dynamic)
    torch.testing.assert_close(
        gradients(compiled, back), gradients(model, back), rtol=1e-9, atol=1e-12
    )


def test_tensors_that_hooks_keep_stay_as_they_are():
    model = net(nn.ReLU)
    compiled = torch.compile(model, backend="opc")
    wanted = gradients(model, torch.Tensor.backward)
    seen = []

    def note(tensor):
        seen.append((tensor, tensor.clone()))
        return tensor

    def apart(tensor):
        return tensor.clone()

    for pack, unpack in ((note, lambda t: t), (apart, apart)):
        with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
            found = gradients(compiled, torch.Tensor.backward)
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-12)
    assert seen
    assert all(torch.equal(tensor, copy) for tensor, copy in seen)


def test_tensors_that_are_read_off_a_graph_stay_as_they_are():
    model = net(nn.ReLU)
    compiled = torch.compile(model, backend="opc")
    loss = compiled(data()).square().mean()
    waiting, kept = [loss.grad_fn], []
    while waiting:
        node = waiting.pop()
        kept += [
            each
            for each in getattr(node, "saved_tensors", ())
            if each is not None
        ]
        waiting += [each for each, _ in node.next_functions if each]
    copies = [each.clone() for each in kept]
    loss.backward()
    assert len(kept) > 3
    assert all(map(torch.equal, kept, copies))


def test_threads():
    model = net(nn.ReLU)
    compiled = torch.compile(model, backend="opc")
    wanted = gradients(model, torch.Tensor.backward)
    parameters = list(model.parameters())
    wrong = []

    def work():
        for again in range(10):
            loss = compiled(data()).square().mean()
            if again % 2:
                torch.autograd.grad(loss, parameters, retain_graph=True)
            found = torch.autograd.grad(loss, parameters)
            for one, other in zip(found, wanted, strict=True):
                if not torch.allclose(one, other, rtol=1e-9, atol=1e-12):
                    wrong.append((one, other))

    work()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
