"""Which chips a build can compile for, and which of them this machine executes."""

import collections
import json
import re
import subprocess

# target: as `--target` takes it; missing: what this machine lacks, or ""; device: what
# runs its kernels, "" for the processor.
Chip = collections.namedtuple("Chip", "target missing device", defaults=[""])


def chips(listing):
    """The chips in what `opc targets --json` prints; a target of one chip is
    called by its name alone."""
    found = []
    for target in listing["targets"]:
        for chip in target["chips"]:
            name = target["name"]
            if len(target["chips"]) > 1:
                name += ":" + chip["name"]
            missing = "" if chip["runs_here"] else chip["missing"] or "unknown"
            device = chip.get("device", {}).get("name", "")
            found.append(Chip(name, missing, device))
    return found


def listing_of(build):
    """What the driver of `build` says of its targets."""
    command = [build / "bin/opc", "targets", "--json"]
    text = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout
    return json.loads(text)


def executable(found):
    """Names of processors whose code runs here."""
    return [
        chip.target for chip in found if not chip.missing and not chip.device
    ]


def lesser(listing):
    """Names of those that this machine executes and that are not taken where a
    target is named without a chip."""
    best = {
        target["name"] + ":" + target.get("host", "")
        for target in listing["targets"]
    }
    return [
        name
        for name in executable(chips(listing))
        if ":" in name and name not in best
    ]


def executions(found, names):
    """How many of these names of tests name each of the chips, longest first:
    one name may be the beginning of another."""
    counts = collections.Counter()
    targets = sorted((chip.target for chip in found), key=len, reverse=True)
    pattern = re.compile(
        r"(?<![\w:])(?:" + "|".join(map(re.escape, targets)) + r")(?!\w)"
    )
    for name in names:
        counts.update(set(pattern.findall(name)))
    return counts
