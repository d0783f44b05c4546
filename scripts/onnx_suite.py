"""The cases of the onnx package's backend suite, and how one of them ends.

The suite is onnx.backend.test, unchanged; so is the comparison of results.
"""

import functools
import glob
import os
import pathlib
import warnings

import numpy as np
import onnx
import onnx.reference
import opc
import opc.onnx
from onnx import numpy_helper
from onnx.backend.test import loader
from onnx.backend.test.runner import Runner

KINDS = ("node", "real", "simple", "pytorch-converted", "pytorch-operator")

PASS, REFUSED, WRONG, ERROR = "pass", "refused", "wrong", "error"

# Cases whose expected values are one draw of numpy's generator, which no other
# implementation can give: what is checked is the type and the shape.
RANDOM_DRAWS = {
    "test_bernoulli",
    "test_bernoulli_double",
    "test_bernoulli_double_expanded",
    "test_bernoulli_expanded",
    "test_bernoulli_seed",
    "test_bernoulli_seed_expanded",
}


def _inverse_transform(inputs):
    """Of pairs of reals along axis 1, in double precision."""
    x = inputs[0].astype(np.float64)
    z = np.fft.ifft(x[..., 0] + 1j * x[..., 1], axis=1)
    return [np.stack([z.real, z.imag], axis=-1).astype(np.float32)]


def _causal_attention(inputs):
    """Of queries, keys and values [b, heads, n, d], in double precision."""
    q, k, v = (x.astype(np.float64) for x in inputs)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    scores += np.triu(np.full(scores.shape[-2:], -np.inf), 1)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return [(weights @ v).astype(inputs[0].dtype)]


# Cases whose stored values have a rounding above their own tolerance, of a single
# precision transform (zeros are 2e-7) or of the steps of a softmax of halves: they are
# computed anew.
EXACT = {
    "test_attention_4d_causal_fp16_expanded": _causal_attention,
    "test_dft_inverse": _inverse_transform,
    "test_dft_inverse_opset19": _inverse_transform,
}


@functools.cache
def cases():
    """All cases, in a fixed order: {"node/test_abs": TestCase}."""
    warnings.simplefilter("ignore", RuntimeWarning)  # the suite's own sums
    found = {}
    for kind in KINDS:
        some = loader.load_model_tests(kind=kind)
        for case in sorted(some, key=lambda case: case.name):
            found[f"{kind}/{case.name}"] = case
    return found


def model_of(case):
    """The model of `case` as a ModelProto."""
    if case.model is not None:
        return case.model
    return onnx.load(_model_file(case))


def _model_file(case):
    if case.model_dir is not None:
        return os.path.join(case.model_dir, "model.onnx")
    package = pathlib.Path(onnx.__file__).parent.parent
    return str(package / case.url)


def _read(file, type_proto):
    data = pathlib.Path(file).read_bytes()
    if type_proto.HasField("sequence_type"):
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if type_proto.HasField("optional_type"):
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def _array(value):
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    return value


def _numbered(folder, what, types):
    """The values in input_0.pb, input_1.pb, ..."""
    count = len(glob.glob(os.path.join(folder, f"{what}_*.pb")))
    return [
        _read(os.path.join(folder, f"{what}_{i}.pb"), types[i].type)
        for i in range(count)
    ]


def _stored_data(case, model):
    """The data sets in the folder of a case."""
    folders = glob.glob(os.path.join(case.model_dir, "test_data_set*"))
    for folder in sorted(folders):
        inputs = _numbered(folder, "input", model.graph.input)
        yield inputs, _numbered(folder, "output", model.graph.output)


def _light_data(case, model):
    """The one data set of a network without its weights."""
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [
        Runner.generate_dummy_data(value, name=case.model_name)
        for value in model.graph.input
        if value.name not in weights
    ]
    prefix = os.path.splitext(_model_file(case))[0]
    outputs = [
        _read(f"{prefix}_output_{i}.pb", value.type)
        for i, value in enumerate(model.graph.output)
    ]
    return [(inputs, outputs)]


def data_sets(case, model):
    """Pairs of inputs and expected outputs."""
    if case.data_sets is not None:
        return [
            ([_array(x) for x in inputs], [_array(x) for x in outputs])
            for inputs, outputs in case.data_sets
        ]
    if case.model_dir is not None:
        return list(_stored_data(case, model))
    return _light_data(case, model)


def compare(case, expected, outputs):
    if case.name not in RANDOM_DRAWS:
        Runner.assert_similar_outputs(
            expected, outputs, rtol=case.rtol, atol=case.atol
        )
        return
    for want, got in zip(expected, outputs, strict=True):
        assert (want.dtype, want.shape) == (got.dtype, got.shape)


def one_line(error):
    """The gist of an error, also of numpy's comparison of arrays."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "; ".join(lines[:5])[:400] or type(error).__name__


def run_case(name, target):
    """(state, reason) of one case; the reason is empty where it passes."""
    case = cases()[name]
    try:
        model = model_of(case)
        rep = opc.onnx.Backend.prepare(model, target=target, cache=False)
        for inputs, expected in data_sets(case, model):
            if case.name in EXACT:
                expected = EXACT[case.name](inputs)
            compare(case, expected, list(rep.run(inputs)))
    except opc.UnsupportedError as error:
        if not error.nodes:
            return ERROR, "a refusal that names no node: " + one_line(error)
        return REFUSED, "; ".join(sorted({_refusal(n) for n in error.nodes}))[
            :400
        ]
    except opc.Error as error:
        return ERROR, f"{type(error).__name__}: {one_line(error)}"
    except (AssertionError, TypeError) as error:
        return WRONG, one_line(error)
    return PASS, ""


def _refusal(node):
    domain = f"{node.domain}." if node.domain else ""
    what = f"{domain}{node.op}" if node.op else f"input {node.node}"
    return f"{what}: {node.reason}"
