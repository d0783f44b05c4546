"""Single ops of com.microsoft, compiled once and run at several sizes.

The right values are onnxruntime's in f32, or numpy's in float64.
"""

import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, assert_close, onnxruntime_session

DOMAIN = "com.microsoft"
F16, F32, I32, I64 = np.float16, np.float32, np.int32, np.int64


class Input:
    """dims: extents, as numbers or names; make(rng, shape, sizes): elements."""

    def __init__(self, *dims, dtype=None, make=None):
        self.dims, self.dtype, self.make = dims, dtype, make

    def shape(self, sizes):
        return [sizes.get(dim, dim) for dim in self.dims]

    def array(self, rng, sizes):
        shape = self.shape(sizes)
        if self.make:
            return np.asarray(self.make(rng, shape, sizes), self.dtype)
        return rng.standard_normal(shape)


def ints(make, *dims, dtype=I32):
    return Input(*dims, dtype=dtype, make=make)


class Case:
    """An op at sizes, which are extents by name.

    outputs: their dtypes, None for that of the case, "" for one left out.
    oracle: numpy's answer from float64 inputs; None: onnxruntime's. ulps: on
    the tolerance.
    """

    def __init__(self, op, inputs, sizes, outputs=(None,), label="", **options):
        self.op, self.sizes, self.outputs = op, sizes, outputs
        self.specs = [f"x{i}" if spec else "" for i, spec in enumerate(inputs)]
        self.inputs = {
            n: s for n, s in zip(self.specs, inputs, strict=True) if n
        }
        self.label = label
        self.dtype = options.pop("dtype", F32)
        self.oracle = options.pop("oracle", None)
        self.ulps = options.pop("ulps", 4.0)
        self.attributes = options

    def __str__(self):
        options = "-".join(f"{k}{v}" for k, v in self.attributes.items())
        parts = [self.op, self.label, options, np.dtype(self.dtype).name]
        return "-".join(p for p in parts if p).replace(" ", "")[:120]

    def feeds(self, sizes):
        rng = np.random.default_rng(7)
        return {
            name: spec.array(rng, sizes).astype(spec.dtype or self.dtype)
            for name, spec in self.inputs.items()
        }

    def model(self, sizes=None, dtype=None):
        def info(name, kind, shape):
            kind = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
            return helper.make_tensor_value_info(name, kind, shape)

        usual = dtype or self.dtype
        inputs = [
            info(name, spec.dtype or usual, spec.shape(sizes or {}))
            for name, spec in self.inputs.items()
        ]
        names = ["" if t == "" else f"y{i}" for i, t in enumerate(self.outputs)]
        outputs = [
            info(name, kind or usual, None)
            for name, kind in zip(names, self.outputs, strict=True)
            if name
        ]
        node = helper.make_node(
            self.op, self.specs, names, domain=DOMAIN, **self.attributes
        )
        graph = helper.make_graph([node], "graph", inputs, outputs)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def expected(self, feeds):
        wide = F32 if self.oracle is None else np.float64
        feeds = {
            name: x if self.inputs[name].dtype else x.astype(wide)
            for name, x in feeds.items()
        }
        if self.oracle:
            inputs = [feeds.get(name) for name in self.specs]
            results = self.oracle(*inputs, **self.attributes)
        else:
            session = onnxruntime_session(self.model(dtype=F32))
            results = session.run(None, feeds)
        kinds = [kind for kind in self.outputs if kind != ""]
        return [
            r.astype(k or self.dtype)
            for r, k in zip(results, kinds, strict=True)
        ]

    def check(self, compiled, sizes):
        feeds = self.feeds(sizes)
        assert_close(compiled.run(feeds), self.expected(feeds), self.ulps)


def cases_test(cases):
    """One compilation at all sizes, and one for the first alone."""

    @pytest.mark.parametrize("target", TARGETS)
    @pytest.mark.parametrize("case", cases, ids=str)
    def test(case, target):
        compiled = opc.compile(case.model(), target=target, cache=False)
        for sizes in case.sizes:
            case.check(compiled, sizes)
        first = case.sizes[0]
        fixed = opc.compile(case.model(first), target=target, cache=False)
        case.check(fixed, first)

    return test


def below(limit):
    return lambda rng, shape, _sizes: rng.integers(0, limit, shape)
