#!/usr/bin/env python3
"""Which operators of PyTorch's own test suite opc computes, and how right.

usage: scripts/torch_coverage.py [--only PATTERN] [--dtype NAME] [--target NAME]
                                 [--samples N] [--seconds S] [--again PATTERN]
                                 [--processes N] [--record]

Each operator of OpInfo (op_db) is compiled for this processor in a process of its
own, forward and backward, sample by sample, and compared with eager. It passes when
all of its samples do; it is refused when an operator of one of their graphs is, by
name; it is wrong when a result, a gradient or a changed input differs: the exit status
is then 1. What was found is kept (build/torch_opinfo.jsonl): a second run goes on
behind it; --again asks anew of the operators whose verdict matches. --record writes
the table that docs/generated/TorchOpInfo.md is made from.
"""

import argparse
import collections
import json
import pathlib
import re
import sys
import time

import forked

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "build/torch_opinfo.jsonl"
RECORD = ROOT / "python/tests/torch_opinfo.json"
FAULTS = ("wrong", "error", "crash", "hang")
LIMIT = 240  # seconds, behind which an operator hangs


def known_ops(dtype):
    """All operators of the suite, by name, that have a dtype."""
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

    return {
        op.full_name: op
        for op in op_db
        if getattr(torch, dtype) in op.supported_dtypes("cpu")
    }


def examined(op, args):
    """What all samples of an operator come to; runs in a process of its own."""
    import torch
    import torch_samples

    verdict = torch_samples.Verdict()
    samples, number = torch_samples.samples_of(
        op, getattr(torch, args.dtype), args.samples
    )
    end = time.monotonic() + args.seconds
    taken = 0
    for sample in samples:
        verdict.join(torch_samples.judge(op, sample, args.target))
        taken += 1
        if time.monotonic() > end:
            break
    return {**vars(verdict), "samples": taken, "of": number}


def warm_up(op, target):
    """Loads and makes once what all that are forked would."""
    import torch
    import torch_samples

    torch.set_num_threads(1)
    samples, _ = torch_samples.samples_of(op, torch.float32, 1)
    torch_samples.judge(op, samples[0], target)


def asked(args):
    """What a verdict is of, besides the operator."""
    return {
        "dtype": args.dtype,
        "target": args.target,
        "most": args.samples,
    }


def kept(args):
    """What earlier runs found of the same, by operator."""
    found = {}
    if KEPT.exists():
        for line in KEPT.read_text().splitlines():
            entry = json.loads(line)
            if asked(args).items() <= entry.items():
                found[entry["op"]] = entry
    return found


def is_kept(entry, args):
    """Whether a verdict need not be found anew."""
    if entry is None:
        return False
    verdicts = f"{entry['forward']} {entry['backward']}"
    return not (args.again and re.search(args.again, verdicts))


def entry_of(name, args, state, value):
    if state != forked.DONE:
        value = {"forward": state, "backward": state, "why": value}
    return {"op": name, **asked(args), **value}


def show(entry):
    why = entry.get("why") or entry.get("why_backward") or ""
    of = f"{entry.get('samples', 0)}/{entry.get('of', 0)}"
    print(
        f"{entry['forward']:9}{entry['backward']:9}{of:9}{entry['op']:44}{why}"[
            :300
        ],
        flush=True,
    )


def summary(entries):
    """Lines of counts, and whether nothing is at fault."""
    good = True
    for side in ("forward", "backward"):
        count = collections.Counter(each[side] for each in entries)
        del count["none"]
        total = count.total()
        found = ", ".join(f"{n} {name}" for name, n in count.most_common())
        print(f"{side}: of {total}: {found}")
        good &= not any(count[fault] for fault in FAULTS)
    return good


def record(entries):
    """Writes what the page is made from."""
    fields = ("forward", "backward", "samples", "of", "why", "why_backward")
    table = {
        each["op"]: {field: each[field] for field in fields if each.get(field)}
        for each in sorted(entries, key=lambda each: each["op"])
    }
    RECORD.write_text(json.dumps(table, indent=1) + "\n")


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog=__doc__.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help="a pattern of names")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--target", default="cpu")
    parser.add_argument(
        "--samples", type=int, default=1 << 30, help="of each operator, at most"
    )
    parser.add_argument(
        "--seconds", type=float, default=120, help="for each operator"
    )
    parser.add_argument("--again", default="", help="a pattern of verdicts")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    if args.record and (args.only, args.dtype, args.target) != (
        "",
        "float32",
        "cpu",
    ):
        parser.error("--record is of all operators, in float32, on cpu")
    return args


def main():
    args = parse()
    known = known_ops(args.dtype)
    ops = {name: op for name, op in known.items() if re.search(args.only, name)}
    found = kept(args)
    names = [name for name in ops if not is_kept(found.get(name), args)]
    if names:
        warm_up(known["add"], args.target)
    results = forked.run(
        names,
        lambda name: examined(ops[name], args),
        processes=args.processes,
        limit=max(LIMIT, 2 * args.seconds),
    )
    for name, state, value in forked.progress(results, len(names), "OpInfo"):
        entry = entry_of(name, args, state, value)
        with KEPT.open("a") as stream:
            stream.write(json.dumps(entry) + "\n")
        found[name] = entry
        show(entry)
    entries = [found[name] for name in ops]
    good = summary(entries)
    if args.record:
        record(entries)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
