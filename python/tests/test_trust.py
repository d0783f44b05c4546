"""The cache when others may write it: their code never runs here."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import BUILD, graph_model, normal

OPC = BUILD / "bin/opc"
NOBODY = 65534


def scaled(folder, factor):
    """A model y = x * factor."""
    file = folder / "model.onnx"
    node = helper.make_node("Mul", ["x", "f"], ["y"])
    weights = {"f": np.float32([factor])}
    proto = graph_model([node], {"x": normal(2)}, ["y"], weights=weights)
    onnx.save(proto, file)
    return file


def result(model, cache, **environment):
    """What 1 becomes through the command line, and what is said."""
    out = model.parent / "out"
    np.save(model.parent / "x.npy", np.float32([1, 1]))
    words = [OPC, "run", model, "--input", f"x={model.parent}/x.npy"]
    done = subprocess.run(
        [*words, "--output", out],
        env={**os.environ, "OPC_CACHE_DIR": str(cache), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(np.load(out / "y.npy")[0]), done.stderr.splitlines()


def entry_of(cache):
    (entry,) = cache.glob("*.so")
    return entry


@pytest.fixture
def model(tmp_path):
    return scaled(tmp_path, 2)


@pytest.fixture
def other(tmp_path):
    """An entry of another model, as this opc made it."""
    folder = tmp_path / "other"
    folder.mkdir()
    assert result(scaled(folder, 3), folder / "cache") == (3, [])
    return entry_of(folder / "cache").read_bytes()


def test_another_sound_program_in_place_of_an_entry_does_not_run(
    tmp_path, model, other
):
    cache = tmp_path / "cache"
    assert result(model, cache) == (2, [])
    entry = entry_of(cache)
    kept = entry.read_bytes()
    opc.compile(scaled(tmp_path / "other", 3), cache=False).save(
        tmp_path / "sound.so"
    )
    for foreign in (other, (tmp_path / "sound.so").read_bytes()):
        entry.unlink()
        entry.write_bytes(foreign)
        entry.chmod(0o600)
        assert result(model, cache) == (2, [])
        assert entry.read_bytes() == kept


def test_what_compile_writes_is_not_what_somebody_put_into_the_cache(
    tmp_path, model, other
):
    cache = tmp_path / "cache"
    environment = {**os.environ, "OPC_CACHE_DIR": str(cache)}
    words = [OPC, "compile", model, "-o"]
    subprocess.run([*words, tmp_path / "1.so"], env=environment, check=True)
    entry_of(cache).write_bytes(other)
    subprocess.run([*words, tmp_path / "2.so"], env=environment, check=True)
    (y,) = opc.load(tmp_path / "2.so").run([np.float32([1, 1])])
    assert y[0] == 2
    assert (tmp_path / "1.so").read_bytes() == (tmp_path / "2.so").read_bytes()


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o702])
def test_a_cache_that_others_may_write_is_not_used(tmp_path, model, mode):
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(mode)
    y, lines = result(model, cache)
    assert y == 2
    assert lines == [
        f"opc: warning: the cache is not used: '{cache}' may be written by "
        f"others (mode {mode:o})"
    ]
    assert not list(cache.iterdir())


def test_an_entry_that_others_may_write_is_not_used(tmp_path, model):
    cache = tmp_path / "cache"
    result(model, cache)
    entry = entry_of(cache)
    entry.chmod(0o666)
    y, lines = result(model, cache)
    assert (y, len(lines)) == (2, 1)
    assert f"'{entry}' may be written by others (mode 666)" in lines[0]
    assert result(model, cache) == (2, []), "compiled anew"


def test_an_entry_that_is_a_link_is_not_used(tmp_path, model):
    cache = tmp_path / "cache"
    result(model, cache)
    entry = entry_of(cache)
    entry.rename(tmp_path / "elsewhere.so")
    entry.symlink_to(tmp_path / "elsewhere.so")
    y, lines = result(model, cache)
    assert (y, len(lines)) == (2, 1)
    assert lines[0].endswith(f"'{entry}' is a link")
    assert not entry.is_symlink()


def test_an_entry_that_is_a_pipe_is_not_waited_for(tmp_path, model):
    cache = tmp_path / "cache"
    result(model, cache)
    entry = entry_of(cache)
    entry.unlink()
    os.mkfifo(entry, 0o600)
    y, lines = result(model, cache)
    assert (y, len(lines)) == (2, 1)
    assert lines[0].endswith(f"'{entry}' is no regular file")
    assert entry.is_file()
    assert result(model, cache) == (2, [])


# What another user does; the tests play both.

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can play another user"
)


def as_nobody(*words):
    subprocess.run(words, user=NOBODY, group=NOBODY, check=True)


@needs_root
def test_an_entry_of_another_user_is_not_used(tmp_path, model):
    cache = tmp_path / "cache"
    result(model, cache)
    entry = entry_of(cache)
    os.chown(entry, NOBODY, NOBODY)
    y, lines = result(model, cache)
    assert (y, len(lines)) == (2, 1)
    assert lines[0].endswith(f"'{entry}' belongs to user {NOBODY}")
    assert result(model, cache) == (2, [])


@needs_root
@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_another_user_cannot_plant_a_program(tmp_path_factory, mode):
    """In a shared folder, under the very name, and with the very contents,
    that an entry would have."""
    # Where nobody can get: the folders of tests are closed to others.
    place = pathlib.Path(
        subprocess.run(
            ["mktemp", "-d"], capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    try:
        place.chmod(0o755)
        model = scaled(place, 2)
        result(model, place / "private")
        name = entry_of(place / "private").name
        other = place / "other"
        other.mkdir()
        result(scaled(other, 3), other / "cache")
        planted = entry_of(other / "cache")
        planted.chmod(0o644)
        (other / "cache").chmod(0o755)
        shared = place / "shared"
        shared.mkdir()
        shared.chmod(mode)
        as_nobody("cp", planted, shared / name)
        y, lines = result(model, shared)
        assert (y, len(lines)) == (2, 1)
        # Nor as the folder itself, in one that is shared.
        as_nobody("mkdir", shared / "cache")
        as_nobody("cp", planted, shared / "cache" / name)
        y, lines = result(model, shared / "cache")
        assert (y, len(lines)) == (2, 1)
        # Nor through a link.
        as_nobody("ln", "-s", shared / "cache", shared / "link")
        y, lines = result(model, shared / "link")
        assert (y, len(lines)) == (2, 1)
    finally:
        subprocess.run(["rm", "-rf", place], check=True)


def test_python_is_warned_once(tmp_path, model):
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o777)
    cache.chmod(0o777)
    script = (
        "import sys, opc\n"
        "for _ in range(3): opc.compile(sys.argv[1], cache=sys.argv[2])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, model, cache],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("opc: warning: the cache is not used: ")


# How large it may get.


def test_the_limit_holds_for_a_large_entry(tmp_path, model):
    cache = tmp_path / "cache"
    assert result(model, cache, OPC_CACHE_SIZE="1k") == (2, [])
    assert not list(cache.iterdir())
    assert result(model, cache) == (2, [])
    assert entry_of(cache)
    assert result(model, cache, OPC_CACHE_SIZE="1k") == (2, [])
    assert not list(cache.iterdir())


@pytest.mark.parametrize("size", ["1o0M", "-1", "many", "1T", "1e9"])
def test_a_limit_that_is_no_size_is_a_warning(tmp_path, model, size):
    y, lines = result(model, tmp_path / "cache", OPC_CACHE_SIZE=size)
    assert y == 2
    assert lines == [
        f"opc: warning: OPC_CACHE_SIZE is '{size}', not a size like 512M or "
        "2G: the limit is 1G"
    ]
    assert entry_of(tmp_path / "cache")
