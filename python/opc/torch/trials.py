"""Whether opc and eager agree on a function: tried here, or in a process apart."""

import os
import pickle
import select
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch

from . import direct, explanation, outcomes
from .errors import StrictError
from .settings import Settings

WRONG, ERROR, REFUSED = "wrong", "error", "refused"
CRASH, HANG = "crash", "hang"


class Failure(NamedTuple):
    """What is wrong with what opc makes of a function."""

    kind: str
    """"wrong", "error", "refused", "crash" or "hang"."""
    why: str
    """The greatest difference, the error, the operators that are refused."""


def failure(
    function: Callable[..., Any],
    inputs: Sequence[torch.Tensor],
    settings: Settings | None = None,
) -> Failure | None:
    """Compares a function of tensors with eager: its results, the inputs that it
    changes, and the gradients of those that require some. A module's parameters and
    buffers are such inputs; other functions keep no tensors of their own.

    None if opc computes all of it, and right. With `strict` what is left to PyTorch
    is told as refused before anything else is compared.
    """
    chosen = settings or Settings(threads=1, cache=False)
    function, inputs = direct.alone(function, inputs)
    flat = direct.flat(function)
    theirs = outcomes.run(flat, inputs)
    with explanation.collecting() as graphs, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ours = outcomes.run(direct.compiled(function, chosen), inputs)
        except StrictError as error:
            return Failure(REFUSED, str(error))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
            return Failure(ERROR, f"{type(error).__name__}: {error}")
    if why := outcomes.difference(
        ours, theirs, lambda: exact(flat, inputs), inputs
    ):
        return Failure(WRONG, why)
    refused = [str(each) for graph in graphs for each in graph.refused]
    return Failure(REFUSED, "\n".join(refused)) if refused else None


def exact(
    function: outcomes.Function,
    inputs: Sequence[torch.Tensor],
    backward: bool = True,
) -> tuple[outcomes.Outcome, outcomes.Outcome]:
    """What a function leaves in float64, of its inputs and of such beside them."""
    wide = outcomes.widened(inputs)
    with outcomes.Widening(inputs):
        return (
            outcomes.run(function, wide, backward),
            outcomes.run(function, outcomes.moved(wide), backward),
        )


def apart(work: Callable[[], Any], seconds: float) -> Any:
    """What `work` gives or raises, or a Failure: it runs in a process of its own,
    which may crash, or be ended after that time.
    """
    pipe, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(pipe)
        _be_child(work, end)
    os.close(end)
    answer = _read(pipe, time.monotonic() + seconds)
    os.close(pipe)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if answer is None:
        return Failure(HANG, f"it runs for more than {seconds:g} s")
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        found = pickle.loads(answer)
        if isinstance(found, Exception):
            raise found
        return found
    how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    return Failure(CRASH, how)


def _answer(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 (the parent raises it)
        return error


def _be_child(work: Callable[[], Any], end: int) -> None:
    status = 1
    try:
        torch.set_num_threads(1)
        with os.fdopen(end, "wb") as stream:
            stream.write(pickle.dumps(_answer(work)))
        status = 0
    finally:
        os._exit(status)


def _read(pipe: int, deadline: float) -> bytes | None:
    """All that comes; None if it is not over in time."""
    found = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return None
        chunk = os.read(pipe, 1 << 16)
        if not chunk:
            return found
        found += chunk
