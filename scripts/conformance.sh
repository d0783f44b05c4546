#!/usr/bin/env bash
# Runs the ONNX backend suite and writes docs/ONNX-Coverage.md; without options
# its operators are then walked with extents of 0 (scripts/empty_extents.py), executed
# on chips that this machine is not (scripts/emulate.py), and PyTorch's own test suite
# is run (scripts/torch_coverage.py).
#
# usage: scripts/conformance.sh [options of scripts/conformance.py]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
.venv/bin/python scripts/conformance.py "$@"
if [ $# = 0 ]; then
  .venv/bin/python scripts/empty_extents.py
  .venv/bin/python scripts/emulate.py
  rm -f build/torch_opinfo.jsonl
  PYTHONPATH=build/python .venv/bin/python scripts/torch_coverage.py --record
  .venv/bin/python scripts/gen_docs.py TorchOpInfo
fi
