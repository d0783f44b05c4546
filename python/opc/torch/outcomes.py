"""What a function leaves behind, and whether two of them left the same.

Results, inputs that it may have changed, and gradients. Where results of two are
further apart than rounding explains, float64 decides.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

#: How far results may be apart, in parts of their size.
TOLERANCES = {
    torch.float64: 1e-9,
    torch.float32: 1e-4,
    torch.float16: 4e-3,
    torch.bfloat16: 3e-2,
    torch.complex64: 1e-4,
    torch.complex128: 1e-9,
}
#: What is smaller counts as so large: a sum that cancels has digits no more.
_LEAST = 0.1
#: Results of inputs that are moved by so much say how well a function is posed.
_MOVED = 1e-6
#: How many of the inputs' type a result of a wider one may have come through.
_ROUNDINGS = 16
_WIDER = {
    torch.float32: torch.float64,
    torch.float16: torch.float64,
    torch.bfloat16: torch.float64,
    torch.complex64: torch.complex128,
}

Function = Callable[..., Sequence[torch.Tensor]]


class Outcome(NamedTuple):
    """What one run left."""

    results: list[torch.Tensor]
    inputs: list[torch.Tensor]
    """As they are after it."""
    gradients: list[torch.Tensor | None]
    """Of the inputs that require some."""


def copied(x: torch.Tensor) -> torch.Tensor:
    """A leaf with the same values, strides and need of a gradient."""
    old = x.detach()
    if old.layout is not torch.strided or old.is_quantized:
        return old.clone().requires_grad_(x.requires_grad)
    new = torch.empty(0, dtype=old.dtype, device=old.device)
    storage = old.untyped_storage().clone()
    new.set_(storage, old.storage_offset(), old.size(), old.stride())
    for bit, mark in ((old.is_conj(), "_conj"), (old.is_neg(), "_neg_view")):
        new = getattr(new, mark)() if bit else new
    return new.requires_grad_(x.requires_grad)


def run(
    function: Function, inputs: Sequence[torch.Tensor], backward: bool = True
) -> Outcome:
    """Calls a function with copies of the inputs; `backward` says whether
    gradients are taken, of sums with weights that are always the same.
    """
    given = [copied(x) for x in inputs]
    torch.manual_seed(0)
    results = list(function(*given))
    gradients: list[torch.Tensor | None] = []
    if backward:
        gradients = _gradients(results, given)
    return Outcome(
        [x.detach() for x in results], [x.detach() for x in given], gradients
    )


def _gradients(
    results: list[torch.Tensor], inputs: list[torch.Tensor]
) -> list[torch.Tensor | None]:
    of = [x for x in results if x.requires_grad]
    to = [x for x in inputs if x.requires_grad]
    if not of or not to:
        return []
    return list(torch.autograd.grad(of, to, weights(of), allow_unused=True))


def weights(results: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """What gradients are taken with: of all sums of results this one."""
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randn(x.shape, generator=generator, dtype=torch.float64).to(
            x.dtype
        )
        for x in results
    ]


def widened(inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Inputs of the next greater type."""
    return [
        x.detach().to(_wider(x.dtype)).requires_grad_(x.requires_grad)
        for x in inputs
    ]


def _wider(dtype: torch.dtype) -> torch.dtype:
    return _WIDER.get(dtype, dtype)


class Widening(TorchDispatchMode):
    """In it what a function casts to, or makes of, a narrow type is wide, as what it
    makes of whole numbers is: of wide inputs it then computes no rounding, and types
    that went together still do. Types narrower than all inputs were are what the
    function wants to round to, and stay. Numbers that are drawn are those of eager.
    """

    def __init__(self, inputs: Sequence[torch.Tensor]):
        super().__init__()
        reals = {x.dtype for x in inputs if x.is_floating_point()}
        self._narrow = {_WIDER.get(each): each for each in reals}
        self._default = torch.get_default_dtype()
        self._wide = _wider(self._default)
        finest = min(reals or {self._default}, key=lambda t: torch.finfo(t).eps)
        self._least = torch.finfo(finest).eps

    def __enter__(self) -> Any:
        torch.set_default_dtype(self._wide)
        return super().__enter__()

    def __exit__(self, *reason: Any) -> Any:
        torch.set_default_dtype(self._default)
        return super().__exit__(*reason)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        given = dict(kwargs or {})
        if torch.Tag.nondeterministic_seeded in func.tags:
            return self._drawn(func, args, given)
        dtype = given.get("dtype")
        if dtype in _WIDER and torch.finfo(dtype).eps <= self._least:
            given["dtype"] = _wider(dtype)
        return func(*args, **given)

    def _drawn(self, func: Any, args: Any, given: dict[str, Any]) -> Any:
        is_like = "_like" in func.name() and given.get("dtype") is None
        if is_like and args[0].dtype in self._narrow:
            given["dtype"] = self._narrow[args[0].dtype]
            return func(*args, **given).to(args[0].dtype)
        torch.set_default_dtype(self._default)
        try:
            return func(*args, **given)
        finally:
            torch.set_default_dtype(self._wide)


def moved(inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Inputs a little beside those given."""
    generator = torch.Generator().manual_seed(2)
    return [
        (x * (1 + _MOVED * torch.randn(x.shape, generator=generator)).to(x))
        .detach()
        .requires_grad_(x.requires_grad)
        if x.is_floating_point()
        else x
        for x in inputs
    ]


def difference(
    ours: Outcome,
    theirs: Outcome,
    exact: Callable[[], tuple[Outcome, Outcome]] | None = None,
    inputs: Sequence[torch.Tensor] = (),
) -> str:
    """What of `ours` is wrong; "" if nothing is. A result of a wider type is no more
    exact than roundings of the inputs' types.

    `exact` gives what the function leaves in float64, of the inputs and of such
    that are moved. It is asked only where the others are apart.
    """
    known: list[tuple[Outcome, Outcome] | None] = []

    def judges() -> tuple[Outcome, Outcome] | None:
        if not known:
            try:
                known.append(exact() if exact else None)
            except Exception:  # noqa: BLE001 (not all is there in float64)
                known.append(None)
        return known[0]

    coarsest = max(map(_eps, inputs), default=0.0)
    for field in Outcome._fields:
        one, other = getattr(ours, field), getattr(theirs, field)
        if len(one) != len(other):
            return f"{len(one)} {field} instead of {len(other)}"
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            is_wider = a is not None and 0 < _eps(a) < coarsest
            least = _ROUNDINGS * coarsest if is_wider else 0.0
            if why := _apart(a, b, field, i, judges, least):
                return f"{field}[{i}]: {why}"
    return ""


def _eps(x: torch.Tensor) -> float:
    is_real = x.is_floating_point() or x.is_complex()
    return torch.finfo(x.dtype).eps if is_real else 0.0


def _apart(
    a: Any, b: Any, field: str, i: int, judges: Callable, least: float
) -> str:
    if a is None or b is None:
        # None is what zeros may be given as.
        other = b if a is None else a
        same = other is None or not bool(other.count_nonzero())
        return "" if same else "there is no gradient on one side"
    if a.dtype != b.dtype or a.shape != b.shape:
        return f"{a.dtype} {list(a.shape)} instead of {b.dtype} {list(b.shape)}"
    if a.layout is not torch.strided or a.is_quantized:
        return "" if torch.equal(_plain(a), _plain(b)) else "values differ"
    excess = _excess(a, b, least)
    if not excess.any():
        return ""
    found = judges()
    if found is not None:
        c, d = (getattr(each, field)[i] for each in found)
        if c is not None and d is not None and c.shape == b.shape:
            excess = _excess(a, b, least, c, d)
    if not excess.any():
        return ""
    at = int(excess.flatten().to(torch.int8).argmax())
    return (
        f"{int(excess.sum())} of {excess.numel()} values differ, such as "
        f"{a.flatten()[at].item()} instead of {b.flatten()[at].item()}"
    )


def _plain(x: torch.Tensor) -> torch.Tensor:
    return x.dequantize() if x.is_quantized else x.to_dense()


def _excess(
    a: torch.Tensor, b: torch.Tensor, least: float, *exact: torch.Tensor
) -> torch.Tensor:
    """Where results are further apart than they may be.

    `exact` are the results in float64, of the inputs and beside them: as far as
    an element of `b` is from the first's, and that from the second's, times
    four, `a` may be from `b`.
    """
    tolerance = TOLERANCES.get(a.dtype, 0.0)
    tolerance = max(tolerance, least) if tolerance else 0.0
    wide = torch.complex128 if a.is_complex() else torch.float64
    same = (a == b) | (a.isnan() & b.isnan())
    x, y = a.to(wide), b.to(wide)
    size = y.abs()
    finite = size[size.isfinite()]
    typical = finite.median() if finite.numel() else 0.0
    allowed = tolerance * (size.clamp(min=float(typical)) + _LEAST)
    allowed = allowed.where(size.isfinite(), 0.0)
    for one, other in zip((y, *exact), exact, strict=False):
        off = (one.to(wide) - other.to(wide)).abs()
        if tolerance:
            allowed = allowed + 4 * off.where(off.isfinite(), 0.0)
        # Of infinities, NaN and whole numbers each place counts alone: where eager
        # is not what float64 is, either is right, and no third.
        agree = (one.to(wide) == other.to(wide)) | (one.isnan() & other.isnan())
        alone = ~agree & (~off.isfinite() | (not tolerance))
        same = same | alone & _is_one_of(a, b, exact, tolerance)
    return ~same & ~((x - y).abs() <= allowed)


def _is_one_of(
    a: torch.Tensor,
    b: torch.Tensor,
    exact: Sequence[torch.Tensor],
    tolerance: float,
) -> torch.Tensor:
    """Whether an element is near what float64 says, as its type has it; of whole
    numbers, whether it lies between what the others say.
    """
    if not tolerance:
        said = torch.stack([b.double(), *(each.double() for each in exact)])
        x = a.double()
        return (said.amin(0) <= x) & (x <= said.amax(0))
    near = torch.zeros_like(a, dtype=torch.bool)
    for each in exact:
        there = each.to(a.dtype)
        off = (a - there).abs()
        near |= (a == there) | (a.isnan() & there.isnan())
        near |= off <= tolerance * (there.abs() + _LEAST)
    return near
