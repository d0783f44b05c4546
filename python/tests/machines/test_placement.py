"""Programs of the processor and a device, beside onnxruntime and the processor alone."""

import fetch_models
import model_inputs
import numpy as np
import opc
import pytest
from support import onnxruntime_session

HOST = "cpu:x86-64-v3"  # has the same sums and functions as devices
SETS = [f"{HOST}+opencl:gpu", f"opencl:processor+{HOST}"]
MODELS = ("magika", "ppocr_cls")
TOLERANCE = 1e-4  # of the largest magnitude, as for one target

# A chain of products that a device is far better at, beside what is small; extents that
# only the run knows, and a shape that data decides.
PRODUCTS = """
func.func @main(%a: tensor<1024x1024xf32> {opc.name = "a"},
                %x: tensor<?x8xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 8)>},
                %b: tensor<8x5xf32> {opc.name = "b"})
    -> (tensor<1024x1024xf32> {opc.name = "large"}, tensor<?x5xf32> {opc.name = "small"})
    attributes {opc.symbols = ["n"]} {
  %0 = opc.matmul %x, %b {transpose_a = false, transpose_b = false} : (tensor<?x8xf32>, tensor<8x5xf32>) -> tensor<?x5xf32> loc("little")
  %1 = opc.matmul %a, %a {transpose_a = false, transpose_b = false} : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32> loc("first")
  %2 = opc.relu %1 : (tensor<1024x1024xf32>) -> tensor<1024x1024xf32> loc("clip")
  %3 = opc.matmul %2, %a {transpose_a = false, transpose_b = false} : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32> loc("second")
  return %3, %0 : tensor<1024x1024xf32>, tensor<?x5xf32>
}
"""
FEEDS = {
    "a": np.random.default_rng(1)
    .standard_normal((1024, 1024))
    .astype(np.float32),
    "x": np.random.default_rng(2).standard_normal((7, 8)).astype(np.float32),
    "b": np.random.default_rng(3).standard_normal((8, 5)).astype(np.float32),
}

# A function that no machine code of the device has, between products that are worth it.
REFUSED = """
func.func @main(%a: tensor<4096x4096xf64> {opc.name = "a"})
    -> (tensor<4096x4096xf64> {opc.name = "y"}) attributes {opc.symbols = []} {
  %0 = opc.matmul %a, %a {transpose_a = false, transpose_b = false} : (tensor<4096x4096xf64>, tensor<4096x4096xf64>) -> tensor<4096x4096xf64> loc("first")
  %1 = opc.tanh %0 : (tensor<4096x4096xf64>) -> tensor<4096x4096xf64> loc("squash")
  %2 = opc.matmul %1, %a {transpose_a = false, transpose_b = false} : (tensor<4096x4096xf64>, tensor<4096x4096xf64>) -> tensor<4096x4096xf64> loc("second")
  return %2 : tensor<4096x4096xf64>
}
"""


def path(name):
    try:
        return fetch_models.path(name)
    except fetch_models.Unavailable as error:
        pytest.skip(str(error))


def chips(compiled):
    """Where each node is."""
    places = compiled.manifest["locations"]
    return {
        places[location]: kernel["chip"]
        for kernel in compiled.manifest["kernels"]
        for location in kernel["locations"]
    }


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("target", SETS)
def test_networks_are_right_wherever_their_kernels_are(target, name):
    file, feeds = path(name), model_inputs.inputs(name)[0]
    compiled = opc.compile(file, target=target, cache=False)
    expected = onnxruntime_session(str(file)).run(None, feeds)
    assert set(compiled.manifest["targets"]) == set(target.split("+"))
    for one, other in zip(compiled.run(feeds), expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        most = np.abs(other).max(initial=0)
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE * most)


@pytest.mark.parametrize("name", MODELS)
def test_a_better_device_takes_most_of_a_network(name):
    compiled = opc.compile(path(name), target=SETS[0], cache=False)
    kernels = [kernel["chip"] for kernel in compiled.manifest["kernels"]]
    assert set(kernels) == set(SETS[0].split("+"))
    assert kernels.count("opencl:gpu") > len(kernels) / 2


@pytest.mark.parametrize("name", MODELS)
def test_a_device_that_is_the_processor_is_given_nothing(name):
    """It computes no faster and has to be copied to: the host's bits are its own."""
    file, feeds = path(name), model_inputs.inputs(name)[0]
    compiled = opc.compile(file, target=SETS[1], cache=False)
    assert set(chips(compiled).values()) == {HOST}
    assert "devices" not in compiled.manifest
    expected = opc.compile(file, target=HOST, cache=False).run(feeds)
    for one, other in zip(compiled.run(feeds), expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def test_products_go_to_the_device_and_what_is_small_does_not():
    compiled = opc.compile(PRODUCTS, target=SETS[0], cache=False)
    got = chips(compiled)
    assert got == {
        "little": HOST,
        "first": "opencl:gpu",
        "clip": "opencl:gpu",
        "second": "opencl:gpu",
    }
    large, small = compiled.run(FEEDS)
    host = opc.compile(PRODUCTS, target=HOST, cache=False).run(FEEDS)
    np.testing.assert_array_equal(large, host[0], strict=True)
    np.testing.assert_array_equal(small, host[1], strict=True)
    exact = FEEDS["a"].astype(np.float64)
    exact = np.maximum(exact @ exact, 0) @ exact
    np.testing.assert_allclose(
        large, exact, rtol=0, atol=1e-5 * np.abs(exact).max()
    )


def test_profiles_have_what_was_expected():
    compiled = opc.compile(PRODUCTS, target=SETS[0], cache=False)
    for kernel in compiled.profile(FEEDS).kernels:
        assert kernel.chip in SETS[0].split("+")
        assert kernel.estimate > 0


def test_what_a_device_refuses_is_the_processors():
    kernels = opc.explain(REFUSED, f"{HOST}+cuda:sm_90")
    by_op = {op: each["placement"] for each in kernels for op in each["ops"]}
    assert by_op["opc.matmul"]["chip"] == "cuda:sm_90"
    squash = by_op["opc.tanh"]
    assert squash["chip"] == HOST
    assert squash["why"].startswith("cuda:sm_90 refuses: math.")
    assert squash["why"].endswith("is no function that its machine code has")
    times = squash["times_us"]
    assert times["cuda:sm_90"] < times[HOST]


def test_the_order_of_targets_is_no_matter():
    one, other = (
        opc.explain(PRODUCTS, "+".join(order))
        for order in ([HOST, "opencl:gpu"], ["opencl:gpu", HOST])
    )
    assert one == other
