#!/usr/bin/env bash
# Configures (the first time) and builds opc.
#
# usage: scripts/build.sh [preset] [target]...      the preset is dev by default
source "$(dirname "$0")/common.sh"
preset=${1:-dev}
shift || true
case "$preset" in
  dev) directory=build ;;
  *) directory=build-$preset ;;
esac

# One clang on MLIR headers takes 1.1 GB: no more jobs than memory allows.
memory_jobs=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
jobs=$(nproc)
[ "$memory_jobs" -ge "$jobs" ] || jobs=$((memory_jobs > 1 ? memory_jobs : 1))

# `pip install .` configures the same folder for another Python.
for_venv() { grep -q "^Python_EXECUTABLE:.*=$root/.venv/bin/python$" "$directory/CMakeCache.txt"; }
key="$(sha256sum <CMakePresets.json) $root $(.venv/bin/python --version)"
if [ ! -f "$directory/build.ninja" ] || ! for_venv ||
  ! stamp_is "$directory/configured" "$key"; then
  say "configuring $directory"
  cmake --preset "$preset" -DPython_EXECUTABLE="$root/.venv/bin/python" >&2
  echo "$key" >"$directory/configured"
fi
say "building $directory with $jobs jobs"
ninja -C "$directory" -j "$jobs" "$@" >&2
