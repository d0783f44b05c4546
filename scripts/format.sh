#!/usr/bin/env bash
# Formats every C, C++ and Python file of the tree; with --check only says which
# files formatting would change.
#
# usage: scripts/format.sh [--check]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
check=${1:-}
[ -z "$check" ] || [ "$check" = --check ] || die "usage: scripts/format.sh [--check]"

status=0
git ls-files -z '*.c' '*.h' '*.cpp' |
  xargs -0 -r clang-format-22 ${check:+--dry-run -Werror} -i || status=1
.venv/bin/ruff format --quiet --no-cache ${check:+--diff} . || status=1
exit "$status"
