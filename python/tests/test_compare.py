"""compare.py, by which test/lit/Ops judges, fails on every kind of difference.

What it lets pass, every test of an op would let pass.
"""

import sys

import compare
import ml_dtypes
import numpy as np
import pytest

F32, F64, F16 = np.float32, np.float64, np.float16
NAN, INF = np.nan, np.inf


def write(folder, arrays):
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return str(folder)


@pytest.fixture
def status(tmp_path, monkeypatch):
    """The exit status of a comparison of dicts of arrays, with its message."""

    def run(expected, actual, *options):
        folders = [
            write(tmp_path / "expected", expected),
            write(tmp_path / "actual", actual),
        ]
        monkeypatch.setattr(sys, "argv", ["compare.py", *folders, *options])
        try:
            compare.main()
        except SystemExit as stop:
            return stop.code
        return 0

    return run


def bf16(*values):
    return np.array(values, ml_dtypes.bfloat16)


def as_file(array):
    """bfloat16 as opc writes it: two bytes without a type that numpy knows."""
    return array.view("V2") if array.dtype == ml_dtypes.bfloat16 else array


EXACT, ULP, RTOL = ["--exact"], ["--ulp", "4"], ["--rtol", "1e-5"]
ONE = np.array([1, 2, 3], F32)
SAME = [
    ONE,
    np.array([NAN, INF, -INF, 0], F32),
    np.array([[True, False]]),
    np.array([2**62 + 1, -(2**63)], np.int64),
    np.array(7, np.uint8),
    np.zeros((2, 0), F16),
    bf16(1, NAN, -2),
]


@pytest.mark.parametrize("options", [EXACT, ULP, RTOL])
@pytest.mark.parametrize("array", SAME, ids=lambda array: str(array.dtype))
def test_equal_outputs_pass(status, array, options):
    outputs = {"y0": as_file(array), "y1": ONE}
    assert status(outputs, outputs, *options) == 0


# Pairs that differ too much for each of the three measures.
DIFFERENT = {
    "value": (ONE, np.array([1, 2, 3.1], F32)),
    "first value": (ONE, np.array([0, 2, 3], F32)),
    "NaN expected": (np.array([NAN, 2], F32), np.array([1, 2], F32)),
    "NaN found": (np.array([1, 2], F32), np.array([1, NAN], F32)),
    "infinity expected": (np.array([INF, 1], F32), np.array([3e38, 1], F32)),
    "infinity found": (np.array([3e38, 1], F32), np.array([INF, 1], F32)),
    "sign of infinity": (np.array([INF], F32), np.array([-INF], F32)),
    "zero expected": (np.array([0, 0], F32), np.array([0, 1e-20], F32)),
    "double": (np.array([1.0]), np.array([1 + 1e-4])),
    "half": (np.array([1, 2], F16), np.array([1, 2.02], F16)),
    "bfloat16": (bf16(1, 2), bf16(1, 2.25)),
    "bool": (np.array([True, True]), np.array([True, False])),
    "byte": (np.array([200], np.uint8), np.array([201], np.uint8)),
    "large integer": (np.array([2**62]), np.array([2**62 + 1])),
    "dtype": (ONE, ONE.astype(F64)),
    "signedness": (np.array([1], np.int8), np.array([1], np.uint8)),
    "shape": (ONE, ONE[None]),
    "length": (ONE, ONE[:2]),
    "empty": (ONE[:0], ONE[:0, None]),
}


@pytest.mark.parametrize("options", [EXACT, ULP, RTOL], ids=lambda o: o[0])
@pytest.mark.parametrize("what", DIFFERENT)
def test_a_difference_fails(status, what, options):
    expected, actual = map(as_file, DIFFERENT[what])
    found = status(
        {"y0": ONE, "y1": expected}, {"y0": ONE, "y1": actual}, *options
    )
    assert isinstance(found, str) and found.startswith("y1.npy: "), found


@pytest.mark.parametrize("dtype", [F16, F32, F64, ml_dtypes.bfloat16])
def test_limits_are_what_they_say(status, dtype):
    one = np.array([1], dtype)
    step = np.spacing(one)
    expected = {"y": as_file(one)}
    near = {"y": as_file(one + step * dtype(4))}
    assert status(expected, near, "--ulp", "4") == 0


@pytest.mark.parametrize(
    "options, difference, code",
    [
        (["--ulp", "4"], 4, True),
        (["--ulp", "4"], 5, False),
        (["--rtol", "1e-6"], 8, True),
        (["--rtol", "1e-6"], 9, False),
        (["--exact"], 1, False),
    ],
)
def test_a_limit_is_sharp(status, options, difference, code):
    expected, actual = np.array([1, 0], F32), np.array([1, 0], F32)
    actual[0] += difference * np.spacing(F32(1))
    assert (status({"y": expected}, {"y": actual}, *options) == 0) == code


def test_exact_tells_zeros_apart(status):
    zero = {"y": np.array([0.0], F32)}
    assert "y.npy" in str(status(zero, {"y": -zero["y"]}, "--exact"))


def test_numbers_of_a_scale_are_of_the_largest(status):
    expected, actual = np.array([1000, 1], F32), np.array([1000, 1.005], F32)
    assert status({"y": expected}, {"y": actual}, *RTOL) == 0


@pytest.mark.parametrize(
    "expected, actual",
    [
        ({"y0": ONE, "y1": ONE}, {"y0": ONE}),
        ({"y0": ONE}, {"y0": ONE, "y1": ONE}),
        ({"y0": ONE}, {"z0": ONE}),
        ({"y0": ONE}, {}),
        ({}, {}),
    ],
)
def test_a_missing_output_fails(status, expected, actual):
    assert "outputs differ in name" in status(expected, actual, *EXACT)


def test_folders_that_are_missing_fail(tmp_path, monkeypatch):
    folders = [str(tmp_path / "a"), str(tmp_path / "b")]
    monkeypatch.setattr(sys, "argv", ["compare.py", *folders, *EXACT])
    with pytest.raises(SystemExit, match="outputs differ in name"):
        compare.main()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "required: expected, actual"),
        (["one", "--exact"], "required: actual"),
        (["one", "two"], "one of the arguments --exact --ulp --rtol"),
        (["one", "two", "--exact", "--ulp", "4"], "not allowed with"),
        (["one", "two", "--ulp", "-1"], "not a positive limit"),
        (["one", "two", "--ulp=nan"], "not a positive limit"),
        (["one", "two", "--rtol", "0"], "not a positive limit"),
        (["one", "two", "--rtol", "inf"], "not a positive limit"),
        (["one", "../x/one", "--exact"], "compared with itself"),
    ],
)
def test_a_wrong_call_fails(tmp_path, monkeypatch, capsys, arguments, message):
    (tmp_path / "x/one").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "x")
    monkeypatch.setattr(sys, "argv", ["compare.py", *arguments])
    with pytest.raises(SystemExit) as stop:
        compare.main()
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
