"""Random graphs against eager; scripts/torch_fuzz.py tries many more."""

import pytest
import random_graphs

from opc.torch import trials

SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_graph(seed):
    case = random_graphs.case(seed)
    found = trials.failure(case.function, case.inputs)
    assert found is None, f"{found}\n{case.function.code}"


def test_graphs_are_what_was_asked_for():
    """Of 10 operators or more, on inputs that are not all dense."""
    made = [random_graphs.case(seed) for seed in range(20)]
    sizes = [
        sum(node.op == "call_function" for node in each.function.graph.nodes)
        for each in made
    ]
    assert min(sizes) >= 10
    inputs = [x for case in made for x in case.inputs]
    assert any(not x.is_contiguous() for x in inputs)
    assert any(x.requires_grad for x in inputs)
