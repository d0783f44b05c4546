"""What a user may set: `torch.compile(model, backend="opc", options={...})`."""

from typing import Any, NamedTuple

import torch

from ..arguments import integer
from ..errors import UsageError
from .errors import OptionError


class Settings(NamedTuple):
    """Options of the back end."""

    target: str = "cpu"
    """As for `opc.compile`."""
    threads: int = 0
    """How many threads a program may use; 0: as many as PyTorch does."""
    strict: bool = False
    """Whether an operator that opc lacks is an error. So it is with
    `fullgraph=True`."""
    cache: Any = True
    """As for `opc.compile`."""


def read(options: dict[str, Any] | None, mode: str | None) -> Settings:
    """The settings of a call of torch.compile.

    Raises `OptionError` for an unknown option or mode, or a wrong value.
    """
    if mode not in (None, "default"):
        raise OptionError(f"mode: expected 'default', got {mode!r}")
    options = options or {}
    known = Settings._fields
    for name in options:
        if name not in known:
            raise OptionError(
                f"options: no option is named {name!r}: there are "
                + ", ".join(known)
            )
    settings = Settings(**options)
    if not isinstance(settings.strict, bool):
        raise OptionError(
            f"options: strict: expected a bool, got {settings.strict!r}"
        )
    try:
        threads = integer("threads", settings.threads)
    except UsageError as error:
        raise OptionError(f"options: {error}") from None
    threads = threads or torch.get_num_threads()
    return settings._replace(
        threads=threads, strict=settings.strict or _is_full_graph()
    )


def _is_full_graph() -> bool:
    """Whether Dynamo, which calls us, is to make one graph or to fail."""
    from torch._dynamo.symbolic_convert import InstructionTranslator, tls

    if getattr(tls, "current_tx", None) is None:
        return False
    return bool(getattr(InstructionTranslator.current_tx(), "one_graph", False))
