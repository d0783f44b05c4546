#!/usr/bin/env bash
# Runs the ONNX backend suite and writes docs/ONNX-Coverage.md; without options
# its operators are then walked with extents of 0 (scripts/empty_extents.py), and
# executed on chips that this machine is not (scripts/emulate.py).
#
# usage: scripts/conformance.sh [options of scripts/conformance.py]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
.venv/bin/python scripts/conformance.py "$@"
if [ $# = 0 ]; then
  .venv/bin/python scripts/empty_extents.py
  .venv/bin/python scripts/emulate.py
fi
