"""opc: a unified operator compiler.

    import numpy, opc

    m = opc.compile("model.onnx", target="cpu", threads=2)
    (y,) = m.run({"x": numpy.zeros((1, 3, 224, 224), numpy.float32)})
    m.save("model.so")
    m = opc.load("model.so")

    opc.inspect("model.onnx")["errors"]     # what opc does not support
    m.metadata                              # who made the model
    m.profile({"x": x}, runs=10).kernels    # where the time goes

Arrays that are dense and in row-major order are read in place; results own their
memory, or are written to arrays that `Model.run` is given. Whatever goes wrong is an `opc.Error`.
"""

from ._opc import version as _version
from .errors import (
    Error,
    InputError,
    InternalError,
    UnsupportedError,
    UnsupportedNode,
    UsageError,
)
from .folders import include_dir, library_dir
from .model import (
    Model,
    TensorSpec,
    compile,
    explain,
    inspect,
    load,
    survey,
    targets,
)
from .profile import KernelTime, Launch, Profile

__version__ = _version()
__all__ = [
    "Error",
    "InputError",
    "InternalError",
    "KernelTime",
    "Launch",
    "Model",
    "Profile",
    "TensorSpec",
    "UnsupportedError",
    "UnsupportedNode",
    "UsageError",
    "compile",
    "explain",
    "include_dir",
    "inspect",
    "library_dir",
    "load",
    "survey",
    "targets",
]
