"""How lit runs test/lit; run it on build/test/lit.

Substitutions: %opc (the driver, or `lit --param opc=COMMAND`), opc-opt (with --verify-each), %python (the
environment in which `import opc` works), %onnx (makes a model of its text form),
%chip (the target of `lit --param chip=NAME`, else what this machine is),
%cc and %cxx (the compilers of the build), %include and %libdir (for programs that
use the C API).
"""

import os

import lit.formats

config.name = "opc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.opc_build_dir, "test/lit")

bin_dir = os.path.join(config.opc_build_dir, "bin")
path = [config.llvm_tools_dir, config.environment.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
# Compiled programs are cached; a test must see neither the user's cache nor
# leave anything there.
config.environment["XDG_CACHE_HOME"] = os.path.join(
    config.test_exec_root, "cache"
)
config.environment["PYTHONPATH"] = os.path.join(config.opc_build_dir, "python")
if "address" in config.sanitizers:
    # scripts/run_tests.py says more.
    config.environment.setdefault("ASAN_OPTIONS", "detect_container_overflow=0")

config.substitutions += [
    (
        "%onnx",
        config.python
        + " "
        + os.path.join(
            config.test_source_root, "Frontend/Inputs/onnx_model.py"
        ),
    ),
    (
        r"%opc\b",
        lit_config.params.get("opc", os.path.join(bin_dir, "opc")),
    ),
    (
        r"(?<![\w/-])opc-opt(?![\w/-])",
        os.path.join(bin_dir, "opc-opt") + " --verify-each",
    ),
    ("%python", config.python),
    ("%chip", lit_config.params.get("chip", "cpu")),
    ("%cc", config.c_compiler),
    ("%cxx", config.cxx_compiler),
    ("%include", os.path.join(config.opc_source_dir, "include")),
    ("%libdir", os.path.join(config.opc_build_dir, "lib")),
]
