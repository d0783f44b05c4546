"""Kernels of the SIMT family compute on simulated devices what numpy computes."""

import numpy as np
import pytest
from simulated import compiled, run, simt_source

APIS = ("hip", "musa", "maca", "cuda")
WAVES = (32, 64, 128)


@pytest.fixture(scope="session", params=APIS)
def program(request, tmp_path_factory):
    api = request.param
    source = simt_source("simt_results.in", api)
    return compiled(source, api, tmp_path_factory.mktemp("simt"), "results")


def whole(shape, low=-8, high=8, seed=0):
    """Integers as floats: sums of them are exact."""
    values = np.random.default_rng(seed).integers(low, high, shape)
    return values.astype(np.float32)


def ranks(x, wave):
    pairs = x[: len(x) // 2 * 2].reshape(-1, 2)
    holds = np.zeros(-(-len(pairs) // 128) * 128, bool)
    holds[: len(pairs)] = pairs.sum(1) > 0
    some = np.zeros(len(holds), bool)
    some[: len(pairs)] = pairs[:, 0] > 0
    result = np.zeros(len(holds), np.float32)
    for begin in range(0, len(holds), wave):
        part = slice(begin, begin + wave)
        result[part] = np.cumsum(holds[part]) - holds[part]
        # Of the lanes that ask, that is those that hold a pair.
        result[part] += 0.5 * some[part].any()
    return result[: len(pairs)]


def axpy(x):
    h = x.astype(np.float16).astype(np.float64)
    one = np.where(np.arange(len(x)) % 2 == 0, 1.0, -1.0)
    # Exact in double, so that one rounding is left.
    result = (h[0] * h + one).astype(np.float16).astype(np.float32)
    result[len(x) // 2 * 2 :] = 0
    return result


def padded(values, size):
    return np.pad(np.asarray(values, np.float32), (0, size - len(values)))


def cases(wave):
    rows, columns = 37, 129
    n = rows * columns
    x = whole(n)
    bins = whole(n, 0, 64, seed=1)
    a, b = whole((rows, 37)), whole((37, columns), seed=2)
    blocks = np.pad(x, (0, -n % 256)).reshape(-1, 256).sum(1)
    near = np.random.default_rng(3).normal(size=(rows, columns))
    near = near.astype(np.float32)
    exact = np.exp(near.astype(np.float64))
    exact /= exact.sum(1, keepdims=True)
    counts = np.bincount(bins.astype(int), minlength=64)
    return {
        "add": (np.concatenate([x, bins]), x + bins, 0),
        "tree": (x, padded(blocks, n), 0),
        "gemm": (np.concatenate([a.ravel(), b.ravel()]), (a @ b).ravel(), 0),
        "softmax": (near.ravel(), exact.ravel(), 2e-6),
        "transpose": (x, x.reshape(rows, columns).T.ravel(), 0),
        "histogram": (bins, padded(counts, n), 0),
        "waves": (x, padded([x.sum()], n), 0),
        "ranks": (x, padded(ranks(x, wave), n), 0),
        "axpy": (near.ravel(), axpy(near.ravel()), 0),
    }


def output(program, tmp_path, name, data, **settings):
    data.astype(np.float32).tofile(tmp_path / "in")
    ran = run(
        program, name, 37, 129, tmp_path / "in", tmp_path / "out", **settings
    )
    assert (ran.code, ran.faults) == (0, []), ran.err
    return np.fromfile(tmp_path / "out", np.float32)


@pytest.mark.parametrize("wave", WAVES)
@pytest.mark.parametrize("name", cases(64))
def test_results_are_those_of_numpy(program, tmp_path, name, wave):
    data, expected, tolerance = cases(wave)[name]
    got = output(program, tmp_path, name, data, wave=wave)
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=0)


@pytest.mark.parametrize("mode", ("deferred", "delayed"))
@pytest.mark.parametrize("seed", (1, 2))
def test_results_do_not_depend_on_when_work_is_done(
    program, tmp_path, mode, seed
):
    for name in ("gemm", "softmax", "waves"):
        data, expected, tolerance = cases(64)[name]
        got = output(
            program, tmp_path, name, data, wave=64, mode=mode, seed=seed
        )
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=0)
