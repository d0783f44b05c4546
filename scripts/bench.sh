#!/usr/bin/env bash
# Times operators, layers of transformers, models and steps of training beside
# onnxruntime, OpenVINO and torch in the same run; tables here, plots and JSON in
# build/bench.
#
# usage: scripts/bench.sh [--threads 1,2] [--filter TEXT] [--rounds N]
source "$(dirname "$0")/common.sh"
scripts/setup.sh python/requirements-bench.txt
scripts/build.sh
.venv/bin/python scripts/fetch_models.py >/dev/null
status=0
.venv/bin/python -m benchmark.kernels --benchmark_min_time=0.1 || status=1
.venv/bin/python -m benchmark.operators "$@" || status=1
.venv/bin/python -m benchmark.blocks "$@" || status=1
.venv/bin/python -m benchmark.models "$@" || status=1
.venv/bin/python -m benchmark.compiling || status=1
.venv/bin/python scripts/fetch_data.py >/dev/null || status=1
.venv/bin/python -m benchmark.training || status=1
.venv/bin/python -m benchmark.torch_calls || status=1
exit "$status"
