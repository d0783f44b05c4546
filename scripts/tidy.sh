#!/usr/bin/env bash
# Runs clang-tidy on the C++ files that differ from a commit, some 15 s a file, and
# ruff on all of Python.
#
# usage: scripts/tidy.sh [commit]      main by default
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh dev OpcTableGen
git diff --name-only -z --diff-filter=d "${1:-main}" -- '*.cpp' ':!*Pch.cpp' |
  xargs -0 -r -n 1 -P "$(nproc)" clang-tidy-22 -p build --quiet \
    --warnings-as-errors='*'
.venv/bin/ruff check --no-cache .
