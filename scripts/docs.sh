#!/usr/bin/env bash
# Regenerates docs/generated from the code.
#
# usage: scripts/docs.sh [PAGE]...
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh dev opc opc-driver opc-opt
exec .venv/bin/python scripts/gen_docs.py "$@"
