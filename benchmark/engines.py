"""One way to run an ONNX model on each engine: opc and its peers.

Each maker takes (path, inputs, threads) and gives a function without arguments
that runs the model once and returns its outputs as arrays, in order.
"""

import numpy as np


def opc(path, inputs, threads):
    import opc as engine

    model = engine.compile(str(path), target="cpu", threads=threads)
    return lambda: model.run(inputs)


def onnxruntime(path, inputs, threads):
    import onnxruntime as engine

    options = engine.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = engine.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, inputs)


def openvino(path, inputs, threads):
    import openvino as engine

    core = engine.Core()
    model = core.read_model(path)
    names = {
        port: sorted(port.get_names() & set(inputs)) for port in model.inputs
    }
    model.reshape(
        {port: list(inputs[found[0]].shape) for port, found in names.items()}
    )
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled = core.compile_model(model, "CPU", settings)
    request = compiled.create_infer_request()
    tensors = [engine.Tensor(inputs[found[0]]) for found in names.values()]

    def run():
        for index, tensor in enumerate(tensors):
            request.set_input_tensor(index, tensor)
        request.infer()
        return [
            request.get_output_tensor(index).data
            for index in range(len(compiled.outputs))
        ]

    return run


def torch(module):
    """A maker for a function on tensors that does what the ONNX model does."""

    def make(_path, inputs, threads):
        import torch as engine

        engine.set_num_threads(threads)
        tensors = [engine.from_numpy(array) for array in inputs.values()]

        def run():
            with engine.no_grad():
                return [module(*tensors)]

        return run

    return make


def relative_difference(outputs, reference):
    """Greatest |a - b| beside the greatest |b|, over all outputs; inf if a shape
    differs, or one is NaN where the other is not."""
    worst = 0.0
    for ours, theirs in zip(outputs, reference, strict=True):
        ours = np.asarray(ours, np.float64)
        theirs = np.asarray(theirs, np.float64)
        if ours.shape != theirs.shape:
            return float("inf")
        if (np.isnan(ours) != np.isnan(theirs)).any():
            return float("inf")
        known = ~np.isnan(theirs)
        if not known.any():
            continue
        scale = np.abs(theirs[known]).max() or 1.0
        worst = max(worst, np.abs(ours[known] - theirs[known]).max() / scale)
    return worst


def rounding_spread(path, inputs, trials=8, rounding=1e-6):
    """How far onnxruntime's own outputs move, as `relative_difference`, when the
    inputs do by the rounding of a sum in another order.

    A model that rounds its activations to 8-bit integers as it runs amplifies
    such differences: two right programs may differ by this much.
    """
    reference = onnxruntime(path, inputs, 1)()
    worst = 0.0
    for seed in range(trials):
        random = np.random.default_rng(seed)
        moved = {
            name: x * (1 + random.uniform(-rounding, rounding, x.shape))
            for name, x in inputs.items()
        }
        moved = {
            name: x.astype(inputs[name].dtype) for name, x in moved.items()
        }
        outputs = onnxruntime(path, moved, 1)()
        worst = max(worst, relative_difference(outputs, reference))
    return worst
