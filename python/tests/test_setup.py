"""Setting up again does nothing."""

import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_a_second_set_up_does_nothing():
    if not (ROOT / ".venv/made").exists():
        pytest.skip(".venv was not made by scripts/setup.sh")
    stamps = [ROOT / ".venv/made", *(ROOT / ".venv").glob("installed-*")]
    before = {file: file.stat().st_mtime_ns for file in stamps}
    done = subprocess.run(
        [ROOT / "scripts/setup.sh"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout + done.stderr == ""
    assert {file: file.stat().st_mtime_ns for file in stamps} == before


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-bench.txt"])
def test_requirements_are_pinned_exactly(name):
    lines = (ROOT / "python" / name).read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted and all(
        re.fullmatch(r"[\w-]+==\d[\w.]*", line) for line in wanted
    )


def test_a_package_is_built_with_what_is_tested():
    with open(ROOT / "pyproject.toml", "rb") as file:
        wanted = tomllib.load(file)["build-system"]["requires"]
    pinned = (ROOT / "python/requirements.txt").read_text().splitlines()
    assert wanted and not set(wanted) - set(pinned)


def test_the_package_is_found_where_the_build_puts_it():
    if not (ROOT / ".venv/made").exists():
        pytest.skip(".venv was not made by scripts/setup.sh")
    assert str(ROOT / "build/python") in sys.path
