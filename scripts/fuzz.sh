#!/usr/bin/env bash
# Runs the fuzzers under AddressSanitizer and UndefinedBehaviorSanitizer.
#
# usage: scripts/fuzz.sh [seconds] [fuzzer]...      300 s each, all of them
#
# What they find new is kept in build-asan/fuzz/corpus for the next run; an input
# that fails lies in build-asan/fuzz/findings, and its path is printed.
source "$(dirname "$0")/common.sh"
seconds=${1:-300}
shift || true
fuzzers=("$@")
[ ${#fuzzers[@]} -gt 0 ] || fuzzers=(OnnxFuzzer ManifestFuzzer ArtifactFuzzer NpyFuzzer)

scripts/setup.sh
scripts/build.sh dev libopc.so _opc
scripts/build.sh asan "${fuzzers[@]}"
place=build-asan/fuzz
mkdir -p "$place/findings"
[ -d "$place/seeds" ] || .venv/bin/python scripts/fuzz_corpus.py "$place/seeds"

# Debian's LLVM, MLIR and protobuf are not instrumented. A container that they fill
# and we read, or the other way round, was annotated by one side only, so that
# "container overflow" would be reported where there is none. A context that is
# freed at exit is no leak, but slow: leaks are looked for in what lives shorter.
export ASAN_OPTIONS=detect_container_overflow=0:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1
failed=()
for fuzzer in "${fuzzers[@]}"; do
  say "$fuzzer: $seconds s"
  mkdir -p "$place/corpus/$fuzzer"
  "$place/$fuzzer" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 \
    -keep_seed=1 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$place/findings/" \
    "$place/corpus/$fuzzer" "$place/seeds/$fuzzer" || failed+=("$fuzzer")
done
[ ${#failed[@]} -eq 0 ] || die "findings of ${failed[*]} are in $place/findings"
say "no findings"
