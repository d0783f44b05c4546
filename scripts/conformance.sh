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
status=0
.venv/bin/python scripts/conformance.py "$@" || status=1
if [ $# = 0 ]; then
  .venv/bin/python scripts/empty_extents.py || status=1
  .venv/bin/python scripts/emulate.py || status=1
  rm -f build/torch_opinfo.jsonl
  .venv/bin/python scripts/torch_coverage.py --record || status=1
  .venv/bin/python scripts/gen_docs.py TorchOpInfo
fi
exit "$status"
