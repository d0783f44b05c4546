#!/usr/bin/env python3
"""Runs every part of the test suite and closes with one summary.

usage: scripts/run_tests.py [--build-dir DIR] [--only PART[,PART...]]

DIR is what a preset builds in, e.g. build-release or build-asan. Each part runs
even if an earlier one failed. The last line is `N passed, N failed, N skipped`,
summed over all parts, and the exit status is non-zero when anything failed, or
when nothing passed.
"""

import argparse
import collections
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import chips
import sanitizers

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Seconds; a hang must become a failure while others can still be seen.
TIME_LIMIT = 45 * 60
UNITTEST_TIME_LIMIT = 5 * 60
# Folders of test/lit whose tests run code made for `%chip`.
CODE_SUITES = ("Ops", "Targets/CPU")
FUZZ_SECONDS = 15  # for each fuzzer; scripts/fuzz.sh is for longer


class Result:
    """Counts of one part, the names that failed, and why cases were skipped."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = collections.Counter()
        self.names = []  # of what passed

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.names += other.names


def stop(process):
    """Ends a process and all that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(command, cache=None, limit=None):
    """Exit status of `command`, whose output goes straight through.

    `cache` is where it keeps caches, instead of the user's place for them;
    `limit` is how many seconds it may take.
    """
    limit = limit or TIME_LIMIT
    command = [str(word) for word in command]
    environment = dict(os.environ)
    if cache:
        environment.pop("OPC_CACHE_DIR", None)
        environment["XDG_CACHE_HOME"] = str(cache)
    print("$ " + " ".join(command), flush=True)
    try:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True
        )
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", flush=True)
        return -1
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        print(f"still running after {limit} s: stopped", flush=True)
        stop(process)
        return -1
    except KeyboardInterrupt:
        stop(process)
        raise


def single(name, command):
    """A part that is one check: it passes when `command` exits 0."""
    result = Result()
    if run(command) == 0:
        result.passed = 1
    else:
        result.failed.append(name)
    return result


def read_junit(report, part):
    """The counts in a JUnit report, the format that all runners here write."""
    result = Result()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{part}: {case.get('classname', '')}.{case.get('name', '')}"
        skip = case.find("skipped")
        skipped = case.get("status") in ("notrun", "disabled")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed.append(name)
        elif skip is not None or skipped:
            reason = skip.get("message") if skip is not None else None
            reason = (
                (reason or name).replace(f"{ROOT}/", "").replace("\n", ": ")
            )
            result.skipped[f"{part}: {reason}"] += 1
        else:
            result.passed += 1
            result.names.append(name)
    return result


def reported(part, command, report, limit=None):
    """Runs `command`, which writes the JUnit file `report`, and counts it."""
    report.unlink(missing_ok=True)
    status = run(command, cache=report.parent / "cache", limit=limit)
    if not report.exists():
        result = Result()
        result.failed.append(f"{part}: no report, exit status {status}")
        return result
    result = read_junit(report, part)
    if status != 0 and not result.failed:
        result.failed.append(f"{part}: exit status {status}")
    return result


def under(build, command, leaks=False, **variables):
    """`command`, run with these variables and with those for sanitizers.

    What a compiler keeps until its process ends is no leak; what has no such
    thing says `leaks`.
    """
    variables |= sanitizers.options(build, leaks)
    words = [f"{name}={value}" for name, value in variables.items()]
    return ["env", *words, *command] if words else command


def lit_once(build, name, suites, *options):
    """lit over `suites`; its report is called `name`."""
    report = build / f"reports/{name}.xml"
    lit_program = pathlib.Path(sys.executable).parent / "lit"
    command = [
        lit_program,
        "-v",
        "--no-progress-bar",
        "--xunit-xml-output",
        report,
        *options,
    ]
    command += [build / "test/lit" / suite for suite in suites]
    return reported(name, under(build, command), report)


def lit(build):
    """All of test/lit, then what executes code once more on every lesser chip
    that this machine is as well."""
    result = lit_once(build, "lit", [""])
    for chip in chips.lesser(chips.listing_of(build)):
        name = f"lit {chip}"
        result.add(
            lit_once(build, name, CODE_SUITES, "--param", f"chip={chip}")
        )
    return result


def gtest(build):
    """Every binary that opc_unittest() wrote into the list."""
    result = Result()
    listing = build / "unittests/binaries.txt"
    if not listing.exists():
        result.failed.append("gtest: the build wrote no list of test binaries")
        return result
    for binary in listing.read_text().split():
        name = pathlib.Path(binary).name
        report = build / f"reports/{name}.xml"
        command = [binary, "--gtest_brief=1", f"--gtest_output=xml:{report}"]
        command = under(build, command, leaks=True)
        result.add(reported(name, command, report, UNITTEST_TIME_LIMIT))
    return result


def ctest(build):
    """What is neither a lit test nor a unit test, e.g. the C example."""
    report = build / "reports/ctest.xml"
    command = [
        "ctest",
        "--test-dir",
        build,
        "--output-on-failure",
        "-LE",
        "gtest",
    ]
    return reported(
        "ctest",
        command + ["--no-tests=ignore", "--output-junit", report],
        report,
    )


def pytest(build):
    report = build / "reports/pytest.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "python/tests"]
    # A process for each core; a file's tests stay together, and in order.
    command += ["-n", str(len(os.sched_getaffinity(0))), "--dist", "loadfile"]
    # A list of cases that came out empty is a fault, not a skip.
    command += ["-o", "empty_parameter_set_mark=fail_at_collect"]
    command += [f"--junitxml={report}"]
    # By these, the tests find the build that they are for.
    variables = {"OPC_BUILD_DIR": build, "PYTHONPATH": build / "python"}
    variables |= sanitizers.preload(build)
    return reported("pytest", under(build, command, **variables), report)


def fuzz(build):
    """Every fuzzer for a moment, always the same way."""
    result = Result()
    if sanitizers.cached(build, "OPC_FUZZ") == "OFF":
        result.skipped["fuzz: the build is one without fuzzers"] += 1
        return result
    folder = build / "fuzz"
    fuzzers = sorted(folder.glob("*Fuzzer"))
    if not fuzzers:
        result.failed.append("fuzz: the build has no fuzzers")
    seeds, findings = folder / "seeds", folder / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    script = [sys.executable, "scripts/fuzz_corpus.py", seeds]
    if run(script, cache=build / "reports/cache") != 0:
        result.failed.append("fuzz: no seeds")
        return result
    for fuzzer in fuzzers:
        found = (
            folder / "corpus" / fuzzer.name
        )  # what it keeps is new each time
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True)
        options = [
            f"-max_total_time={FUZZ_SECONDS}",
            "-timeout=20",
            "-rss_limit_mb=4096",
            "-seed=1",
            "-keep_seed=1",
            "-verbosity=0",
            f"-artifact_prefix={findings}/",
        ]
        command = [fuzzer, *options, found, seeds / fuzzer.name]
        if run(under(build, command), limit=UNITTEST_TIME_LIMIT) == 0:
            result.passed += 1
        else:
            result.failed.append(f"fuzz: {fuzzer.name}, see {findings}")
    return result


def checked(build, part):
    """Runs a part; what a sanitizer reported in any process has failed."""
    sanitizers.clear(build)
    result = part()
    result.failed += sanitizers.findings(build)
    return result


def preset(build):
    """Of CMakePresets.json, by the folder that it builds in."""
    return build.name.removeprefix("build-") if build.name != "build" else "dev"


def parts(build):
    """Name and body of each part, in the order of running."""
    script = lambda name, *options: [
        sys.executable,
        f"scripts/{name}",
        *options,
    ]
    return {
        "build": lambda: single("build", ["scripts/build.sh", preset(build)]),
        "layout": lambda: single("layout", script("check_layout.py")),
        "docs": lambda: single(
            "docs", script("gen_docs.py", "--check", "--build-dir", build)
        ),
        "lit": lambda: lit(build),
        "gtest": lambda: gtest(build),
        "ctest": lambda: ctest(build),
        "pytest": lambda: pytest(build),
        "fuzz": lambda: fuzz(build),
    }


def known_chips(build):
    """Of the build's driver; none where the build has failed."""
    try:
        return chips.chips(chips.listing_of(build))
    except (OSError, subprocess.SubprocessError):
        return []


NOT_RUN = "though this machine is one: no test that ran names it"


def chip_lines(known, names):
    """What each chip's code was executed by, and why others' was not."""
    counts = chips.executions(known, names)
    for chip in known:
        count = counts[chip.target]
        if chip.missing:  # a test may name it without running its code
            yield f"not executed: {chip.target}, this machine lacks {chip.missing}"
        elif count:
            yield f"executed {count} tests on {chip.target}"
        elif counts:
            yield f"not executed: {chip.target}, {NOT_RUN}"


def summary(results, seconds, known=()):
    total = Result()
    print(
        f"\n{'part':10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"
    )
    for name, result in results.items():
        skipped = result.skipped.total()
        print(
            f"{name:10}{result.passed:8}{len(result.failed):8}{skipped:9}"
            f"{seconds[name]:9.1f}"
        )
        total.add(result)
    for line in chip_lines(known, total.names):
        print(line)
    for reason, count in sorted(total.skipped.items()):
        print(f"skipped {count}: {reason}")
    for name in total.failed:
        print(f"failed: {name}")
    print(
        f"{total.passed} passed, {len(total.failed)} failed, "
        f"{total.skipped.total()} skipped"
    )
    return 1 if total.failed or not total.passed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--build-dir", type=pathlib.Path, default=ROOT / "build"
    )
    parser.add_argument("--only", help="comma-separated names of parts")
    arguments = parser.parse_args()
    build = arguments.build_dir.resolve()
    table = parts(build)
    chosen = arguments.only.split(",") if arguments.only else list(table)
    unknown = [name for name in chosen if name not in table]
    if unknown:
        parser.error(
            f"no such part: {unknown[0]} (there are {', '.join(table)})"
        )
    (build / "reports").mkdir(parents=True, exist_ok=True)
    # Being told to end ends what is running, as ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results, seconds = {}, {}
    for name in chosen:
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        results[name] = checked(build, table[name])
        seconds[name] = time.monotonic() - start
    return summary(results, seconds, known_chips(build))


if __name__ == "__main__":
    sys.exit(main())
