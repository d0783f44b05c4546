"""Compiles the operators of benchmark/operators.py and times the programs alone.

usage: python -m benchmark.kernels [options of Google Benchmark]
"""

import pathlib
import subprocess
import sys

import opc
from benchmark import operators

BUILD = pathlib.Path(__file__).resolve().parent.parent / "build"


def main():
    folder = BUILD / "bench/operators"
    folder.mkdir(parents=True, exist_ok=True)
    programs = []
    for name in operators.OPERATORS:
        case = operators.make_case(name, folder)
        programs.append(case.path.with_suffix(".so"))
        opc.compile(case.path, threads=2).save(programs[-1])
    command = [BUILD / "bin/KernelBenchmark", *sys.argv[1:], *programs]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
