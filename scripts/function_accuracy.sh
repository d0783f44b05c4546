#!/usr/bin/env bash
# Measures every function of one number against exact values, in all types.
#
# usage: scripts/function_accuracy.sh [options of scripts/function_accuracy.py]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
scripts/build.sh
status=0
for type in f16 bf16 f32 f64; do
  .venv/bin/python scripts/function_accuracy.py --type "$type" "$@" || status=1
done
exit "$status"
