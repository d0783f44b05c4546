#!/usr/bin/env bash
# Sets up, builds, and shows opc at work on real models.
#
# usage: scripts/demo.sh [--threads N]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
.venv/bin/python scripts/fetch_models.py >/dev/null
exec .venv/bin/python -m demo "$@"
