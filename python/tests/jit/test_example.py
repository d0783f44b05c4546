"""examples/train_cnn.py, as a person would run it."""

import pathlib
import re
import subprocess
import sys

import fetch_data
import PIL.Image
import pytest

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples/train_cnn.py"


def run(*arguments):
    return subprocess.run(
        [sys.executable, EXAMPLE, *arguments],
        capture_output=True,
        text=True,
    )


def test_the_net_is_trained(tmp_path):
    for file in fetch_data.DATA["fashion_mnist"].files:
        try:
            fetch_data.path("fashion_mnist", file)
        except fetch_data.Unavailable as error:
            pytest.skip(str(error))
    plot = tmp_path / "losses.png"
    done = run("--steps", "5", "--output", plot)
    assert done.returncode == 0, done.stderr
    (apart,) = re.findall(r"at most (\S+) apart", done.stdout)
    assert float(apart) < 1e-3
    for name in ("eager", "opc"):
        assert re.search(
            rf"^{name} +loss \d\.\d+ +\d+\.\d+ ms a step", done.stdout, re.M
        )
    colours = {
        colour
        for _, colour in PIL.Image.open(plot).convert("RGB").getcolors(1 << 20)
    }
    assert {(0xD0, 0xA0, 0x00), (0x20, 0x30, 0x70)} <= colours


def test_wrong_options():
    done = run("--steps", "0")
    assert done.returncode == 2 and "0 is less than 1" in done.stderr
