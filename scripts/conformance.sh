#!/usr/bin/env bash
# Runs the ONNX backend suite and writes docs/ONNX-Coverage.md; without options
# its operators are then walked with extents of 0 (scripts/empty_extents.py).
#
# usage: scripts/conformance.sh [options of scripts/conformance.py]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
.venv/bin/python scripts/conformance.py "$@"
[ $# -gt 0 ] || .venv/bin/python scripts/empty_extents.py
