#!/usr/bin/env bash
# Sets up, then builds and runs every test.
#
# usage: scripts/test.sh [--only PART[,PART...]]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
exec .venv/bin/python scripts/run_tests.py "$@"
