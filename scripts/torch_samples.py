"""Samples of PyTorch's own test suite (OpInfo), and what opc makes of them.

A sample is compiled as a graph of its own, forward and, where the operator has one,
backward. What the compiler refuses is left to PyTorch, as for a user; results,
gradients and changed inputs are then compared with eager all the same.
"""

import dataclasses
import warnings

import torch
import torch_cancelling
import torch_ties
from torch.testing._internal import common_methods_invocations as suite
from torch.utils import _pytree as pytree

import opc
import opc.torch
from opc.torch import direct, explanation, outcomes, settings, trials

# A seed that is set while a graph is traced is not part of it: who calls sets one.
suite.wrapper_set_seed = lambda op, *args, **kwargs: op(*args, **kwargs)

#: Results whose elements nobody has written.
UNWRITTEN = ("empty", "new_empty")
#: The types that gradients are compared in.
WITH_GRADIENTS = (torch.float32, torch.float64)
#: From best to worst. "untraced": PyTorch makes no graph of it.
VERDICTS = ("pass", "none", "untraced", "refused", "error", "wrong")


@dataclasses.dataclass
class Verdict:
    """Of one sample, or the worst of several."""

    forward: str = "pass"
    backward: str = "none"
    """"none" where the operator has no gradient."""
    why: str = ""
    why_backward: str = ""

    def join(self, other):
        """Keeps what is worse."""
        if VERDICTS.index(other.forward) > VERDICTS.index(self.forward):
            self.forward, self.why = other.forward, other.why
        # What has no gradient in one sample may have one in the next.
        before = self.backward if self.backward != "none" else "pass"
        now = other.backward
        if now != "none" and (
            self.backward == "none"
            or VERDICTS.index(now) > VERDICTS.index(before)
        ):
            self.backward, self.why_backward = now, other.why_backward


def call_of(op, sample):
    """A function of the tensors of a sample, and these."""
    whole = (sample.input, sample.args, sample.kwargs)
    leaves, spec = pytree.tree_flatten(whole)
    places = [i for i, x in enumerate(leaves) if isinstance(x, torch.Tensor)]

    def call(*tensors):
        given = list(leaves)
        for place, tensor in zip(places, tensors, strict=True):
            given[place] = tensor
        first, args, kwargs = pytree.tree_unflatten(given, spec)
        return op(first, *args, **kwargs)

    return call, [leaves[i].detach() for i in places]


def samples_of(op, dtype, count):
    """Of an operator: at most `count` samples, spread over all, and how many there
    are."""
    torch.manual_seed(0)
    gradient = op.supports_autograd and dtype in WITH_GRADIENTS
    found = list(op.sample_inputs("cpu", dtype, requires_grad=gradient))
    step = max(1, -(-len(found) // count))
    return found[::step], len(found)


def judge(op, sample, target="cpu"):
    """The verdict on one sample."""
    _, tensors = call_of(op, sample)
    leaves = pytree.tree_leaves((sample.input, sample.args, sample.kwargs))
    needs = [x.requires_grad for x in leaves if isinstance(x, torch.Tensor)]
    inputs = [
        x.requires_grad_(need) for x, need in zip(tensors, needs, strict=True)
    ]
    verdict = _judged(op, sample, inputs, any(needs), target)
    if any(needs) and verdict.forward not in ("pass", "wrong"):
        # What training needs of a forward graph is none of inference's business.
        alone = _judged(op, sample, [x.detach() for x in inputs], False, target)
        verdict.forward, verdict.why = alone.forward, alone.why
    return verdict


def _judged(op, sample, inputs, backward, target):
    call, _ = call_of(op, sample)
    function = direct.flat(call)
    try:
        theirs = outcomes.run(function, inputs, backward)
    except Exception as error:  # noqa: BLE001 (samples may be wrong on purpose)
        kind = "untraced" if backward else "none"
        return Verdict("untraced", kind, _line(error), _line(error))
    backward = backward and bool(theirs.gradients)
    chosen = settings.Settings(target=target, threads=1, cache=False)
    with explanation.collecting() as graphs, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = direct.compiled(call, chosen)
            ours = outcomes.run(compiled, inputs, backward)
        except Exception as error:  # noqa: BLE001 (each is a verdict)
            return _failed(error, function, inputs, backward, len(graphs))
    for each in (torch_ties, torch_cancelling):
        ours = each.settled(op, sample, ours, theirs)
    return _compared(op, function, inputs, ours, theirs, graphs)


def _failed(error, function, inputs, backward, graphs):
    kind = "error"
    if not isinstance(error, opc.Error) and not _is_traced(function, inputs):
        kind = "untraced"
    if graphs and backward:
        return Verdict("pass", kind, "", _line(error))
    why = _line(error)
    return Verdict(kind, kind if backward else "none", why, why)


def _is_traced(function, inputs):
    """Whether AOTAutograd makes a graph of it, whoever compiles that."""
    from torch._functorch.aot_autograd import aot_function

    def as_it_is(module, _):
        return module

    try:
        aot_function(function, fw_compiler=as_it_is, bw_compiler=as_it_is)(
            *map(outcomes.copied, inputs)
        )
    except Exception:  # noqa: BLE001
        return False
    return True


def _compared(op, function, inputs, ours, theirs, graphs):
    refused = [
        "; ".join(sorted({f"{r.op}: {r.reason}" for r in graph.refused}))
        for graph in graphs
    ]
    first, second = (*refused, "", "")[:2]
    verdict = Verdict("refused" if first else "pass", "none", first)
    if theirs.gradients:
        verdict.backward = "refused" if first or second else "pass"
        verdict.why_backward = second or first

    def exact():
        return trials.exact(function, inputs, bool(theirs.gradients))

    if op.name.startswith(UNWRITTEN):
        blank = outcomes.Outcome
        ours, theirs = (
            blank([torch.zeros_like(x) for x in each.results], each.inputs, [])
            for each in (ours, theirs)
        )
    no_gradients = [each._replace(gradients=[]) for each in (ours, theirs)]
    why = outcomes.difference(*no_gradients, exact, inputs)
    if why:
        verdict.forward, verdict.why = "wrong", why
    elif why := outcomes.difference(ours, theirs, exact, inputs):
        verdict.backward, verdict.why_backward = "wrong", why
    return verdict


def _line(error):
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:300]
