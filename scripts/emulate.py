#!/usr/bin/env python3
"""Executes the code of chips that this machine is not, in emulators.

usage: scripts/emulate.py [--chip NAME]... [--only PART[,PART...]]
                          [--filter TEXT] [--every N] [--emulator DIR]

Programs are compiled here. Those of x86-64 run in a machine that Bochs emulates, those
of other instruction sets as processes of qemu; their results are compared with the
oracles that the same cases have everywhere:

  gtest        what the runtime knows of the processor (unittests/Runtime); Bochs
  lit          what test/lit executes on %chip; Bochs
  ops          python/tests/ops, beside onnxruntime and exact values
  conformance  the node cases of the ONNX backend suite

A wrong value, an illegal instruction, a crash or a hang of a case is named, fails
the run and ends no other case. Bochs is what scripts/get_emulator.sh makes, qemu what
scripts/setup.sh installs; without it the chips are not run, and a line says so. Bochs
interprets every instruction, some fifty millions a second: all parts take an hour or
two for a chip. So do they in qemu, of which each case is a process.

  scripts/emulate.py --only gtest,lit
  scripts/emulate.py --chip x86-64-amx --only ops --filter matmul
  scripts/emulate.py --only conformance --every 10
  scripts/emulate.py --chip riscv64-v256 --only ops
"""

import argparse
import contextlib
import pathlib
import signal
import sys
import time

import conformance
import emulated
import emulator
import onnx_suite
import qemu
import run_tests

BUILD = emulator.BUILD
UNITTESTS = BUILD / "unittests/OpcRuntimeTests"

# What Bochs calls a processor that has what a chip requires and little else: what
# is beyond the chip is an illegal instruction.
MODELS = {
    "x86-64-v3-vnni": "arrow_lake",
    "x86-64-v4": "corei7_skylake_x",
    "x86-64-v4-vnni": "corei7_icelake_u",
    "x86-64-amx": "sapphire_rapids",
}
CHIPS = (*MODELS, *qemu.COMMANDS)
LIMIT = 900  # seconds for one case, which may wait for another


def run_gtest(mailbox, target, options):
    """The runtime's table of features beside what Linux finds in the guest."""
    del options
    answer = mailbox.run(f"{UNITTESTS} --gtest_filter='CpuFeatures*'", {})
    print(answer.files["stdout"].decode(errors="replace"), flush=True)
    result = run_tests.Result()
    if answer.status == 0:
        result.passed = 1
    else:
        result.failed.append(f"gtest {target}: exit status {answer.status}")
    return result


def run_lit(mailbox, target, options):
    """What executes code on %chip."""
    driver = [sys.executable, run_tests.ROOT / "scripts/emulated_opc.py"]
    driver += [mailbox.folder, target]
    more = ["-j2", "--param", f"chip={target}"]
    more += ["--param", "opc=" + " ".join(map(str, driver))]
    if options.filter:
        more += ["--filter", options.filter]
    name = f"lit {target}"
    return run_tests.lit_once(BUILD, name, run_tests.CODE_SUITES, *more)


def run_ops(mailbox, target, options):
    """The tests of python/tests/ops that take a target, with this one."""
    report = BUILD / f"reports/ops {target}.xml"
    chosen = f"{target} and {options.filter}" if options.filter else target
    variables = {
        "OPC_BUILD_DIR": BUILD,
        "OPC_EMULATED": mailbox.name_for(target),
        "PYTHONPATH": f"{BUILD / 'python'}:{run_tests.ROOT / 'scripts'}",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "emulated"]
    command += ["python/tests/ops", f"--junitxml={report}", "-k", chosen]
    command = run_tests.under(BUILD, command, **variables)
    return run_tests.reported(f"ops {target}", command, report)


def run_conformance(mailbox, target, options):
    """Cases of the ONNX suite, in two processes: one compiles meanwhile."""
    names = [n for n in onnx_suite.cases() if n.startswith("node/")]
    names = [n for n in names if (options.filter or "") in n]
    with emulated.chips({target: mailbox}):
        found = conformance.run(
            names[:: options.every], [target], 2, LIMIT, print
        )
    result = run_tests.Result()
    for (name, _), (state, reason) in found.items():
        if state in conformance.FAULTS:
            result.failed.append(f"{target} {name}: {state}: {reason}")
        elif state == onnx_suite.REFUSED:
            result.skipped[f"{target}: cases that opc refuses"] += 1
        else:
            result.passed += 1
    return result


RUNNERS = {
    "gtest": run_gtest,
    "lit": run_lit,
    "ops": run_ops,
    "conformance": run_conformance,
}
OF_BOCHS = {"gtest", "lit"}


def run_part(part, mailbox, target, options):
    """The `Result` of a part, which a machine that stops fails as a whole."""
    try:
        return RUNNERS[part](mailbox, target, options)
    except emulator.Failure as reason:
        result = run_tests.Result()
        result.failed.append(f"{part} {target}: {reason}")
        return result


def machine_of(chip, options):
    """What executes the code of a chip, as a context."""
    if chip in qemu.COMMANDS:
        return contextlib.nullcontext(qemu.Machine(chip))
    programs = [emulator.DRIVER, UNITTESTS]
    return emulator.machine(MODELS[chip], programs, options.emulator)


def run_chip(chip, parts, options, results, seconds):
    """All of `parts` on one emulated machine."""
    target = f"cpu:{chip}"
    start = time.monotonic()
    with machine_of(chip, options) as mailbox:
        took = time.monotonic() - start
        print(f"== {target}: {mailbox.title} started in {took:.0f} s")
        for part in parts:
            if part in OF_BOCHS and chip not in MODELS:
                continue
            print(f"\n== {part} {target}", flush=True)
            start = time.monotonic()
            name = f"{part} {chip}"
            results[name] = run_part(part, mailbox, target, options)
            seconds[name] = time.monotonic() - start


def parse(arguments):
    parser = argparse.ArgumentParser(
        usage=argparse.SUPPRESS,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--chip", action="append", choices=CHIPS, help="all without it"
    )
    parser.add_argument(
        "--only", metavar="PART[,PART]", default=",".join(RUNNERS)
    )
    parser.add_argument("--filter", help="cases whose name has this text")
    parser.add_argument(
        "--every", type=int, default=1, help="each N-th case of conformance"
    )
    parser.add_argument(
        "--emulator",
        type=pathlib.Path,
        default=emulator.HOME,
        help="what get_emulator.sh made (.cache/emulator)",
    )
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    for part in options.only:
        if part not in RUNNERS:
            parser.error(
                f"no such part: {part} (there are {', '.join(RUNNERS)})"
            )
    return options


def main(arguments=None):
    options = parse(arguments)
    # Being told to end ends the machine, as ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results, seconds = {}, {}
    try:
        for chip in options.chip or CHIPS:
            try:
                run_chip(chip, options.only, options, results, seconds)
            except emulator.Unavailable as reason:
                print(
                    f"skipped: cpu:{chip}, which this machine is not: {reason}"
                )
    except emulator.Failure as reason:  # before there was a machine
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return run_tests.summary(results, seconds) if results else 0


if __name__ == "__main__":
    sys.exit(main())
