#!/usr/bin/env python3
"""Runs the ONNX backend suite on opc and says how each case ends.

usage: scripts/conformance.py [--target NAME]... [--only TEXT] [--every N]
                              [--check | --bless]

A case passes, or the model is refused by name when it is compiled; anything else
(a wrong result, another error, a crash, a hang) is a fault and fails the run.
Without --only and --every all cases run, docs/ONNX-Coverage.md and
build/reports/conformance.json are written, and --check fails when fewer cases
pass than python/tests/conformance.json records; --bless records new totals.
"""

import argparse
import collections
import json
import pathlib
import sys

import coverage_page
import forked
import onnx_suite

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "python/tests/conformance.json"
PAGE = ROOT / "docs/ONNX-Coverage.md"
REPORT = ROOT / "build/reports/conformance.json"
TARGETS = ("reference", "cpu")
LIMIT = 120  # seconds for one case
FAULTS = ("wrong", "error", "crash", "hang")


def _work(job):
    return onnx_suite.run_case(*job)


def run(names, targets, processes, limit, say):
    """{(case, target): (state, reason)} of all cases `names` on all targets.

    Calls `say` with each fault as soon as it is met.
    """
    import opc

    onnx_suite.cases()
    opc.targets()  # loads the compiler, so that no child has to
    jobs = [(name, target) for name in names for target in targets]
    ended = forked.run(jobs, _work, processes, limit)
    results = {}
    for job, state, value in forked.progress(ended, len(jobs), "cases"):
        end = tuple(value) if state == forked.DONE else (state, value)
        results[job] = end
        if end[0] in FAULTS:
            say(f"{end[0].upper()} {job[1]} {job[0]}: {end[1]}")
    return {job: results[job] for job in jobs}


def totals(results):
    """{target: {kind: {state: count}}}"""
    table = {}
    for (name, target), (state, _) in sorted(results.items()):
        kind = name.split("/")[0]
        row = table.setdefault(target, {}).setdefault(
            kind, collections.Counter()
        )
        row[state] += 1
    return table


def print_totals(table):
    print(
        f"{'target':11}{'kind':19}{'cases':>6}{'pass':>6}{'refused':>9}", end=""
    )
    print("".join(f"{fault:>7}" for fault in FAULTS))
    for target, kinds in table.items():
        for kind, row in kinds.items():
            counts = f"{row.total():6}{row['pass']:6}{row['refused']:9}"
            faults = "".join(f"{row[fault]:7}" for fault in FAULTS)
            print(f"{target:11}{kind:19}{counts}{faults}")


def lost(table, record):
    """What passes less often than recorded, one line each."""
    for target, kinds in record.items():
        if target == "cases":
            continue
        for kind, least in kinds.items():
            found = table.get(target, {}).get(kind, {}).get("pass", 0)
            if found < least:
                yield f"{target} {kind}: {found} cases pass, {least} did before"


def bless(table):
    record = {
        target: {kind: row["pass"] for kind, row in kinds.items()}
        for target, kinds in table.items()
    }
    record["cases"] = {
        kind: row.total() for kind, row in next(iter(table.values())).items()
    }
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")


def write_report(results, file):
    rows = [
        {"case": name, "target": target, "state": state, "reason": reason}
        for (name, target), (state, reason) in sorted(results.items())
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1) + "\n")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--target", action="append", help="reference, cpu: both"
    )
    parser.add_argument("--only", help="cases whose name has this text")
    parser.add_argument(
        "--every", type=int, default=1, help="each N-th case only"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--limit", type=float, default=LIMIT, help="seconds a case"
    )
    parser.add_argument(
        "--quiet", action="store_true", help="do not list faults"
    )
    parser.add_argument("--report", type=pathlib.Path, default=REPORT)
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--check", action="store_true", help="against the record"
    )
    group.add_argument("--bless", action="store_true", help="write the record")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    targets = options.target or TARGETS
    names = [n for n in onnx_suite.cases() if (options.only or "") in n]
    names = names[:: options.every]
    faults = []

    def say(line):
        faults.append(line)
        if not options.quiet:
            print(line, flush=True)

    results = run(names, targets, options.processes, options.limit, say)
    table = totals(results)
    print_totals(table)
    write_report(results, options.report)
    complaints = []
    if len(names) == len(onnx_suite.cases()) and not options.target:
        PAGE.write_text(coverage_page.text(results))
        if options.bless:
            bless(table)
    if options.check:
        complaints = list(lost(table, json.loads(RECORD.read_text())))
    for complaint in complaints:
        print(f"lost: {complaint}")
    return 1 if faults or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
