"""How far each class of operators is from exact on each chip, and the record of it.

Exact is the model in float64 by onnx's own evaluator. Errors are in units in the last
place of the result's type. A value that is smaller than the root mean square of its
tensor has the unit of that: it is a difference of such as the others are.
"""

import contextlib
import json

import emulated
import ml_dtypes
import numpy as np
import opc
import qemu
from machines.operator_classes import CLASSES, STATIC, parts
from onnx.reference import ReferenceEvaluator
from support import CHIPS, ROOT, TARGETS, graph_model

RECORD = ROOT / "python/tests/target_coverage.json"
DTYPES = {
    "f32": np.dtype("f4"),
    "f16": np.dtype("f2"),
    "bf16": np.dtype(ml_dtypes.bfloat16),
}
# Targets whose code runs here, on this machine, in qemu, or by OpenCL.
FOREIGN = [f"cpu:{chip}" for chip in qemu.COMMANDS]
DEVICES = [chip.target for chip in CHIPS if chip.device == "opencl"]
EXECUTED = (*TARGETS, *FOREIGN, *DEVICES)


def machine(target):
    """Makes the programs of a chip run, where a qemu does."""
    chip = target.removeprefix("cpu:")
    if chip not in qemu.COMMANDS:
        return contextlib.nullcontext()
    return emulated.chips({target: qemu.Machine(chip)})


def size_of(kind):
    """The one size that is compiled in."""
    return STATIC if STATIC in kind.sizes else kind.sizes[0]


def wide(feeds):
    return {
        name: x.astype(np.float64) if x.dtype.kind in "fV" else x
        for name, x in feeds.items()
    }


def exact_outputs(kind, feeds, weights):
    """Of the same inputs, which are rounded."""
    feeds, weights = wide(feeds), wide(weights)
    model = graph_model(kind.nodes, feeds, kind.outputs, weights, kind.opset)
    with np.errstate(all="ignore"):
        return ReferenceEvaluator(model).run(None, feeds)


def units(got, exact):
    """The greatest error; infinity where one is no number or no integer of the other."""
    if got.dtype.kind in "biu":
        return 0.0 if np.array_equal(got, exact) else np.inf
    info = ml_dtypes.finfo(got.dtype)
    with np.errstate(all="ignore"):
        rounded = exact.astype(got.dtype).astype(np.float64)
    one, other = got.astype(np.float64), exact.astype(np.float64)
    same = (one == rounded) | (np.isnan(one) & np.isnan(other))
    comparable = np.isfinite(one) & np.isfinite(rounded)
    if not (same | comparable).all():
        return np.inf
    finite = other[comparable]
    if not finite.size:
        return 0.0
    floor = np.sqrt(np.mean(np.square(finite)))
    size = np.maximum(np.abs(finite), max(floor, float(info.smallest_normal)))
    unit = np.exp2(np.floor(np.log2(size)) - info.nmant)
    return float((np.abs(one[comparable] - finite) / unit).max())


def measured(name, target, dtype):
    """Units of the worst element of a class on a chip; the message of a refusal."""
    kind = CLASSES[name]
    weights, feeds = parts(kind.feeds(*size_of(kind), DTYPES[dtype]))
    model = graph_model(kind.nodes, feeds, kind.outputs, weights, kind.opset)
    try:
        compiled = opc.compile(model, target=target, cache=False)
    except opc.InputError as refusal:
        return str(refusal)
    got, exact = compiled.run(feeds), exact_outputs(kind, feeds, weights)
    return max(units(*pair) for pair in zip(got, exact, strict=True))


def read():
    """{dtype: {class: {target: what is known}}}: units of the worst
    element, true for code that was compiled and not run, the message of a refusal."""
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}
