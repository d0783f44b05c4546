#!/usr/bin/env python3
"""Walks the operators of the ONNX backend suite with extents of 0.

usage: scripts/empty_extents.py [--only TEXT] [--every N] [--instances N]

Of models of one node each axis of each input becomes 0 in turn, then axes of equal
extents of two inputs, of all, and all of one input; with extents that the compiler
knows, and with open ones. What opc gives is what onnxruntime or onnx's evaluator
gives, or it refuses in one line that names the node; anything else (another value,
elements where both refuse, a crash, a hang) is a fault and fails the run.
"""

import argparse
import base64
import collections
import ctypes
import itertools
import json
import pathlib
import sys

import forked
import numpy as np
import onnx
import onnx.reference
import onnx_suite
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPORT = ROOT / "build/reports/empty-extents.json"
TARGETS = ("reference", "cpu")
LIMIT = 60  # seconds for one model
M_PERTURB = -6  # of glibc's malloc.h
# What onnxruntime reads at most.
IR_VERSION, OPSET = 10, 26

OK, REFUSED, WRONG = "ok", "refused", "wrong"
FAULTS = (WRONG, forked.CRASH, forked.HANG)

# Operators whose results no oracle gives where an extent is 0, and why what opc
# gives is right.
ALONE = {
    "GRU": "onnxruntime has no layout 1: no steps leave the initial state",
    "LSTM": "as GRU",
    "Scan": "onnxruntime cannot unpack a sum of no iterations: the initial one",
}


def instances(most):
    """Models of one node, at most `most` that differ much of each operator."""
    found = collections.defaultdict(dict)
    for name, case in onnx_suite.cases().items():
        if not name.startswith("node/") or case.name in onnx_suite.RANDOM_DRAWS:
            continue
        model = onnx_suite.model_of(case)
        if len(model.graph.node) != 1 or model.functions:
            continue
        inputs = onnx_suite.data_sets(case, model)[0][0]
        if not inputs or not all(isinstance(x, np.ndarray) for x in inputs):
            continue
        node = model.graph.node[0]
        kind = (
            tuple((x.ndim, x.dtype.kind) for x in inputs),
            tuple(sorted(attribute.name for attribute in node.attribute)),
            len(node.output),
        )
        found[node.domain, node.op_type].setdefault(kind, name)
    for some in found.values():
        yield from itertools.islice(some.values(), most)


def places(inputs):
    """Sets of axes (input, axis) that become 0 together."""
    single = [(i, a) for i, x in enumerate(inputs) for a in range(x.ndim)]
    by_extent = collections.defaultdict(list)
    for i, a in single:
        by_extent[inputs[i].shape[a]].append((i, a))
    sets = [(place,) for place in single]
    for tied in by_extent.values():
        pairs = itertools.combinations(tied, 2)
        sets += [pair for pair in pairs if pair[0][0] != pair[1][0]]
        sets.append(tuple(tied))
    sets.append(tuple((i, a) for i, a in single if i == 0))
    return [some for some in dict.fromkeys(sets) if some]


def prepared(name, zeros, is_open):
    """The case, its model with these axes 0 (or all axes open), and inputs."""
    case = onnx_suite.cases()[name]
    model = onnx_suite.model_of(case)
    inputs = list(onnx_suite.data_sets(case, model)[0][0])
    for i, x in enumerate(inputs):
        shape = [0 if (i, a) in zeros else n for a, n in enumerate(x.shape)]
        if 0 in shape:
            inputs[i] = np.zeros(shape, x.dtype)
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    for value, x in zip(changed.graph.input, inputs, strict=True):
        shape = value.type.tensor_type.shape
        shape.ClearField("dim")
        for a, extent in enumerate(x.shape):
            if is_open:
                shape.dim.add().dim_param = f"{value.name}_{a}"
            else:
                shape.dim.add().dim_value = extent
    for value in changed.graph.output:
        value.type.tensor_type.ClearField("shape")
    return case, changed, inputs


def packed(arrays):
    tensors = [onnx.numpy_helper.from_array(np.asarray(a)) for a in arrays]
    return [
        base64.b64encode(tensor.SerializeToString()).decode()
        for tensor in tensors
    ]


def unpacked(texts):
    tensors = [
        onnx.TensorProto.FromString(base64.b64decode(text)) for text in texts
    ]
    return [onnx.numpy_helper.to_array(tensor) for tensor in tensors]


def onnxruntime_results(model, inputs):
    """What it gives, unless that is memory that it never wrote."""
    model.ir_version = min(model.ir_version, IR_VERSION)
    for domain in model.opset_import:
        if not domain.domain:
            domain.version = min(domain.version, OPSET)
    found = []
    for filling in (0x55, 0xAA):
        ctypes.CDLL(None).mallopt(M_PERTURB, filling)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, ["CPUExecutionProvider"]
        )
        names = [value.name for value in session.get_inputs()]
        found.append(session.run(None, dict(zip(names, inputs, strict=True))))
    if any(a.tobytes() != b.tobytes() for a, b in zip(*found, strict=True)):
        raise ValueError("memory that was never written")
    return found[0]


def evaluator_results(model, inputs):
    names = [value.name for value in model.graph.input]
    session = onnx.reference.ReferenceEvaluator(model)
    return session.run(None, dict(zip(names, inputs, strict=True)))


ORACLES = {"onnxruntime": onnxruntime_results, "evaluator": evaluator_results}
ASKED = [("onnxruntime", False), ("onnxruntime", True), ("evaluator", False)]


def opinion(job):
    """[True, results] of an oracle, or [False, why there are none]."""
    name, zeros, oracle, is_open = job
    _, model, inputs = prepared(name, zeros, is_open)
    with np.errstate(all="ignore"):
        try:
            return [True, packed(ORACLES[oracle](model, inputs))]
        except Exception as error:  # whatever they raise is a refusal
            return [False, onnx_suite.one_line(error)]


def answer(job):
    """The same of opc."""
    import opc

    name, zeros, target, is_open = job
    _, model, inputs = prepared(name, zeros, is_open)
    try:
        rep = opc.onnx.Backend.prepare(model, target=target, cache=False)
        return [True, packed(rep.run(inputs))]
    except opc.Error as error:
        return [False, str(error)]


def difference(case, wanted, got):
    """ "", or how results differ."""
    try:
        onnx_suite.compare(case, unpacked(wanted), unpacked(got))
    except (AssertionError, TypeError) as error:
        return onnx_suite.one_line(error)
    return ""


def verdict(name, good, said, opinions):
    """(state, reason) of what opc said, beside the oracles' opinions."""
    case = onnx_suite.cases()[name]
    node = onnx_suite.model_of(case).graph.node[0]
    if not good:
        is_named = node.op_type in said or "input '" in said
        fits = "\n" not in said and is_named
        return (REFUSED if fits else WRONG), said
    given = {who: what for who, (is_some, what) in opinions.items() if is_some}
    differences = {
        who: difference(case, what, said) for who, what in given.items()
    }
    if "" in differences.values():
        return OK, ""
    if differences:
        return WRONG, str(differences)
    # Without elements nothing can be wrong but the extents.
    if node.op_type in ALONE or not any(y.size for y in unpacked(said)):
        return OK, "no oracle"
    return WRONG, f"an answer where nobody has one: {unpacked(said)}"[:400]


def walk(jobs, processes):
    """Yields (case, axes, target, open, state, reason)."""
    import opc
    import opc.onnx

    opc.targets()  # loads the compiler, so that no child has to
    questions = [(*job, *asked) for job in jobs for asked in ASKED]
    opinions = collections.defaultdict(dict)
    ended = forked.run(questions, opinion, processes, LIMIT)
    for job, state, value in forked.progress(ended, len(questions), "oracles"):
        good = value if state == forked.DONE else [False, value]
        opinions[job[:2]][job[2:]] = good
    forms = list(itertools.product(TARGETS, (False, True)))
    questions = [(*job, *form) for job in jobs for form in forms]
    ended = forked.run(questions, answer, processes, LIMIT)
    for job, state, value in forked.progress(ended, len(questions), "models"):
        if state == forked.DONE:
            state, value = verdict(job[0], *value, opinions[job[:2]])
        yield (*job, state, value)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--only", default="", help="cases whose name has this text"
    )
    parser.add_argument(
        "--every", type=int, default=1, help="each N-th variant only"
    )
    parser.add_argument(
        "--instances", type=int, default=1, help="models of each operator"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--report", type=pathlib.Path, default=REPORT)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    jobs = []
    for name in instances(options.instances):
        case = onnx_suite.cases()[name]
        if options.only in name:
            inputs = onnx_suite.data_sets(case, onnx_suite.model_of(case))
            jobs += [(name, zeros) for zeros in places(inputs[0][0])]
    rows = []
    for row in walk(jobs[:: options.every], options.processes):
        rows.append(row)
        if row[4] in FAULTS:
            form = "open" if row[3] else "fixed"
            print(
                f"{row[4].upper()} {row[2]} {form} {row[0]} {row[1]}:", row[5]
            )
    keys = ("case", "axes", "target", "open", "state", "reason")
    report = [dict(zip(keys, row, strict=True)) for row in rows]
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report, indent=1) + "\n")
    counts = collections.Counter(row[4] for row in rows)
    print(", ".join(f"{counts[state]} {state}" for state in sorted(counts)))
    return 1 if any(counts[fault] for fault in FAULTS) else 0


if __name__ == "__main__":
    sys.exit(main())
