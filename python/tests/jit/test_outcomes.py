"""Which results are further apart than rounding explains."""

import pytest
import torch
from torch import inf, nan

from opc.torch import outcomes, trials


def left(*values, dtype=torch.float32):
    return outcomes.Outcome([torch.tensor(values, dtype=dtype)], [], [])


def apart(ours, theirs, *exact):
    judges = (lambda: exact) if exact else None
    return outcomes.difference(ours, theirs, judges)


SAME = {
    "equal": (left(1.0, inf, nan), left(1.0, inf, nan)),
    "rounded": (left(1.0, 2.0), left(1.00001, 2.00001)),
    "next to zero": (left(1e-7, 1.0), left(0.0, 1.0)),
}
WRONG = {
    "another value": (left(1.0, 2.0), left(1.0, 2.1)),
    "finite for infinite": (left(1.0, 2.0), left(1.0, inf)),
    "NaN for a number": (left(1.0, nan), left(1.0, 2.0)),
    "another sign": (left(1.0, inf), left(1.0, -inf)),
    "another dtype": (left(1.0), left(1.0, dtype=torch.float64)),
    "another shape": (left(1.0), left(1.0, 1.0)),
    "a whole number": (
        left(1, 2, dtype=torch.int64),
        left(1, 3, dtype=torch.int64),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_agrees(name):
    assert apart(*SAME[name]) == ""


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("name", WRONG)
def test_differs(name, exact):
    """Also where float64 says that eager is right."""
    ours, theirs = WRONG[name]
    wide = outcomes.Outcome(outcomes.widened(theirs.results), [], [])
    assert apart(ours, theirs, *((wide, wide) if exact else ()))


def test_float64_decides():
    theirs, exact = left(0.0, 3.0), left(2.0, 3.0, dtype=torch.float64)
    assert apart(left(2.0, 3.0), theirs)
    assert apart(left(2.0, 3.0), theirs, exact, exact) == ""
    # A step at a place that is as near as rounding.
    beside = left(5.0, 3.0, dtype=torch.float64)
    assert apart(left(5.0, 3.0), left(2.0, 3.0), exact, beside) == ""


def test_no_result_is_more_exact_than_the_inputs():
    """A float64 may have been a float32 on the way."""
    wide = {"dtype": torch.float64}
    ours, theirs = left(1.0, 2.0, **wide), left(1.0 + 1e-7, 2.0, **wide)
    for dtype, agrees in ((torch.float64, False), (torch.float32, True)):
        given = [torch.ones(3, dtype=dtype)]
        said = outcomes.difference(ours, theirs, None, given)
        assert (said == "") == agrees
    far = left(1.0 + 1e-5, 2.0, **wide)
    assert outcomes.difference(far, theirs, None, [torch.ones(1)])


def test_float64_is_not_rounded_on_the_way():
    """By casts of the function, nor do types clash that are the same in eager."""
    x = torch.tensor([[1 / 3]])

    def function(x):
        return [x.double().float() @ x, (x > 0) * (1 / 3)]

    exact, _ = trials.exact(function, [x], backward=False)
    wide = x.double()
    assert torch.equal(exact.results[0], wide @ wide)
    assert exact.results[1].item() == 1 / 3


def test_float64_draws_what_eager_draws():
    def function(x):
        return [
            x + torch.rand(3, dtype=torch.float32),
            torch.rand(3),
            torch.rand_like(x),
        ]

    exact, _ = trials.exact(function, [torch.zeros(3)], backward=False)
    eager = outcomes.run(function, [torch.zeros(3)], backward=False)
    for a, b in zip(exact.results, eager.results, strict=True):
        assert torch.equal(a.float(), b)


def judged(ours, function, *inputs):
    """What is told of results that are given in place of a function's."""
    theirs = outcomes.run(function, inputs, backward=False)
    return outcomes.difference(
        theirs._replace(results=ours),
        theirs,
        lambda: trials.exact(function, inputs, backward=False),
        inputs,
    )


def test_a_rounding_that_is_wanted_is_not_dropped():
    x = torch.randn(50)
    assert judged([x], lambda x: [x.bfloat16().float()], x)
    assert judged([x], lambda x: [x + torch.rand_like(x)], x)


def test_a_result_of_the_inputs_type_has_its_tolerance():
    x = torch.ones(1, dtype=torch.bfloat16)
    assert judged([x * 1.12], lambda x: [x], x)


def test_where_float64_says_another_only_that_is_right():
    eager, exact = torch.tensor([1]), torch.tensor([0])
    beside = [outcomes.Outcome([each], [], []) for each in (exact, exact)]
    theirs = outcomes.Outcome([eager], [], [])
    for value, agrees in ((0, True), (1, True), (-1, False), (2, False)):
        said = outcomes.difference(
            left(value, dtype=torch.int64), theirs, lambda: beside
        )
        assert (said == "") == agrees
    wide = [left(2.0, dtype=torch.float64)] * 2
    for value, agrees in (
        (2.0, True),
        (inf, True),
        (-7.0, False),
        (nan, False),
    ):
        said = outcomes.difference(left(value), left(inf), lambda: wide)
        assert (said == "") == agrees
