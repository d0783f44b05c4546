"""The rows of scripts/breakages.toml are true: a text that is gone, or a test, would
leave a promise that nobody breaks any more. scripts/break.py is what breaks them."""

import dataclasses
import importlib

import breakages
import pytest
from support import BUILD

break_ = importlib.import_module("break")
ROWS = breakages.rows()


def test_rows_name_what_is_there():
    assert list(breakages.complaints(ROWS)) == []


def test_there_are_twenty_kinds():
    assert len({row.stands_for for row in ROWS}) >= 20


@pytest.mark.parametrize(
    "change, complaint",
    [
        ({"file": "lib/None.cpp"}, "there is no lib/None.cpp"),
        ({"text": "no such text"}, "its text occurs 0 times"),
        ({"text": "\n"}, "times in"),
        ({"becomes": ROWS[0].text}, "changes nothing"),
        ({"tests": ()}, "names no test"),
        ({"tests": ("lit:None.mlir",)}, "there is no lit:None.mlir"),
        ({"tests": ("gtest:OpcKernelTests:None.*",)}, "there is no gtest:"),
        ({"tests": ("gtest:None:KernelFormTest.*",)}, "there is no gtest:"),
        (
            {"tests": ("pytest:python/tests/test_break.py::none",)},
            "there is no pytest:",
        ),
        ({"tests": ("other:x",)}, "there is no other:x"),
    ],
)
def test_a_row_that_is_not_is_named(change, complaint):
    row = dataclasses.replace(ROWS[0], **change)
    assert any(complaint in text for text in breakages.complaints([row]))


def test_a_name_is_there_once():
    assert "is there twice" in next(breakages.complaints([ROWS[0], ROWS[0]]))


def test_a_file_is_put_back(tmp_path):
    file = tmp_path / "file"
    file.write_text("one two")
    row = dataclasses.replace(
        ROWS[0], file=str(file), text="one", becomes="three"
    )
    with pytest.raises(KeyboardInterrupt), break_.Broken(row):
        assert file.read_text() == "three two"
        raise KeyboardInterrupt
    assert file.read_text() == "one two"


TEXTS = {
    "assert True": False,
    "assert False": True,
    "import pytest; pytest.skip()": "nothing ran",
    "import os; os.abort()": "no verdict",
}


@pytest.mark.parametrize("text", TEXTS)
def test_only_what_a_test_checks_is_a_failure(text, tmp_path):
    file = tmp_path / "test_it.py"
    file.write_text(f"def test_it():\n    {text}\n")
    tests = break_.Tests(BUILD, None)
    if isinstance(TEXTS[text], bool):
        assert tests.outcome(f"pytest:{file}") == TEXTS[text]
        return
    with pytest.raises(break_.Fault, match=TEXTS[text]):
        tests.outcome(f"pytest:{file}")


def test_a_test_that_cannot_be_read_is_no_failure(tmp_path):
    file = tmp_path / "test_it.py"
    file.write_text("import no_such_module\n")
    with pytest.raises(break_.Fault, match="an error"):
        break_.Tests(BUILD, None).outcome(f"pytest:{file}")
