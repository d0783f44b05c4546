"""What scripts/break.py breaks, and the tests that have to see it.

Rows of breakages.toml: `name`; `stands_for`, the promise that is broken; `file`;
`text`, which stands there once, and what it `becomes`; `tests`, each of which has to
fail: `lit:PATH` below test/lit, `gtest:BINARY:FILTER`, `pytest:FILE[::NAME][ -k WORDS]`.
"""

import dataclasses
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "scripts/breakages.toml"


@dataclasses.dataclass(frozen=True)
class Breakage:
    name: str
    stands_for: str
    file: str
    text: str
    becomes: str
    tests: tuple

    @property
    def path(self):
        return ROOT / self.file

    def broken(self):
        """The file's text before and after."""
        before = self.path.read_text()
        return before, before.replace(self.text, self.becomes)


def rows(table=TABLE):
    listed = tomllib.loads(table.read_text())["breakage"]
    return [Breakage(**{**row, "tests": tuple(row["tests"])}) for row in listed]


def test_exists(test):
    """Whether the files of the tree hold a test of that name."""
    kind, _, rest = test.partition(":")
    if kind == "lit":
        return (ROOT / "test/lit" / rest).is_file()
    if kind == "gtest":
        return gtest_exists(*rest.split(":", 1))
    if kind == "pytest":
        file, _, name = rest.partition(" -k ")[0].partition("::")
        path = ROOT / file
        defined = rf"^(?:def )?{re.escape(name)}\b" if name else ""
        return path.is_file() and bool(
            re.search(defined, path.read_text(), re.MULTILINE)
        )
    return False


def gtest_exists(binary, selection):
    """Of a filter without its wildcards: suite and test stand in one file."""
    suite, _, test = selection.replace("*", "").strip("/").partition(".")
    suite = suite.rpartition("/")[2]
    wanted = rf"\bTEST\w*\({suite}\b\w*,\s*{test.partition('/')[0]}"
    sources = (ROOT / "unittests").rglob("*.cpp")
    lists = (ROOT / "unittests").rglob("CMakeLists.txt")
    return any(
        re.search(wanted, source.read_text()) for source in sources
    ) and any(
        re.search(rf"opc_unittest\({binary}\s", text.read_text())
        for text in lists
    )


def complaints(listed):
    """What is wrong with the rows, by their names."""
    names = [row.name for row in listed]
    for row in listed:
        if names.count(row.name) > 1:
            yield f"{row.name}: is there twice"
        if not row.path.is_file():
            yield f"{row.name}: there is no {row.file}"
            continue
        count = row.path.read_text().count(row.text)
        if count != 1:
            yield f"{row.name}: its text occurs {count} times in {row.file}"
        if row.becomes == row.text:
            yield f"{row.name}: changes nothing"
        if not row.tests:
            yield f"{row.name}: names no test"
        for test in row.tests:
            if not test_exists(test):
                yield f"{row.name}: there is no {test}"
