"""Families of operators, forward and backward, by opc alone, against eager."""

import pytest
import torch
import torch.nn.functional as F
from torch import nan, inf

from opc.torch import trials
from opc.torch.settings import Settings


def randn(*shape, seed=0, gradient=True):
    generator = torch.Generator().manual_seed(seed + 17 * len(shape))
    return torch.randn(*shape, generator=generator).requires_grad_(gradient)


SPECIAL = torch.tensor(
    [0.0, -0.0, 0.5, -0.5, 1, 2, 3.25, -1, -2.5, 1e-20, 40, 1e6, inf, -inf, nan]
)
INNER = torch.linspace(-1, 1, 23)
MASK = torch.tensor([[True, False, True, False, True]] * 4)
PLACES = torch.tensor([[0, 2, 2], [1, 1, 3], [3, 0, 0]])
HIDDEN = (
    torch.ones(5, 7, dtype=torch.bool)
    .tril(1)
    .index_fill(0, torch.tensor(2), False)
)


def attention(q, k, v, bias, seen):
    attend = F.scaled_dot_product_attention
    return (
        attend(q, k, v),
        attend(q, k[..., :5, :], v[..., :5, :], is_causal=True),
        attend(q, k, v, attn_mask=bias, scale=0.7),
        attend(q, k, v, attn_mask=seen),
    )


def transposed_convolutions(x, w, b, line):
    return (
        F.conv_transpose2d(x, w, b, 2, 1, 1, groups=2),
        F.conv_transpose2d(x, w, None, (1, 3), dilation=2),
        F.conv_transpose1d(line, w[..., 0], None, 3, 2, 2),
    )


def average_pools(x, cube):
    return (
        F.avg_pool2d(x, 3, 2, 1),
        F.avg_pool2d(x, (2, 3), ceil_mode=True),
        F.avg_pool2d(x, 3, 2, 1, True, count_include_pad=False),
        F.avg_pool2d(x, 2, divisor_override=3),
        F.avg_pool3d(cube, 2, padding=1, ceil_mode=True),
        F.adaptive_avg_pool2d(x, (3, 2)),
        F.adaptive_avg_pool3d(cube, (2, 3, 1)),
        F.adaptive_avg_pool2d(x, 1),
    )


def resampling(x, cube, line):
    return (
        F.interpolate(x, (11, 3)),
        F.interpolate(x, scale_factor=1.7, mode="bilinear"),
        F.interpolate(x, (4, 9), mode="bilinear", align_corners=True),
        F.interpolate(x, (12, 5), mode="bicubic"),
        F.interpolate(cube, (3, 6, 5), mode="trilinear"),
        F.interpolate(cube, scale_factor=2),
        F.interpolate(line, 11, mode="linear"),
        F.interpolate(line, 5),
    )


def pads(x, cube, line):
    return (
        F.pad(x, (2, 1, 0, 3), "reflect"),
        F.pad(x, (2, 1, 0, 3), "replicate"),
        F.pad(line, (3, 2), "reflect"),
        F.pad(line, (3, 2), "replicate"),
        F.pad(cube, (1, 2, 0, 1, 2, 1), "reflect"),
        F.pad(cube, (1, 2, 0, 1, 2, 1), "replicate"),
    )


def scatters(x, y, places, mask, slices, flat):
    kinds = ("sum", "prod", "mean", "amax", "amin")
    return (
        *(
            x.scatter_reduce(0, places, y[:3, :3], kind, include_self=own)
            for kind in kinds
            for own in (True, False)
        ),
        *(
            x.detach().index_reduce(1, slices, y.detach()[:, :3], kind)
            for kind in kinds[1:]
        ),
        x.diagonal_scatter(y[0, :4] * 2, 1),
        x.diagonal_scatter(y[0, :3] * 2, -1),
        x.masked_scatter(mask, y * 3),
        x.put(flat, y[0, :3]),
        x.put(flat.abs(), y[0, :3], True),
        torch.index_put(x, (mask,), y[0, 0].detach()),
        torch.index_put(x, (mask,), y[0, 1].detach(), accumulate=True),
    )


def whole_numbers(x, y, places):
    return tuple(
        x.scatter_reduce(0, places, y, kind, include_self=own)
        for kind in ("sum", "prod", "mean", "amax", "amin")
        for own in (True, False)
    )


def orders(x, holes, edges):
    return (
        *x.kthvalue(2),
        *x.kthvalue(3, 0, True),
        x.median(),
        *x.median(0),
        *holes.median(1, True),
        holes.median(),
        holes.nanmedian(),
        *holes.nanmedian(1),
        torch.bucketize(x, edges),
        torch.bucketize(holes, edges, right=True, out_int32=True),
        torch.searchsorted(edges.expand(4, 6), x, side="right"),
    )


def scans(x, holes):
    return (
        *x.cummax(0),
        *x.cummin(1),
        *holes.cummax(1),
        *holes.cummin(1),
        *(x.detach() * 2).round().cummax(1),
        (x * 30).logcumsumexp(1),
        torch.logcumsumexp(holes / 0.0, 1),
    )


def greatest_of_parts(x, cube):
    return (
        *F.adaptive_max_pool2d(x, (3, 2), True),
        *F.adaptive_max_pool2d(x[0], 4, True),
        *F.adaptive_max_pool3d(cube, (2, 3, 1), True),
        F.adaptive_max_pool1d(x[0], 5),
    )


def gamma_functions(x):
    return (torch.lgamma(x), torch.digamma(x), torch.polygamma(1, x))


def errors_and_angles(x):
    y = x.flip(0)
    return (
        torch.erfc(x),
        torch.atan2(x, y),
        torch.atan2(y, -x),
        torch.hypot(x, y),
        torch.copysign(x, y),
        torch.copysign(x, -2),
        torch.signbit(x),
        torch.nextafter(x, y),
        torch.nextafter(x, -y),
    )


def distances(x, y):
    return tuple(torch.cdist(x, y, p) for p in (0.5, 1.0, 2.0, 3.5, inf))


def group_norm(x, w, b):
    return F.group_norm(x, 2, w, b), F.group_norm(x, 4)


def running_statistics(x, mean, variance):
    """What eager leaves in them counts as well."""
    return F.batch_norm(x, mean, variance, training=True, momentum=0.3)


HOLES = torch.tensor([[nan, 1.0, 3.0, 2.0], [nan, nan, nan, 5.0], [4, 2, 1, 3]])
EDGES = torch.tensor([-1.5, -0.5, -0.5, 0.0, 0.7, 2.0])
FAMILIES = {
    "attention": (
        attention,
        [
            randn(2, 3, 5, 4),
            randn(2, 3, 7, 4, seed=1),
            randn(2, 3, 7, 4, seed=2),
            torch.arange(35.0).view(5, 7) / 9,
            HIDDEN,
        ],
    ),
    "group norm": (group_norm, [randn(3, 4, 5), randn(4), randn(4, seed=1)]),
    "transposed convolutions": (
        transposed_convolutions,
        [randn(2, 4, 5, 3), randn(4, 3, 3, 2), randn(6), randn(2, 4, 6)],
    ),
    "average pools": (average_pools, [randn(2, 3, 7, 6), randn(1, 2, 5, 4, 3)]),
    "resampling": (
        resampling,
        [randn(2, 3, 7, 6), randn(1, 2, 5, 4, 3), randn(2, 3, 8)],
    ),
    "pads": (pads, [randn(2, 3, 7, 6), randn(1, 2, 5, 4, 3), randn(2, 3, 8)]),
    "scatters": (
        scatters,
        [
            randn(4, 5),
            randn(4, 5, seed=3),
            PLACES,
            MASK,
            torch.tensor([4, 0, 4]),
            torch.tensor([1, -1, 7]),
        ],
    ),
    "whole numbers": (
        whole_numbers,
        [
            torch.arange(20).view(4, 5) - 9,
            torch.arange(20).view(4, 5) * 3 - 20,
            PLACES,
        ],
    ),
    "orders": (orders, [randn(4, 6), HOLES, EDGES]),
    "scans": (scans, [randn(6, 7), HOLES]),
    "greatest of parts": (
        greatest_of_parts,
        [randn(2, 3, 7, 6), randn(1, 2, 5, 4, 3)],
    ),
    "gamma": (gamma_functions, [INNER * 7.3 + 0.013]),
    "gamma, special": (lambda x: gamma_functions(x)[:2], [SPECIAL]),
    "errors and angles": (errors_and_angles, [SPECIAL]),
    "errors and angles, gradient": (
        lambda x: errors_and_angles(x)[:5],
        [randn(17)],
    ),
    "inverse of erf": (torch.erfinv, [(INNER * 0.99).requires_grad_()]),
    "inverse of erf, special": (
        torch.erfinv,
        [torch.tensor([1.0, -1, 0, 1.5, 0.99999994, -0.9999, 1e-30])],
    ),
    "distances": (distances, [randn(2, 4, 3), randn(2, 5, 3, seed=5)]),
    "running statistics": (
        running_statistics,
        [randn(5, 3, 4), torch.rand(3), torch.rand(3) + 1],
    ),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_family(name):
    function, inputs = FAMILIES[name]
    chosen = Settings(threads=1, cache=False)
    assert trials.failure(function, inputs, chosen) is None
