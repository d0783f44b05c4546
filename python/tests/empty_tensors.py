"""Every operator on tensors without elements: what opc and its peer say.

    empty_tensors.py REPORT

Takes an example of each operator, from the tests in ops/ or from the suite of
ONNX, and cuts extents to 0: each axis of each input alone, and all axes of one
extent together. Compiled for the fixed extents, and once for symbolic ones that
turn out to be 0. Each example runs in a process of its own; REPORT has one row
for each variant: {example: {engine: [state, value] for each variant}}.
"""

import contextlib
import importlib
import json
import pathlib
import sys

import numpy as np
import onnx
import onnx.backend.test.case.node as node_cases
from onnx import helper, numpy_helper
from support import Case, onnxruntime_session

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))

TESTS = (
    "contraction elementwise movement normalisation ordering quantise "
    "recurrent reduce sampling window"
)
# A whole example: tens of variants.
LIMIT = 240
# Random numbers, and models of more than one operator.
SKIPPED = {"Bernoulli", "RandomNormalLike", "RandomUniformLike"}
ENGINES = ("onnxruntime", "cpu", "reference", "cpu symbolic")


class Example:
    """A model of one operator, arrays for its inputs, and those to be fixed."""

    def __init__(self, model, feeds, fixed=()):
        self.model, self.feeds, self.fixed = model, feeds, set(fixed)

    def variants(self):
        """Feeds in which some extents are 0."""
        axes = [
            (name, axis, extent)
            for name, array in self.feeds.items()
            for axis, extent in enumerate(np.shape(array))
        ]
        cuts = [{(name, axis)} for name, axis, _ in axes]
        for extent in {extent for _, _, extent in axes}:
            cuts.append({(n, a) for n, a, e in axes if e == extent})
        seen = []
        for cut in cuts:
            if cut not in seen:
                seen.append(cut)
        return [{n: cutting(n, a, cut) for n, a in self.feeds.items()} for cut in seen]

    def model_for(self, feeds, symbolic=False):
        """The model for inputs that look like `feeds`."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        del model.graph.input[:]
        known = {i.name for i in model.graph.initializer}
        for name, array in feeds.items():
            if name in self.fixed:
                if name not in known:
                    model.graph.initializer.append(
                        numpy_helper.from_array(np.asarray(array), name)
                    )
                continue
            shape = list(np.shape(array))
            if symbolic:
                shape = [f"{name}_{axis}" for axis in range(len(shape))]
            kind = helper.np_dtype_to_tensor_dtype(np.asarray(array).dtype)
            model.graph.input.append(
                helper.make_tensor_value_info(name, kind, shape)
            )
        # Extents that were inferred for others do not hold.
        for output in model.graph.output:
            output.type.tensor_type.ClearField("shape")
        return model

    def fed(self, feeds):
        return {n: a for n, a in feeds.items() if n not in self.fixed}


def cutting(name, array, cut):
    array = np.asarray(array)
    index = tuple(
        slice(0, 0) if (name, axis) in cut else slice(None)
        for axis in range(array.ndim)
    )
    return np.ascontiguousarray(array[index]).reshape(array[index].shape)


def cases():
    """One Case for each operator, number of inputs, rank and kind of numbers."""
    for name in TESTS.split():
        module = importlib.import_module(f"test_{name}")
        for test in vars(module).values():
            for mark in getattr(test, "pytestmark", []):
                for values in mark.args[1] if mark.name == "parametrize" else []:
                    case = getattr(values, "values", (None,))[0]
                    if isinstance(case, Case) and not case.refused:
                        yield case


def examples():
    found = {}
    for case in cases():
        arrays = [a for a in case.inputs if a is not None]
        key = (
            case.op,
            len(arrays),
            np.ndim(arrays[0]) if arrays else 0,
            np.asarray(arrays[0]).dtype.kind if arrays else "",
        )
        if key in found or sum(np.size(a) for a in arrays) > 20000:
            continue
        model = case.model()
        del model.graph.initializer[:]
        feeds = {
            f"x{i}": a for i, a in enumerate(case.inputs) if a is not None
        }
        found[key] = Example(model, feeds, {f"x{i}" for i in case.fixed})
    covered = {key[0] for key in found}
    for test in node_cases.collect_testcases(None):
        nodes = test.model.graph.node if test.model else []
        if len(nodes) != 1 or nodes[0].op_type in covered | SKIPPED:
            continue
        inputs = test.data_sets[0][0]
        if not all(isinstance(a, np.ndarray | np.generic) for a in inputs):
            continue
        names = [i.name for i in test.model.graph.input]
        found[nodes[0].op_type, test.name] = Example(
            test.model, dict(zip(names, inputs, strict=True))
        )
    return {"-".join(map(str, key)): example for key, example in found.items()}


def described(outputs):
    return [
        [str(o.dtype), list(o.shape), np.asarray(o, np.float64).ravel().tolist()]
        for o in map(np.asarray, outputs)
    ]


def peer(example):
    results = []
    for feeds in example.variants():
        try:
            session = onnxruntime_session(example.model_for(feeds))
            outputs = session.run(None, example.fed(feeds))
            results.append(["done", described(outputs)])
        except Exception as error:  # noqa: BLE001 (a peer that does not take it)
            results.append(["refused", str(error)[:200]])
    return results


def compiled(example, feeds, target, symbolic):
    """What needs a value at compile time gets it, as for opc.onnx.Backend."""
    import opc

    while True:
        try:
            model = example.model_for(feeds, symbolic)
            return opc.compile(model, target=target, cache=False)
        except opc.UnsupportedError as error:
            needed = {n.needs_value for n in error.nodes if n.needs_value}
            needed &= set(example.fed(feeds))
            if not needed:
                raise
            example.fixed |= needed


def ours(example, target, symbolic):
    import opc

    results, program = [], None
    if symbolic:
        try:
            program = compiled(example, example.feeds, target, True)
        except opc.Error as error:
            return [["refused", str(error)]] * len(example.variants())
    for feeds in example.variants():
        try:
            use = program or compiled(example, feeds, target, False)
            fixed = program and any(
                np.shape(feeds[n]) != np.shape(example.feeds[n])
                for n in example.fixed
            )
            if fixed:
                results.append(["skipped", ""])
                continue
            results.append(["done", described(use.run(example.fed(feeds)))])
        except opc.Error as error:
            results.append(["refused", str(error)])
    return results


def work(job):
    name, engine = job
    example = ALL[name]
    if engine == "onnxruntime":
        return peer(example)
    target, *symbolic = engine.split()
    return ours(example, target, bool(symbolic))


def main():
    import forked
    import opc

    global ALL
    with contextlib.suppress(ValueError):
        only = sys.argv[2:]
    ALL = examples()
    opc.targets()
    jobs = [
        (name, engine)
        for name in ALL
        if not only or any(o in name for o in only)
        for engine in ENGINES
    ]
    rows = {}
    for (name, engine), state, value in forked.run(jobs, work, 2, LIMIT):
        rows.setdefault(name, {})[engine] = (
            value if state == forked.DONE else [[state, value]]
        )
    pathlib.Path(sys.argv[1]).write_text(json.dumps(rows))


ALL = {}

if __name__ == "__main__":
    sys.path.append(str(pathlib.Path(__file__).parent / "ops"))
    main()
