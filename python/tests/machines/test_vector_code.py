"""Kernels for other instruction sets are vector code, of the chip's own width."""

import subprocess

import instructions
import pytest
import numpy as np
import qemu
from operator_classes import CLASSES, parts
from support import BUILD, graph_model
from target_coverage import size_of

# A copy of rows is left to memcpy; a heap of the largest compares one by one.
COPIES = {"gather"}
SCALAR = {"top_k"}
LEAST = 10  # instructions; the shortest kernel multiplies two vectors


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("chip", qemu.COMMANDS)
def test_instructions(chip, name, tmp_path):
    kind = CLASSES[name]
    weights, feeds = parts(kind.feeds(*size_of(kind), np.dtype("f4")))
    model = graph_model(kind.nodes, feeds, kind.outputs, weights, kind.opset)
    source, made = tmp_path / "model.onnx", tmp_path / "model.o"
    source.write_bytes(model.SerializeToString())
    command = [BUILD / "bin/opc", "compile", source, "-o", made]
    command += ["--emit", "obj", "--target", f"cpu:{chip}"]
    subprocess.run(command, check=True)
    counts = instructions.count(made, chip)
    if name in COPIES:
        assert counts.vector or "memcpy" in counts.calls
    elif name not in SCALAR:
        assert counts.vector >= LEAST, counts
