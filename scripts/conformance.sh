#!/usr/bin/env bash
# Runs the ONNX backend suite and writes docs/ONNX-Coverage.md.
#
# usage: scripts/conformance.sh [options of scripts/conformance.py]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
exec .venv/bin/python scripts/conformance.py "$@"
