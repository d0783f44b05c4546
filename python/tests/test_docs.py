"""The docs are true: commands run, links lead somewhere, targets exist."""

import os
import pathlib
import re
import subprocess
import sys

import numpy
import onnx.parser
import pytest
from support import BUILD, ROOT

PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    if "generated" not in page.parts
)
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.M | re.S)
LINK = re.compile(r"\]\(([^)#:]+)\)")
PATH = re.compile(
    r"`((?:lib|include|test|scripts|docs|python|cmake|tools|demo|benchmark)"
    r"/[\w./-]+)`"
)
MODEL = """<ir_version: 8, opset_import: ["" : 17]>
model (float[batch, 3, height, width] x) => (float[batch, 3, height, width] y) {
  y = Relu (x)
}"""
NOT_RUN = ("git", "cd")


def blocks(page, language):
    text = page.read_text()
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def commands():
    """(page, command) of each line of each shell block, without comments."""
    return [
        (page.relative_to(ROOT).as_posix(), line.split("#")[0].strip())
        for page in PAGES
        for body in blocks(page, "sh")
        for line in body.splitlines()
        if line.split("#")[0].strip()
    ]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with the model and the input that the docs speak of."""
    folder = tmp_path_factory.mktemp("docs")
    onnx.save(onnx.parser.parse_model(MODEL), folder / "model.onnx")
    numpy.save(folder / "input.npy", numpy.ones((1, 3, 8, 8), numpy.float32))
    return folder


def run(command, workplace):
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=workplace,
        env=dict(os.environ, PATH=path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"


@pytest.mark.parametrize("page, command", commands())
def test_command(page, command, workplace):
    words = command.split()
    # What takes long or changes the tree has tests of its own: that it exists.
    if words[0] == "make":
        makefile = (ROOT / "Makefile").read_text()
        assert re.search(rf"^{words[1]}:", makefile, re.M)
    elif words[0].startswith("scripts/"):
        assert os.access(ROOT / words[0], os.X_OK)
    elif words[0].startswith(".venv/bin/"):
        assert (
            pathlib.Path(sys.prefix) / words[0].removeprefix(".venv/")
        ).exists()
    elif words[0] not in NOT_RUN:
        run(words, workplace)


@pytest.mark.parametrize(
    "page, body",
    [(page.name, body) for page in PAGES for body in blocks(page, "python")],
)
def test_python(page, body, workplace):
    run([sys.executable, "-c", body], workplace)


def test_pages_have_what_is_tested():
    """The patterns that find it have not gone stale."""
    text = "".join(page.read_text() for page in PAGES)
    assert len(LINK.findall(text)) > 10 and len(PATH.findall(text)) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    missing = [
        link
        for link in LINK.findall(page.read_text())
        if not (page.parent / link).exists()
    ]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page):
    """Paths of the tree in `code` exist; those with a placeholder are left out."""
    named = PATH.findall(page.read_text())
    made_up = (
        "FoldTwice",
        "fold-twice",
        "AlignReductions",
        "align-reductions",
        "Acme",
    )
    missing = [
        path
        for path in named
        if not (ROOT / path).exists() and not any(m in path for m in made_up)
    ]
    assert not missing
