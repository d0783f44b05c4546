"""Plans in PyTorch's cache on disk: a second process captures nothing anew.

PyTorch keeps what AOTAutograd makes of a function, if the compiled graphs are of a
class that it can write. Ours are Python source, and graphs in JSON, whose programs
are in opc's own cache.
"""

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import torch
from torch._functorch._aot_autograd.schemas import (
    SerializableAOTDispatchCompiler,
)
from torch._inductor import codecache
from torch._inductor.output_code import OutputCode

from . import compiler, counters, decompose, tracing
from .graphs import compile_graph
from .plan import Plan
from .settings import Settings


class CompiledGraph(OutputCode):
    """A plan as PyTorch's cache takes it."""

    def __init__(self, plan: Plan):
        self.plan = plan
        # PyTorch copies the attributes of the object alone to what wraps it.
        self._boxed_call = True

    def __call__(self, inputs: Any) -> Any:
        return self.plan(inputs)

    def prepare_for_serialization(self) -> None:
        """Nothing in a plan is bound to the process."""

    def post_compile(self, *_: Any) -> None:
        """A plan is complete as it was written."""

    def set_triton_bundle(self, triton_bundle: Any) -> None:
        """There are no kernels of Triton."""

    def __copy__(self) -> "CompiledGraph":
        """Nothing in it changes: what is written is the object itself."""
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        counters.count(restored=1)


def compilers_for(
    settings: Settings,
) -> tuple[
    SerializableAOTDispatchCompiler,
    SerializableAOTDispatchCompiler,
]:
    """What AOTAutograd calls with each graph: with the forward graph, or the only one,
    and with the backward graph.
    """
    kept: list[int] = []  # inputs of the backward graph, which comes last

    def compile_one(module: torch.fx.GraphModule, _: Any) -> CompiledGraph:
        kept.extend(tracing.allow_another_run())
        return CompiledGraph(compile_graph(module, settings))

    def compile_back(module: torch.fx.GraphModule, _: Any) -> CompiledGraph:
        kept.extend(tracing.allow_another_run())
        spent = tracing.spent(module, kept)
        return CompiledGraph(compile_graph(module, settings, spent))

    return (
        SerializableAOTDispatchCompiler(CompiledGraph, compile_one),
        SerializableAOTDispatchCompiler(CompiledGraph, compile_back),
    )


def _sources(folder: str) -> Iterator[str]:
    """Name, size and time of each Python file below a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path)
            elif entry.name.endswith(".py"):
                state = entry.stat()
                yield f"{entry.path} {state.st_size} {state.st_mtime_ns}"


@functools.cache
def _torch_key() -> bytes:
    """What tells this PyTorch from others, as its own key does by reading all of its
    2,300 files, in a tenth of the time.
    """
    files = sorted(_sources(os.path.dirname(torch.__file__)))
    parts = [torch.__version__, str(torch.version.git_version), *files]
    return hashlib.sha256("\n".join(parts).encode()).digest()


_keys_of_plans = ContextVar("keys_of_plans", default=False)


def _stand_in(name: str, instead: Callable[[], Any]) -> None:
    """Calls `instead` where the key of a plan is made, and nowhere else."""
    original = getattr(codecache, name, None)
    if original is None:
        return

    @functools.wraps(original)
    def chosen() -> Any:
        return instead() if _keys_of_plans.get() else original()

    setattr(codecache, name, chosen)


# The key of a plan is made without Inductor's code generators, which take longer to
# import than a small model takes to compile, and say nothing of a plan.
_stand_in("init_backend_registration", lambda: None)
_stand_in("torch_key", _torch_key)


@contextlib.contextmanager
def _making_keys_of_plans() -> Iterator[None]:
    before = _keys_of_plans.set(True)
    try:
        yield
    finally:
        _keys_of_plans.reset(before)


#: Operators whose meaning and gradients are PyTorch's own, and in its key.
_NAMESPACES = {"aten", "prim", "prims"}


def _has_own_operators(module: torch.fx.GraphModule) -> bool:
    """Whether a graph calls operators of others, of whose gradients no key tells."""
    return any(
        isinstance(
            node.target, torch._ops.OpOverload | torch._ops.OpOverloadPacket
        )
        and str(node.target).partition(".")[0] not in _NAMESPACES
        for each in module.modules()
        if isinstance(each, torch.fx.GraphModule)
        for node in each.graph.nodes
    )


@contextlib.contextmanager
def enabled(settings: Settings, module: torch.fx.GraphModule) -> Iterator[None]:
    """Lets AOTAutograd use its cache, for plans of these settings and this build
    of the compiler.
    """
    keep = (
        settings.cache is True
        and not decompose.has_users()
        and not _has_own_operators(module)
    )
    build = compiler.build_id()
    tag = f"{torch.compiler.config.cache_key_tag} opc {build} {settings}"
    with (
        _making_keys_of_plans(),
        torch.compiler.config.patch(cache_key_tag=tag),
        torch._functorch.config.patch(
            bundled_autograd_cache=keep,
            enable_autograd_cache=keep,
            # Backward graphs now: what opc lacks of them is told at the call.
            force_non_lazy_backward_lowering=True,
        ),
    ):
        yield
