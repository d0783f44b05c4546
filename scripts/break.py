#!/usr/bin/env python3
"""Breaks the tree in one place after another and sees tests fail.

usage: scripts/break.py [--list] [--build-dir DIR] [--jobs N] [NAME...]

The places are the rows of scripts/breakages.toml. First the tests of the chosen rows
have to pass. Then each row's text is replaced, what its tests run is built, and each of
its tests has to fail, by what it checks: a build that fails and a test that ends
without a verdict are faults of the row. The file is put back whatever happens. Exits with 1
where something went unseen. Changes that are not committed are refused.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import breakages
import run_tests
import sanitizers

ROOT = breakages.ROOT
TIME_LIMIT = 15 * 60  # seconds for a build, or for one selection of tests

SEEN, UNSEEN = "seen", "UNSEEN"


class Fault(Exception):
    """Why a row says nothing about the tests."""


def run(command, **variables):
    """Exit status and output; what it started ends with us."""
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIME_LIMIT)
    except BaseException as stopped:
        run_tests.stop(process)
        if isinstance(stopped, subprocess.TimeoutExpired):
            raise Fault(f"still running after {TIME_LIMIT} s") from stopped
        raise
    return process.returncode, output


class Tests:
    """Builds and runs selections of tests."""

    def __init__(self, build, jobs):
        self.build, self.jobs = build, jobs
        self.folder = tempfile.TemporaryDirectory()
        self.variables = {
            "OPC_BUILD_DIR": str(build),
            "PYTHONPATH": str(build / "python"),
            "XDG_CACHE_HOME": self.folder.name,
            **{
                key: str(v)
                for key, v in sanitizers.options(build, False).items()
            },
        }

    def targets(self, test):
        """What ninja has to build for a test."""
        kind, _, rest = test.partition(":")
        if kind == "gtest":
            return {rest.partition(":")[0]}
        if kind == "pytest":
            return {"opc-package"}
        text = (ROOT / "test/lit" / rest).read_text()
        asked = {"opc-opt": "opc-opt", "%opc ": "opc-driver"}
        asked["%python"] = "opc-package"
        return {target for word, target in asked.items() if word in text}

    def make(self, tests):
        targets = set().union(*map(self.targets, tests))
        command = ["ninja", "-C", self.build, *sorted(targets)]
        command += ["-j", self.jobs] if self.jobs else []
        status, output = run(command)
        if status != 0:
            raise Fault(f"does not build:\n{output[-2000:]}")

    def command(self, test, report):
        kind, _, rest = test.partition(":")
        if kind == "lit":
            lit = pathlib.Path(sys.executable).parent / "lit"
            path = self.build / "test/lit" / rest
            return [lit, "-q", "--xunit-xml-output", report, path]
        if kind == "gtest":
            binary, _, selection = rest.partition(":")
            options = [f"--gtest_filter={selection}"]
            options += [f"--gtest_output=xml:{report}", "--gtest_brief=1"]
            return [self.build / "unittests" / binary, *options]
        name, _, words = rest.partition(" -k ")
        chosen = ["-k", words] if words else []
        pytest = [sys.executable, "-m", "pytest", "-q", "-x", name, *chosen]
        return [*pytest, f"--junitxml={report}"]

    def outcome(self, test):
        """Whether a test failed; a fault where it neither passed nor failed."""
        report = pathlib.Path(self.folder.name) / "report.xml"
        report.unlink(missing_ok=True)
        status, output = run(self.command(test, report), **self.variables)
        if not report.exists():
            raise Fault(f"{test}: no verdict, exit status {status}")
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
        if any(case.find("error") is not None for case in cases):
            raise Fault(f"{test}: an error, no failure:\n{output[-2000:]}")
        failed = any(case.find("failure") is not None for case in cases)
        result = run_tests.read_junit(report, "")
        if not failed and (status != 0 or not result.passed):
            raise Fault(f"{test}: nothing ran, exit status {status}")
        return failed


class Broken:
    """The tree with one breakage in it, for as long as a block lasts."""

    def __init__(self, row):
        self.row = row
        self.before, self.after = row.broken()

    def __enter__(self):
        self.row.path.write_text(self.after)

    def __exit__(self, *_):
        # By the new time of its change, the next build sees that it is whole.
        self.row.path.write_text(self.before)


def verdict(row, tests):
    with Broken(row):
        tests.make(row.tests)
        unseen = [test for test in row.tests if not tests.outcome(test)]
    return f"{UNSEEN} by {', '.join(unseen)}" if unseen else SEEN


def check_whole(chosen, tests):
    """All tests that are to fail pass as long as nothing is broken."""
    wanted = list(dict.fromkeys(test for row in chosen for test in row.tests))
    tests.make(wanted)
    for number, test in enumerate(wanted, 1):
        print(f"whole [{number}/{len(wanted)}] {test}", flush=True)
        if tests.outcome(test):
            raise Fault(f"{test} fails already")


def try_all(chosen, tests):
    """Name, verdict and seconds of each row."""
    table = []
    for number, row in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {row.name} ... ", end="", flush=True)
        start = time.monotonic()
        try:
            said = verdict(row, tests)
        except Fault as fault:
            said = f"fault: {fault}"
        print(said, flush=True)
        table.append((row, said, time.monotonic() - start))
    return table


def summary(table):
    wide = max(len(row.name) for row, _, _ in table)
    print(f"\n{'breakage':{wide}}  seconds  verdict  stands for")
    for row, said, seconds in table:
        word = said.split()[0].rstrip(":")
        print(f"{row.name:{wide}}{seconds:9.1f}  {word:7}  {row.stands_for}")
    seen = sum(said == SEEN for _, said, _ in table)
    print(f"{seen} of {len(table)} breakages seen")
    return 0 if seen == len(table) else 1


def changed_files():
    """Files of the tree that differ from its last commit."""
    command = ["git", "status", "--porcelain", "--untracked-files=no"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def choose(parser, names):
    listed = breakages.rows()
    wrong = list(breakages.complaints(listed))
    if wrong:
        parser.exit(1, "\n".join(f"error: {line}" for line in wrong) + "\n")
    by_name = {row.name: row for row in listed}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        parser.error(f"no breakage is called {unknown[0]} (see --list)")
    return [by_name[name] for name in names] or listed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument(
        "--build-dir", type=pathlib.Path, default=ROOT / "build"
    )
    parser.add_argument("--jobs", help="of ninja; as many as it likes")
    arguments = parser.parse_args()
    chosen = choose(parser, arguments.names)
    if arguments.list:
        for row in chosen:
            print(f"{row.name}: {row.stands_for} ({row.file})")
        return 0
    if changed := changed_files():
        parser.exit(1, f"error: not committed: {changed[0].strip()}\n")
    # Being told to end puts the file back, as ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tests = Tests(arguments.build_dir.resolve(), arguments.jobs)
    try:
        check_whole(chosen, tests)
        table = try_all(chosen, tests)
        tests.make([test for row in chosen for test in row.tests])
    except Fault as fault:
        parser.exit(1, f"error: {fault}\n")
    except KeyboardInterrupt:
        parser.exit(130, "\nstopped; the next build makes all whole\n")
    return summary(table)


if __name__ == "__main__":
    sys.exit(main())
