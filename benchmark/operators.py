"""Times single operators and small groups of them beside all peers.

usage: python -m benchmark.operators [--threads 1,2] [--filter TEXT]

Each operator is a small ONNX model in the text form of onnx.parser, at a size
that networks use, and the same written for torch where torch is installed.
"""

import collections
import importlib.util
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import onnx.parser

from benchmark import compare

# The body of the graph, shapes of inputs and of weights, and the same in torch:
# a function of torch.nn.functional, torch, and the tensors.
Operator = collections.namedtuple("Operator", "body inputs weights torch")

GELU = """
  root = Constant <value = float {1.4142135}> ()
  one = Constant <value = float {1.0}> ()
  half = Constant <value = float {0.5}> ()
  scaled = Div (%s, root)
  erf = Erf (scaled)
  more = Add (erf, one)
  twice = Mul (%s, more)
  %s = Mul (twice, half)
"""
BIG = (4096, 1024)


def convolution(channels, filters, kernel, size, stride=1, group=1):
    pad = kernel // 2
    body = (
        f"y = Conv <kernel_shape = [{kernel}, {kernel}], group = {group},"
        f" strides = [{stride}, {stride}], pads = [{pad}, {pad}, {pad}, {pad}]>"
        " (x, w, b)"
    )
    weights = {
        "w": (filters, channels // group, kernel, kernel),
        "b": (filters,),
    }
    run = lambda F, torch, x, w, b: F.conv2d(x, w, b, stride, pad, 1, group)
    return Operator(body, {"x": (1, channels, size, size)}, weights, run)


def windows(op, kernel, stride, pad, extra=""):
    """An op with windows along each of the axes that `kernel` has."""
    axes = len(kernel)
    return (
        f"y = {op} <kernel_shape = {list(kernel)}, strides = {[stride] * axes},"
        f" pads = {[pad] * 2 * axes}{extra}> (x, w, b)"
    )


def recurrent(op, gates, batch):
    """Both directions over 50 steps of 64 inputs with 128 hidden units; torch
    orders the gates otherwise."""
    hidden = 128
    return Operator(
        f'y = {op} <hidden_size = {hidden}, direction = "bidirectional">'
        " (x, w, recurrent, b)",
        {"x": (50, batch, 64)},
        {
            "w": (2, gates * hidden, 64),
            "recurrent": (2, gates * hidden, hidden),
            "b": (2, 2 * gates * hidden),
        },
        None,
    )


def linear(rows, inner, columns):
    return Operator(
        "y = Gemm <transB = 1> (x, w, b)",
        {"x": (rows, inner)},
        {"w": (columns, inner), "b": (columns,)},
        lambda F, torch, x, w, b: F.linear(x, w, b),
    )


OPERATORS = {
    "matmul_1024": Operator(
        "y = MatMul (a, b)",
        {"a": (1024, 1024), "b": (1024, 1024)},
        {},
        lambda F, torch, a, b: a @ b,
    ),
    "linear_128x768x3072": linear(128, 768, 3072),
    "gemv_4096": linear(1, 4096, 4096),
    "mlp_gelu": Operator(
        "h = Gemm <transB = 1> (x, w, b)"
        + GELU % ("h", "h", "g")
        + "y = Gemm <transB = 1> (g, v, c)",
        {"x": (128, 768)},
        {"w": (3072, 768), "b": (3072,), "v": (768, 3072), "c": (768,)},
        lambda F, torch, x, w, b, v, c: F.linear(
            F.gelu(F.linear(x, w, b)), v, c
        ),
    ),
    "softmax_4096x1000": Operator(
        "y = Softmax <axis = -1> (x)",
        {"x": (4096, 1000)},
        {},
        lambda F, torch, x: F.softmax(x, -1),
    ),
    "layernorm_4096x768": Operator(
        "y = LayerNormalization <axis = -1> (x, w, b)",
        {"x": (4096, 768)},
        {"w": (768,), "b": (768,)},
        lambda F, torch, x, w, b: F.layer_norm(x, (768,), w, b),
    ),
    "gelu_erf_4M": Operator(
        GELU % ("x", "x", "y"), {"x": BIG}, {}, lambda F, torch, x: F.gelu(x)
    ),
    "tanh_4M": Operator(
        "y = Tanh (x)", {"x": BIG}, {}, lambda F, torch, x: torch.tanh(x)
    ),
    "silu_mul_4M": Operator(
        "s = Sigmoid (x) t = Mul (x, s) y = Mul (t, z)",
        {"x": BIG, "z": BIG},
        {},
        lambda F, torch, x, z: F.silu(x) * z,
    ),
    "bias_relu_residual_4M": Operator(
        "s = Add (x, b) r = Relu (s) y = Add (r, z)",
        {"x": BIG, "b": (1024,), "z": BIG},
        {},
        lambda F, torch, x, b, z: F.relu(x + b) + z,
    ),
    "reduce_sum_last": Operator(
        "axes = Constant <value_ints = [-1]> ()"
        " y = ReduceSum <keepdims = 0> (x, axes)",
        {"x": BIG},
        {},
        lambda F, torch, x: x.sum(-1),
    ),
    "reduce_max_first": Operator(
        "y = ReduceMax <axes = [0], keepdims = 0> (x)",
        {"x": BIG},
        {},
        lambda F, torch, x: x.amax(0),
    ),
    "transpose_add": Operator(
        "half = Constant <value = float {0.5}> ()"
        " t = Transpose <perm = [1, 0]> (x) y = Add (t, half)",
        {"x": (2048, 2048)},
        {},
        lambda F, torch, x: (x.transpose(0, 1) + 0.5).contiguous(),
    ),
    "attention_12h_256": Operator(
        "scale = Constant <value = float {0.125}> ()"
        " t = Transpose <perm = [0, 1, 3, 2]> (k) s = MatMul (q, t)"
        " d = Mul (s, scale) p = Softmax <axis = -1> (d) y = MatMul (p, v)",
        {name: (1, 12, 256, 64) for name in "qkv"},
        {},
        lambda F, torch, q, k, v: (
            torch.softmax(q @ k.transpose(-1, -2) * 0.125, -1) @ v
        ),
    ),
    "conv3x3_64_56": convolution(64, 64, 3, 56),
    "conv3x3_256_14": convolution(256, 256, 3, 14),
    "conv1x1_256_28": convolution(256, 512, 1, 28),
    "conv7x7s2_stem": convolution(3, 64, 7, 224, stride=2),
    "dwconv3x3_192_56": convolution(192, 192, 3, 56, group=192),
    "groupconv3x3_32x4_28": convolution(128, 128, 3, 28, group=32),
    "conv3d_32_28": Operator(
        windows("Conv", (3, 3, 3), 1, 1),
        {"x": (1, 32, 8, 28, 28)},
        {"w": (32, 32, 3, 3, 3), "b": (32,)},
        lambda F, torch, x, w, b: F.conv3d(x, w, b, 1, 1),
    ),
    "conv1d_dilated_64": Operator(
        windows("Conv", (3,), 1, 3, ", dilations = [3]"),
        {"x": (1, 64, 4000)},
        {"w": (64, 64, 3), "b": (64,)},
        lambda F, torch, x, w, b: F.conv1d(x, w, b, 1, 3, 3),
    ),
    "conv_transpose4x4s2_64": Operator(
        windows("ConvTranspose", (4, 4), 2, 1),
        {"x": (1, 64, 32, 32)},
        {"w": (64, 32, 4, 4), "b": (32,)},
        lambda F, torch, x, w, b: F.conv_transpose2d(x, w, b, 2, 1),
    ),
    "gru_bidirectional": recurrent("GRU", 3, batch=1),
    "lstm_bidirectional_8": recurrent("LSTM", 4, batch=8),
    "resize_linear_2x": Operator(
        "scales = Constant <value_floats = [1.0, 1.0, 2.0, 2.0]> ()"
        ' y = Resize <mode = "linear"> (x, , scales)',
        {"x": (1, 32, 80, 80)},
        {},
        lambda F, torch, x: F.interpolate(x, scale_factor=2, mode="bilinear"),
    ),
    "transpose_nhwc_nchw": Operator(
        "y = Transpose <perm = [0, 3, 1, 2]> (x)",
        {"x": (1, 112, 112, 64)},
        {},
        lambda F, torch, x: x.permute(0, 3, 1, 2).contiguous(),
    ),
    "conv_bn_relu_residual": Operator(
        convolution(128, 128, 3, 28).body.replace("y =", "c =")
        + " n = BatchNormalization (c, scale, shift, mean, variance)"
        " s = Add (n, x) y = Relu (s)",
        {"x": (1, 128, 28, 28)},
        {"w": (128, 128, 3, 3)}
        | {
            name: (128,) for name in ("b", "scale", "shift", "mean", "variance")
        },
        lambda F, torch, x, w, b, scale, shift, mean, variance: F.relu(
            F.batch_norm(F.conv2d(x, w, b, 1, 1), mean, variance, scale, shift)
            + x
        ),
    ),
    "maxpool_3x3s2": Operator(
        "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (x)",
        {"x": (1, 64, 112, 112)},
        {},
        lambda F, torch, x: F.max_pool2d(x, 3, 2, 1),
    ),
}


def onnx_model(operator, weights):
    """The operator as a checked ONNX model with `weights` as initialisers."""
    arguments = ", ".join(
        f"float[{','.join(map(str, shape))}] {name}"
        for name, shape in operator.inputs.items()
    )
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]>'
        f"operator ({arguments}) => (float[] y) {{ {operator.body} }}"
    )
    for name, array in weights.items():
        model.graph.initializer.append(
            onnx.numpy_helper.from_array(array, name)
        )
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    onnx.checker.check_model(model)
    return model


def random_arrays(shapes, random):
    """Normal numbers; a variance has to be positive, and weights of a state must
    not make it grow, or a last bit decides the result."""
    arrays = {
        name: random.standard_normal(shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    if "variance" in arrays:
        arrays["variance"] = np.abs(arrays["variance"]) + 0.5
    if "recurrent" in arrays:
        arrays["recurrent"] /= np.float32(arrays["recurrent"].shape[-1] ** 0.5)
    return arrays


def torch_function(operator, weights):
    """The operator as a function of torch tensors; None without torch, or where
    torch has no like of it."""
    if not operator.torch or not importlib.util.find_spec("torch"):
        return None
    import torch

    held = [torch.from_numpy(array) for array in weights.values()]
    return lambda *inputs: operator.torch(
        torch.nn.functional, torch, *inputs, *held
    )


def make_case(name, folder):
    operator = OPERATORS[name]
    random = np.random.default_rng(0)
    inputs = random_arrays(operator.inputs, random)
    weights = random_arrays(operator.weights, random)
    path = pathlib.Path(folder) / f"{name}.onnx"
    onnx.save(onnx_model(operator, weights), path)
    return compare.Case(path, inputs, torch_function(operator, weights))


def main():
    with tempfile.TemporaryDirectory() as folder:
        cases = {
            name: lambda name=name: make_case(name, folder)
            for name in OPERATORS
        }
        return compare.main("operators", __doc__.split("\n")[0], cases)


if __name__ == "__main__":
    sys.exit(main())
