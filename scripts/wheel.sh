#!/usr/bin/env bash
# Builds opc and packs it into a wheel, dist/opc-*.whl; prints where and how large.
#
# usage: scripts/wheel.sh [preset [folder]]      release and dist by default
source "$(dirname "$0")/common.sh"
preset=${1:-release}
folder=${2:-dist}
[ "$preset" = dev ] && build=build || build=build-$preset
scripts/setup.sh
scripts/build.sh "$preset" opc-package
# What the preset has built is packed: nothing is left to build.
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-index \
  --no-build-isolation --wheel-dir "$folder" \
  -Cbuild-dir="$build" -Ccmake.args="--preset=$preset" .
du -h --apparent-size "$folder"/opc-*.whl
