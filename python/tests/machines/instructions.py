"""Which instructions of a program are vector instructions."""

import collections
import re
import subprocess

import qemu

# What a line of a disassembly has that is one, by instruction set.
VECTOR = {
    "aarch64-sve": r"\b[zp]\d+(\.[bhsd])?\b",
    "aarch64": r"\bv\d+\.(16b|8h|4s|2d|8b|4h|2s)\b|\bq\d+\b",
    "riscv64": r"\tv[a-z]",
    "loongarch64": r"\$vr\d+",
    "loongson-3a6000": r"\$xr\d+",
}
# What llvm-objdump has to know of the processor.
FEATURES = {
    "aarch64": "+all",
    "riscv64": "+v,+m,+a,+f,+d,+c",
    "loongarch64": "+lasx,+lsx",
}

# vector, all: numbers of instructions; calls: names of what is called.
Counts = collections.namedtuple("Counts", "vector all calls")


def pattern_of(chip):
    """The longest key of VECTOR that the chip's name begins with."""
    names = [name for name in VECTOR if chip.startswith(name)]
    return re.compile(VECTOR[max(names, key=len, default="aarch64")])


def count(file, chip):
    """The `Counts` of an object's kernels."""
    arch = qemu.COMMANDS[chip].split()[0].removeprefix("qemu-")
    command = ["llvm-objdump-22", "-dr", "--no-show-raw-insn"]
    command += [f"--mattr={FEATURES[arch]}", file]
    text = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout
    pattern, vector, every, calls = pattern_of(chip), 0, 0, set()
    for line in text.splitlines():
        if "R_" in line:
            calls.add(line.split()[-1])
        elif re.match(r"\s+[0-9a-f]+:\s", line):
            every += 1
            vector += bool(pattern.search(line))
    return Counts(vector, every, calls)
