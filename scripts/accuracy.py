#!/usr/bin/env python3
"""Says how far the outputs of opc and onnxruntime are from the exact ones.

usage: scripts/accuracy.py [MODEL]...   models of fetch_models.py, or all

Exact is the model in float64, run by onnx's reference evaluator, or where that
is too slow or lacks an op by opc's reference target (column "by"). A distance is
the greatest difference of all outputs, relative to the greatest magnitude of the
output. Inputs are those of model_inputs.py.
"""

import argparse

import fetch_models
import model_inputs
import numpy as np
import onnx
import onnxruntime
import opc
from onnx import TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

# Inputs of these ops that stay float32 whatever the type of the data is.
FLOAT_INPUTS = {"Resize": (1, 2), "Upsample": (1,)}
# Elements of an input above which the evaluator takes too long.
LARGE = 100_000


class BatchNormalization(OpRun):
    """For inference: onnx's own takes opsets before 14 for training."""

    op_domain = ""

    def _run(self, x, scale, bias, mean, var, epsilon=None, **_):
        shape = (1, -1) + (1,) * (x.ndim - 2)
        scale, bias, mean, var = (
            a.reshape(shape) for a in (scale, bias, mean, var)
        )
        return ((x - mean) / np.sqrt(var + epsilon) * scale + bias,)


def _widen(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        wide = numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))


def _widen_values(values):
    for value in values:
        kind = value.type.tensor_type
        if kind.elem_type == TensorProto.FLOAT:
            kind.elem_type = TensorProto.DOUBLE


def _widen_node(node):
    for attribute in node.attribute:
        if attribute.HasField("t"):
            _widen(attribute.t)
        if attribute.HasField("g"):
            _widen_graph(attribute.g)
        is_cast = node.op_type == "Cast" and attribute.name == "to"
        if is_cast and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.DOUBLE


def _widen_graph(graph):
    narrow = {
        node.input[index]
        for node in graph.node
        for index in FLOAT_INPUTS.get(node.op_type, ())
        if index < len(node.input)
    }
    for tensor in graph.initializer:
        if tensor.name not in narrow:
            _widen(tensor)
    for node in graph.node:
        if narrow.isdisjoint(node.output):
            _widen_node(node)
    for values in (graph.input, graph.output, graph.value_info):
        _widen_values(values)


def in_double(model):
    """A copy of an ONNX model that computes in float64 what is float32."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    _widen_graph(copy.graph)
    return copy


def widened(feeds):
    return {
        name: x.astype(np.float64) if x.dtype == np.float32 else x
        for name, x in feeds.items()
    }


def evaluated(file, feeds):
    """The outputs in float64, by onnx's reference evaluator."""
    evaluator = ReferenceEvaluator(
        in_double(onnx.load(file)), new_ops=[BatchNormalization]
    )
    with np.errstate(all="ignore"):
        return evaluator.run(None, widened(feeds))


def exact(file, feeds):
    """The outputs in float64, and who computed them."""
    if max(x.size for x in feeds.values()) <= LARGE:
        try:
            return evaluated(file, feeds), "onnx"
        except Exception:  # it lacks contrib ops, and fails in others
            pass
    model = opc.compile(in_double(onnx.load(file)), target="reference")
    return model.run(widened(feeds)), "opc"


def distance(outputs, expected):
    """The greatest of all outputs, relative to the largest magnitude of each."""

    def one(x, y):
        y = y.astype(np.float64)
        gap = np.abs(x.astype(np.float64) - y).max(initial=0.0)
        return gap / max(np.abs(y).max(initial=0.0), np.finfo(np.float64).tiny)

    return max(one(x, y) for x, y in zip(outputs, expected, strict=True))


def table(name):
    """Prints a line for each input of a model."""
    file = fetch_models.path(name)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        str(file), options, providers=["CPUExecutionProvider"]
    )
    compiled = [opc.compile(file, target=t) for t in ("cpu", "reference")]
    for feeds in model_inputs.inputs(name):
        expected, who = exact(file, feeds)
        results = [model.run(feeds) for model in compiled]
        results.append(session.run(None, feeds))
        shape = "x".join(map(str, next(iter(feeds.values())).shape))
        largest = max(float(np.abs(x).max(initial=0.0)) for x in expected)
        cells = " ".join(f"{distance(r, expected):11.1e}" for r in results)
        print(
            f"{name:20} {shape:12} {largest:8.1e} {who:4} {cells}", flush=True
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    print(
        f"{'model':20} {'input':12} {'largest':>8} {'by':4} {'opc cpu':>11} "
        f"{'reference':>11} {'onnxruntime':>11}"
    )
    for name in arguments.models or fetch_models.MODELS:
        try:
            table(name)
        except (opc.Error, fetch_models.Unavailable) as error:
            reason = str(error).strip().split("\n")[0]
            print(f"{name:20} {reason[:100]}", flush=True)


if __name__ == "__main__":
    main()
