"""What the back end has done in this process, counted."""

import threading
from typing import NamedTuple


class Stats(NamedTuple):
    """Counts since the process began, or since `reset`."""

    graphs: int = 0
    """Graphs that PyTorch handed over."""
    programs: int = 0
    """Programs that were made of them, compiled or from opc's cache."""
    nodes: int = 0
    """Operators in those programs."""
    eager_nodes: int = 0
    """Operators that opc lacks and that PyTorch executes."""
    restored: int = 0
    """Graphs whose programs came from PyTorch's cache on disk."""


_lock = threading.Lock()
_now = Stats()


def stats() -> Stats:
    """The counts of now."""
    return _now


def reset() -> None:
    """Begins to count anew."""
    global _now
    with _lock:
        _now = Stats()


def count(**more: int) -> None:
    """Adds to fields of `Stats`, by name."""
    global _now
    with _lock:
        _now = _now._replace(
            **{name: getattr(_now, name) + by for name, by in more.items()}
        )
