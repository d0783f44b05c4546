"""How programs of a build with sanitizers are run, and what they reported.

A build without sanitizers needs none of this: all here is then empty.
"""

import os
import platform
import subprocess

# Debian's LLVM, MLIR and protobuf are not instrumented: a container that they
# fill and we read, or the other way round, was annotated by one side only. And a
# program is told of memory that it cannot have, as it is without sanitizers.
OPTIONS = "detect_container_overflow=0:allow_user_poisoning=0:allocator_may_return_null=1"


def cached(build, name):
    """A variable of the CMake cache of `build`, else an empty string."""
    cache = build / "CMakeCache.txt"
    lines = cache.read_text().splitlines() if cache.exists() else []
    for line in lines:
        key, _, value = line.partition("=")
        if key.partition(":")[0] == name:
            return value
    return ""


def folder(build):
    """Where each process that finds something leaves a file."""
    return build / "reports/sanitizers"


def options(build, leaks):
    """The variables that programs of `build` look at."""
    if not cached(build, "OPC_SANITIZE"):
        return {}
    common = f"log_path={folder(build)}/report:print_stacktrace=1"
    return {
        "ASAN_OPTIONS": f"{OPTIONS}:{common}:detect_leaks={int(leaks)}",
        "UBSAN_OPTIONS": common,
    }


def preload(build):
    """The variables that let Python load libraries of `build`.

    The sanitizers' library has to be the first of a process. It wraps how C++
    throws, so it has to find that; and it wraps dlopen, which then no longer
    looks into the run path of the library that calls it.
    """
    if "address" not in cached(build, "OPC_SANITIZE"):
        return {}
    compiler = cached(build, "CMAKE_CXX_COMPILER")
    names = f"libclang_rt.asan-{platform.machine()}.so", "libstdc++.so.6"
    files = [
        subprocess.check_output(
            [compiler, f"-print-file-name={name}"], text=True
        ).strip()
        for name in names
    ]
    return {"LD_PRELOAD": ":".join(files), "LD_LIBRARY_PATH": build / "lib"}


def preloaded():
    """Whether this process runs so. Bounds on address space, memory and time
    then say nothing."""
    return "libclang_rt.asan" in os.environ.get("LD_PRELOAD", "")


def clear(build):
    """Makes the folder of reports, without those of earlier runs."""
    folder(build).mkdir(parents=True, exist_ok=True)
    for report in folder(build).glob("report.*"):
        report.unlink()


def findings(build):
    """One line for each report: its file and what it is about."""
    found = []
    for report in sorted(folder(build).glob("report.*")):
        lines = report.read_text(errors="replace").splitlines()
        about = [line for line in lines if "error:" in line.lower()]
        found.append(f"{report}: {(about or lines or ['empty'])[0].strip()}")
    return found
