"""scripts/run_tests.py counts what the runners report, and misses no failure."""

import json
import pathlib
import sys
import time

import chips
import pytest
import run_tests
import sanitizers
from support import ROOT

# One case of each kind as lit, GoogleTest, ctest and pytest write them.
REPORTS = {
    "lit": """<testsuites><testsuite>
        <testcase classname="a" name="good"/>
        <testcase classname="a" name="bad"><failure>x</failure></testcase>
        <testcase classname="a" name="skip"><skipped message="no gpu"/></testcase>
        </testsuite></testsuites>""",
    "gtest": """<testsuites><testsuite>
        <testcase name="good" status="run" classname="A"/>
        <testcase name="off" status="notrun" classname="A"/>
        <testcase name="skip" status="run" classname="A">
          <skipped message="file:1&#x0A;no gpu"/></testcase>
        <testcase name="bad" status="run" classname="A"><failure message="x"/>
        </testcase></testsuite></testsuites>""",
    "ctest": """<testsuite>
        <testcase name="good" classname="good" status="run"/>
        <testcase name="bad" classname="bad" status="fail"><failure message=""/>
        </testcase></testsuite>""",
    "pytest": """<testsuites><testsuite>
        <testcase classname="m" name="good"/>
        <testcase classname="m" name="bad"><error message="x">y</error></testcase>
        <testcase classname="m" name="skip"><skipped message="why">w</skipped>
        </testcase></testsuite></testsuites>""",
}
COUNTS = {
    "lit": (1, 1, 1),
    "gtest": (1, 1, 2),
    "ctest": (1, 1, 0),
    "pytest": (1, 1, 1),
}


@pytest.mark.parametrize("runner", REPORTS)
def test_counts_a_report(runner, tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORTS[runner])
    result = run_tests.read_junit(report, runner)
    counts = result.passed, len(result.failed), result.skipped.total()
    assert counts == COUNTS[runner]
    assert result.failed[0].endswith(".bad")


def python(code):
    return [sys.executable, "-c", code]


def test_a_runner_without_a_report_has_failed(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORTS["ctest"])  # of an earlier run
    result = run_tests.reported("x", python("pass"), report)
    assert result.failed == ["x: no report, exit status 0"]


def test_a_runner_that_crashes_after_its_report_has_failed(tmp_path):
    report = tmp_path / "report.xml"
    code = f"open({str(report)!r}, 'w').write('<testsuite><testcase/></testsuite>')"
    result = run_tests.reported("x", python(f"{code}; exit(3)"), report)
    assert (result.passed, result.failed) == (1, ["x: exit status 3"])


def test_a_hang_is_a_failure_and_leaves_nothing_behind(tmp_path):
    mark = tmp_path / "mark"
    child = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert run_tests.run(python(code), limit=0.5) != 0
    time.sleep(2.5)
    assert not mark.exists()


def sanitized_build(folder):
    cache = "CMAKE_CXX_COMPILER:FILEPATH=c++\nOPC_SANITIZE:STRING=undefined\n"
    (folder / "CMakeCache.txt").write_text(cache)
    return folder


def test_what_a_sanitizer_reports_has_failed(tmp_path):
    """Whatever the exit status of the process that reported it."""
    build = sanitized_build(tmp_path)
    code = """
import os
path = dict(o.split("=") for o in os.environ["UBSAN_OPTIONS"].split(":"))["log_path"]
open(path + ".7", "w").write("\\na.cpp:1:2: runtime error: shift of 70\\n")
"""

    def part():
        return run_tests.single("x", run_tests.under(build, python(code)))

    result = run_tests.checked(build, part)
    report = build / "reports/sanitizers/report.7"
    assert result.failed == [f"{report}: a.cpp:1:2: runtime error: shift of 70"]
    assert result.passed == 1
    assert run_tests.checked(build, run_tests.Result).failed == []


def test_a_build_without_sanitizers_runs_commands_as_they_are(tmp_path):
    assert run_tests.under(tmp_path, ["x"], leaks=True) == ["x"]
    assert sanitizers.preload(tmp_path) == {}


def test_leaks_are_looked_for_where_there_may_be_none(tmp_path):
    build = sanitized_build(tmp_path)
    for leaks in (False, True):
        words = run_tests.under(build, ["x"], leaks)
        assert words[0] == "env" and words[-1] == "x"
        assert f"detect_leaks={int(leaks)}" in " ".join(words)


@pytest.mark.parametrize("name", ["dev", "release", "asan"])
def test_a_folder_has_the_preset_that_builds_in_it(name):
    presets = json.loads((ROOT / "CMakePresets.json").read_text())
    (place,) = (
        entry["binaryDir"].replace("${sourceDir}", str(ROOT))
        for entry in presets["configurePresets"]
        if entry["name"] == name
    )
    assert run_tests.preset(pathlib.Path(place)) == name


def test_a_missing_program_is_a_failure():
    assert run_tests.single("x", ["no-such-program"]).failed == ["x"]


@pytest.mark.parametrize(
    "passed, failed, status",
    [(2, [], 0), (2, ["x"], 1), (0, [], 1)],
)
def test_the_last_line_sums_up(capsys, passed, failed, status):
    result = run_tests.Result()
    result.passed, result.failed = passed, failed
    result.skipped["no gpu"] = 3
    assert run_tests.summary({"a": result}, {"a": 1.0}) == status
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{passed} passed, {len(failed)} failed, 3 skipped"


def test_a_failed_part_does_not_stop_the_others(monkeypatch, tmp_path, capsys):
    ran = []

    def part(name, code):
        def body():
            ran.append(name)
            return run_tests.single(name, python(f"exit({code})"))

        return body

    table = {name: part(name, code) for name, code in (("a", 1), ("b", 0))}
    monkeypatch.setattr(run_tests, "parts", lambda build: table)
    monkeypatch.setattr(
        sys, "argv", ["run_tests", "--build-dir", str(tmp_path)]
    )
    assert run_tests.main() == 1
    assert ran == ["a", "b"]
    assert capsys.readouterr().out.endswith("1 passed, 1 failed, 0 skipped\n")


LISTING = {
    "targets": [
        {"name": "plain", "chips": [{"name": "one", "runs_here": True}]},
        {
            "name": "cpu",
            "host": "wide",
            "chips": [
                {"name": "wide", "runs_here": True},
                {"name": "wide-2", "runs_here": False, "missing": "tiles"},
                {"name": "narrow", "runs_here": True},
            ],
        },
    ]
}


def test_lesser_chips_of_this_machine_are_run_too():
    assert chips.lesser(LISTING) == ["cpu:narrow"]
    names = ["plain", "cpu:wide", "cpu:narrow"]
    assert chips.executable(chips.chips(LISTING)) == names


def test_the_summary_says_which_chips_were_executed(capsys):
    result = run_tests.Result()
    result.passed = 3
    result.names = [
        "pytest: t.test[a-cpu:wide-static]",
        "pytest: t.test[plain]",
    ]
    result.names += ["lit cpu:narrow: abs", "pytest: t.test[cpu:wider]"]
    result.names += ["pytest: t.test[cpu:wide-2]"]  # of a chip that is not here
    run_tests.summary({"a": result}, {"a": 1.0}, chips.chips(LISTING))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "executed" in line] == [
        "executed 1 tests on plain",
        "executed 1 tests on cpu:wide",
        "not executed: cpu:wide-2, this machine lacks tiles",
        "executed 1 tests on cpu:narrow",
    ]
    del result.names[1]
    run_tests.summary({"a": result}, {"a": 1.0}, chips.chips(LISTING))
    assert (
        f"not executed: plain, {run_tests.NOT_RUN}" in capsys.readouterr().out
    )
