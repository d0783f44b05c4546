"""Where the terms of a gradient cancel: how much of them rounding leaves."""

import torch

from opc.torch import outcomes

ATTENTION = "nn.functional.scaled_dot_product_attention"
#: Of the size of the terms, for each result.
_ROUNDINGS = 16


def settled(op, sample, ours, theirs):
    """`ours` with the gradients that `theirs` has, where they are no further apart
    than roundings of the terms that they are the differences of.

    The softmax of an attention has the gradient p * (d - sum(p * d)), where d is the
    product of what comes back and the values. Where one p is 1 nothing is left of it.
    """
    plain = set(sample.kwargs) <= {"is_causal", "dropout_p"}
    drops = sample.kwargs.get("dropout_p")
    if op.name != ATTENTION or not ours.gradients or drops or not plain:
        return ours
    query, key, value = (
        x.detach().double() for x in (sample.input, *sample.args)
    )
    (back,) = outcomes.weights(theirs.results)
    terms = _terms(query, key, value, back.double(), sample.kwargs)
    sizes = (terms @ key.abs(), terms.transpose(-1, -2) @ query.abs())
    gradients = list(ours.gradients)
    for i, size in enumerate(sizes):
        one, other = gradients[i], theirs.gradients[i]
        if size.shape == one.shape:
            least = _ROUNDINGS * torch.finfo(one.dtype).eps * size
            near = (one.double() - other.double()).abs() <= least
            near &= size.isfinite()
            gradients[i] = other.where(near, one)
    return ours._replace(gradients=gradients)


def _terms(query, key, value, back, form):
    """Sizes of what cancels in the gradient of each product of query and key."""
    scale = query.shape[-1] ** -0.5
    scores = scale * query @ key.transpose(-1, -2)
    if form.get("is_causal"):
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        scores = scores.masked_fill(~seen, -torch.inf)
    p = scores.softmax(-1)
    d = back.abs() @ value.abs().transpose(-1, -2)
    return scale * p * (d + (p * d).sum(-1, keepdim=True))
