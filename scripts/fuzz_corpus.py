#!/usr/bin/env python3
"""Writes seeds for the fuzzers: small sound inputs, and damaged ones.

usage: scripts/fuzz_corpus.py DIRECTORY

One folder for each fuzzer: models of the onnx package's backend suite and those
of python/tests/damaged_models.py, programs that opc makes of a few of them, their
manifests, and arrays as numpy writes them.
"""

import hashlib
import io
import json
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python/tests"))

LARGEST = 3000  # bytes of a seed model; mutants of larger ones say no more
EVERY = 3  # of the suite's cases
DTYPES = "? b h i q B H I Q e f d".split()


def write(folder, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def suite_models():
    import onnx_suite

    for case in list(onnx_suite.cases().values())[::EVERY]:
        downloaded = case.model is None and case.model_dir is None
        if not downloaded or (pathlib.Path(case.url).suffix == ".onnx"):
            yield onnx_suite.model_of(case).SerializeToString()


def models():
    import damaged_models

    yield from suite_models()
    for name, data in damaged_models.models().items():
        if not name.startswith(("cut", "noise", "flipped")):
            yield data


def manifest_of(program):
    """The JSON text in a compiled program."""
    decoder = json.JSONDecoder()
    text = program.decode("latin-1")
    start = text.find('{"')
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except ValueError:
            value, end = {}, start + 1
        if "abi" in value:
            return text[start:end].encode("latin-1")
        start = text.find('{"', end)
    raise ValueError("the program has no manifest")


def programs(folder):
    """Compiled programs of models of different kinds."""
    import onnx_suite
    import opc

    cases = onnx_suite.cases()
    names = ("abs", "add_bcast", "reshape_zero_dim", "lstm_defaults", "argmax")
    for name in names:
        matching = [n for n in cases if n.startswith(f"node/test_{name}")]
        model = onnx_suite.model_of(cases[matching[0]])
        file = folder / f"{name}.so"
        try:
            opc.compile(model, target="reference").save(file)
        except opc.UnsupportedError:
            continue
        yield file.read_bytes()
        file.unlink()


def arrays():
    for code in DTYPES:
        for shape in ((), (0,), (3,), (2, 3)):
            yield np.zeros(shape, code), code == "f"
    yield np.zeros((2, 3), ">f4"), True
    yield np.array(["text"]), False


def npy_files():
    for array, transposed in arrays():
        for version in ((1, 0), (2, 0), (3, 0)):
            stream = io.BytesIO()
            order = np.asfortranarray(array) if transposed else array
            np.lib.format.write_array(stream, order, version)
            yield stream.getvalue()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for data in models():
        if len(data) <= LARGEST:
            write(out / "OnnxFuzzer", data)
    for data in npy_files():
        write(out / "NpyFuzzer", data)
    for program in programs(out):
        write(out / "ArtifactFuzzer", program)
        write(out / "ArtifactFuzzer", program[:-24])  # without its seal
        write(out / "ManifestFuzzer", manifest_of(program))
    for folder in sorted(out.iterdir()):
        print(f"{folder.name}: {len(list(folder.iterdir()))} seeds")


if __name__ == "__main__":
    main()
