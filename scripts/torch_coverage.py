#!/usr/bin/env python3
"""Which operators of PyTorch's own test suite opc computes, and how right.

usage: scripts/torch_coverage.py [--only PATTERN] [--slice I/N] [--samples N]
                                 [--target TARGET] [--json FILE]

Each sample of OpInfo (op_db, CPU, f32) is exported, compiled and compared with
eager torch. An operator passes when all of its samples do; it is refused when one
is, by name; it is wrong when a result differs: the exit status is then 1.
"""

import argparse
import collections
import json
import pathlib
import re
import sys
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python/tests"))


def sample_call(op, sample):
    """A function of the tensors of a sample, and these."""
    import torch
    from torch.utils import _pytree as pytree

    whole = (sample.input, sample.args, sample.kwargs)
    leaves, spec = pytree.tree_flatten(whole)
    places = [i for i, x in enumerate(leaves) if isinstance(x, torch.Tensor)]

    def call(*tensors):
        given = list(leaves)
        for place, tensor in zip(places, tensors, strict=True):
            given[place] = tensor
        first, args, kwargs = pytree.tree_unflatten(given, spec)
        result = op(first, *args, **kwargs)
        # Named results have no name in a file.
        return tuple(result) if isinstance(result, tuple) else result

    return call, [leaves[i].detach() for i in places]


def judge(op, sample, target):
    """("pass" | "refused" | "wrong" | "export", why)."""
    import opc
    import torch_case

    call, inputs = sample_call(op, sample)
    try:
        wanted = call(*(x.clone() for x in inputs))
        program = torch_case.exported(call, inputs)
    except Exception as error:
        return "export", f"{type(error).__name__}: {error}".splitlines()[0]
    why = ""
    for decompose in (False, True):
        try:
            if decompose:
                program = program.run_decompositions()
            data = torch_case.archive(program)
            model = opc.compile(data, target=target, cache=False)
        except opc.UnsupportedError as error:
            ops = {each.get("op", "") for each in error.diagnostics}
            why = "; ".join(sorted(ops)) + ": " + str(error).splitlines()[0]
            continue
        except opc.Error as error:
            return "wrong", str(error).splitlines()[0]
        except Exception as error:
            return "export", f"{type(error).__name__}: {error}".splitlines()[0]
        try:
            torch_case.compare(model, inputs, wanted, 1e-4)
        except (AssertionError, opc.Error, TypeError) as error:
            line = str(error).splitlines() or [type(error).__name__]
            return "wrong", line[0][:200]
        return "pass", ""
    return "refused", why


def verdict_of(op, args):
    import torch

    order = ["wrong", "export", "refused", "pass"]
    worst, reason, count = "pass", "", 0
    samples = list(op.sample_inputs("cpu", torch.float32, requires_grad=False))
    for sample in samples[: args.samples]:
        verdict, why = judge(op, sample, args.target)
        count += 1
        if order.index(verdict) < order.index(worst):
            worst, reason = verdict, why
        if worst == "wrong":
            break
    return {"verdict": worst, "why": reason, "samples": count}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="")
    parser.add_argument("--slice", default="0/1")
    parser.add_argument("--samples", type=int, default=1 << 30)
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--json", default="")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

    part, parts = map(int, args.slice.split("/"))
    ops = [
        op
        for op in op_db
        if re.search(args.only, op.full_name)
        and torch.float32 in op.supported_dtypes("cpu")
    ][part::parts]
    found = {}
    for op in ops:
        found[op.full_name] = verdict = verdict_of(op, args)
        print(f"{verdict['verdict']:8}{op.full_name:48}{verdict['why']}"[:240])
        sys.stdout.flush()
    count = collections.Counter(each["verdict"] for each in found.values())
    print(", ".join(f"{number} {name}" for name, number in count.items()))
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(found, indent=1))
    return int(count["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
