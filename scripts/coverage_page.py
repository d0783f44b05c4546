"""docs/ONNX-Coverage.md: the state of each ONNX operator, from conformance runs."""

import collections

import onnx_suite

HEAD = """# ONNX coverage

Written by `make conformance` from the backend suite of onnx {version}. A case
passes, or the model is refused by name when it is compiled.

| target | kind | cases | pass | refused | faults |
|---|---|--:|--:|--:|--:|
"""

OPS = """
## Operators
State of each operator over the suite's cases for that one operator: *all* pass,
*some* pass (the others are refused), *refused*, *fault*.

| operator | cases | {columns} | reason of a refusal |
|---|--:|{dashes}|---|
"""


def _tested_op(case):
    """The operator that a case is about; None for those about more."""
    if case.model is None or len(case.model.graph.node) != 1:
        return None
    node = case.model.graph.node[0]
    return f"{node.domain}.{node.op_type}" if node.domain else node.op_type


def _state(states):
    """One word, and how many pass where not all do."""
    passed = states["pass"]
    if set(states) - {"pass", "refused"}:
        return "**fault**"
    if passed == states.total():
        return "all"
    return f"some ({passed})" if passed else "refused"


def _kinds(results):
    rows = {}
    for (name, target), (state, _) in results.items():
        row = rows.setdefault(
            (target, name.split("/")[0]), collections.Counter()
        )
        row[state] += 1
    for (target, kind), row in sorted(rows.items()):
        faults = row.total() - row["pass"] - row["refused"]
        yield (
            f"| {target} | {kind} | {row.total()} | {row['pass']} "
            f"| {row['refused']} | {faults} |"
        )


def _by_op(results):
    """{op: {target: Counter of states}} and {op: a reason}."""
    states, reasons = {}, {}
    for (name, target), (state, reason) in sorted(results.items()):
        op = _tested_op(onnx_suite.cases()[name])
        if op is None:
            continue
        by_target = states.setdefault(op, {})
        by_target.setdefault(target, collections.Counter())[state] += 1
        if reason:
            reasons.setdefault(op, reason)
    return states, reasons


def text(results):
    """The whole page."""
    targets = sorted({target for _, target in results})
    states, reasons = _by_op(results)
    lines = [HEAD.format(version=onnx_suite.onnx.__version__).rstrip("\n")]
    lines += _kinds(results)
    columns, dashes = " | ".join(targets), "|".join("---" for _ in targets)
    lines.append(OPS.format(columns=columns, dashes=dashes).rstrip("\n"))
    for op, by_target in sorted(states.items()):
        cells = [_state(by_target[target]) for target in targets]
        count = max(row.total() for row in by_target.values())
        reason = reasons.get(op, "").replace("|", "\\|").replace("\n", " ")
        lines.append(
            f"| {op} | {count} | {' | '.join(cells)} | {reason[:160]} |"
        )
    return "\n".join(lines) + "\n"
