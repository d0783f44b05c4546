#!/usr/bin/env python3
"""Which operators of PyTorch's own test suite opc computes, and how right.

usage: scripts/torch_coverage.py [--only PATTERN] [--dtypes NAME...] [--target NAME]
                                 [--samples N] [--seconds S] [--again PATTERN]
                                 [--processes N] [--record]

Each operator of OpInfo (op_db) is compiled for this processor in a process of its
own, forward and, in float32, backward, sample by sample, and compared with eager. It
passes when all of its samples do; it is refused when an operator of one of their graphs
is, by name; it is wrong when a result, a gradient or a changed input differs: the exit
status is then 1. What was found is kept (build/torch_opinfo.jsonl): a run that is
stopped loses the samples of the last seconds, a second one goes on behind the others;
--again asks anew of the operators whose verdict matches. --record writes the table that
docs/generated/TorchOpInfo.md is made from.
"""

import argparse
import collections
import functools
import json
import pathlib
import re
import sys
import time
from typing import NamedTuple

import forked

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "build/torch_opinfo.jsonl"
RECORD = ROOT / "python/tests/torch_opinfo.json"
FAULTS = ("wrong", "error", "crash", "hang")
LIMIT = 240  # seconds, behind which a sample hangs
#: Of each: where the suite has it, an operator is tried in it.
DTYPES = ("float32", "bfloat16", "int64")


@functools.cache
def known_ops(dtype):
    """All operators of the suite, by name, that have a dtype."""
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

    return {
        op.full_name: op
        for op in op_db
        if getattr(torch, dtype) in op.supported_dtypes("cpu")
    }


def examined(op, job, args, before):
    """What the samples of an operator come to, those that follow `before` for as
    long as there is time; runs in a process of its own."""
    import torch
    import torch_samples

    verdict = torch_samples.Verdict(**before["verdict"])
    samples, number = torch_samples.samples_of(
        op, getattr(torch, job.dtype), args.samples
    )
    end = time.monotonic() + args.seconds
    taken = before["samples"]
    for sample in samples[taken:]:
        verdict.join(torch_samples.judge(op, sample, args.target))
        taken += 1
        if time.monotonic() > end:
            break
    return {
        **vars(verdict),
        "samples": taken,
        "of": number,
        "complete": taken == len(samples),
    }


def warm_up(op, target):
    """Loads and makes once what all that are forked would."""
    import torch
    import torch_samples

    torch.set_num_threads(1)
    samples, _ = torch_samples.samples_of(op, torch.float32, 1)
    torch_samples.judge(op, samples[0], target)


class Job(NamedTuple):
    """An operator in one dtype."""

    op: str
    dtype: str


def asked(args):
    """What a verdict is of, besides the job."""
    return {"target": args.target, "most": args.samples}


def kept(args):
    """What earlier runs found of the same, by job."""
    found = {}
    if KEPT.exists():
        for line in KEPT.read_text().splitlines():
            entry = json.loads(line)
            if "complete" in entry and asked(args).items() <= entry.items():
                found[Job(entry["op"], entry["dtype"])] = entry
    return found


def without_those_asked_again(found, args):
    """What need not be found anew."""

    def is_asked_again(entry):
        verdicts = f"{entry['forward']} {entry['backward']}"
        return args.again and re.search(args.again, verdicts)

    return {
        job: each for job, each in found.items() if not is_asked_again(each)
    }


def begun(entry):
    """Where the samples of a job go on: at the first without an entry."""
    fields = ("forward", "backward", "why", "why_backward")
    return {
        "samples": entry["samples"] if entry else 0,
        "verdict": {field: entry[field] for field in fields} if entry else {},
    }


def entry_of(job, args, state, value):
    if state != forked.DONE:
        value = {"forward": state, "backward": state, "why": value}
        value["complete"] = True
    return {**job._asdict(), **asked(args), **value}


def rounds(jobs, found, args):
    """Yields (job, state, value) until all samples of all jobs are judged."""
    ops = {dtype: known_ops(dtype) for dtype in args.dtypes}
    if jobs:
        warm_up(next(iter(ops.values()))["add"], args.target)
    while jobs:
        results = forked.run(
            jobs,
            lambda job: examined(
                ops[job.dtype][job.op], job, args, begun(found.get(job))
            ),
            processes=args.processes,
            limit=args.seconds + LIMIT,
        )
        yield from forked.progress(results, len(jobs), "OpInfo")
        jobs = [job for job in jobs if not found[job]["complete"]]


def show(entry):
    why = entry.get("why") or entry.get("why_backward") or ""
    of = f"{entry.get('samples', 0)}/{entry.get('of', 0)}"
    print(
        f"{entry['forward']:9}{entry['backward']:9}{of:10}"
        f"{entry['dtype']:9} {entry['op']:44}{why}"[:300],
        flush=True,
    )


def summary(found, dtype):
    """Lines of counts of one dtype, and whether nothing is at fault."""
    good = True
    for side in ("forward", "backward"):
        count = collections.Counter(
            each[side] for job, each in found.items() if job.dtype == dtype
        )
        del count["none"]
        if not count:
            continue
        kinds = ", ".join(f"{n} {name}" for name, n in count.most_common())
        print(f"{dtype} {side}: of {count.total()}: {kinds}")
        good &= not any(count[fault] for fault in FAULTS)
    return good


def record(found):
    """Writes what the page is made from: a line for each operator and dtype."""
    fields = ("forward", "backward", "samples", "of", "why", "why_backward")
    ops = collections.defaultdict(list)
    for job in sorted(found, key=lambda job: (job.op, DTYPES.index(job.dtype))):
        entry = found[job]
        told = {field: entry[field] for field in fields if entry.get(field)}
        ops[job.op].append(f'  "{job.dtype}": {json.dumps(told)}')
    rows = [
        f' "{op}": {{\n' + ",\n".join(lines) + "\n }"
        for op, lines in ops.items()
    ]
    RECORD.write_text("{\n" + ",\n".join(rows) + "\n}\n")


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog=__doc__.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help="a pattern of names")
    parser.add_argument("--dtypes", nargs="+", default=DTYPES)
    parser.add_argument("--target", default="cpu")
    parser.add_argument(
        "--samples", type=int, default=1 << 30, help="of each operator, at most"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=120,
        help="behind which what was found of an operator is kept",
    )
    parser.add_argument("--again", default="", help="a pattern of verdicts")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    if args.record and (args.only, tuple(args.dtypes), args.target) != (
        "",
        DTYPES,
        "cpu",
    ):
        parser.error("--record is of all operators and dtypes, on cpu")
    return args


def main():
    args = parse()
    jobs = [
        Job(name, dtype)
        for dtype in args.dtypes
        for name in known_ops(dtype)
        if re.search(args.only, name)
    ]
    found = without_those_asked_again(kept(args), args)
    left = [
        job for job in jobs if job not in found or not found[job]["complete"]
    ]
    for job, state, value in rounds(left, found, args):
        found[job] = entry_of(job, args, state, value)
        with KEPT.open("a") as stream:
            stream.write(json.dumps(found[job]) + "\n")
        show(found[job])
    found = {job: found[job] for job in jobs}
    good = [summary(found, dtype) for dtype in args.dtypes]
    if args.record:
        record(found)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
