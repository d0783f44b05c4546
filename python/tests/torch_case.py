"""Graphs of torch as opc runs them, against torch itself."""

import io
import warnings

import numpy as np
import opc
import torch

TARGETS = ("cpu", "reference")
# Greatest difference, relative to the magnitude of the expected value, for a few
# operations after each other.
TOLERANCE = {
    torch.float64: 1e-11,
    torch.float32: 1e-5,
    torch.float16: 2.0**-8,
    torch.bfloat16: 2.0**-6,
}


class Calls(torch.nn.Module):
    """A module that is one function."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def exported(module, inputs, **options):
    if not isinstance(module, torch.nn.Module):
        module = Calls(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.export.export(module, tuple(inputs), **options)


def archive(program):
    """The bytes of a .pt2 file."""
    file = io.BytesIO()
    torch.export.save(program, file)
    return file.getvalue()


def compiled(module, inputs, target="cpu", decomposed=False, **options):
    program = exported(module, inputs, **options)
    if decomposed:
        program = program.run_decompositions({})
    return opc.compile(archive(program), target=target, cache=False)


def leaves(value):
    """The tensors of nested results, in order; numbers as tensors."""
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        return [leaf for each in value for leaf in leaves(each)]
    if isinstance(value, torch.Tensor):
        return [value.detach()]
    dtype = torch.float64 if isinstance(value, float) else None
    return [torch.tensor(value, dtype=dtype)]


def distance(result, expected):
    """How far results are apart, relative to the magnitude of the expected."""
    assert result.dtype == expected.dtype, (result.dtype, expected.dtype)
    assert result.shape == expected.shape, (result.shape, expected.shape)
    if not expected.dtype.is_floating_point:
        return float(not torch.equal(result, expected))
    a, b = result.double().numpy(), expected.double().numpy()
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return 0.0
    if not np.isfinite(b[~same]).all() or not np.isfinite(a[~same]).all():
        return np.inf
    finite = np.abs(b[np.isfinite(b)])
    scale = np.maximum(np.abs(b), np.median(finite) if finite.size else 0)
    scale = np.maximum(scale, np.finfo(np.float32).tiny)
    return float((np.abs(a - b)[~same] / scale[~same]).max())


def check(module, inputs, tolerance=None, targets=TARGETS, **options):
    """Compares all results on all targets with those of eager torch."""
    with torch.no_grad():
        wanted = module(*(x.clone() for x in inputs))
    for target in targets:
        model = compiled(module, inputs, target, **options)
        compare(model, inputs, wanted, tolerance, target)


def compare(model, inputs, wanted, tolerance=None, target=""):
    given = [x for x in inputs if isinstance(x, torch.Tensor)]
    results = [torch.as_tensor(x) for x in model.run(given)]
    expected = leaves(wanted)
    assert len(results) == len(expected)
    for i, (result, each) in enumerate(zip(results, expected, strict=True)):
        limit = tolerance or TOLERANCE.get(each.dtype, 0)
        apart = distance(result, each)
        assert apart <= limit, (target, i, apart, result, each)
