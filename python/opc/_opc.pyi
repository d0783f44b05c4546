from collections.abc import Callable
from typing import Any

import numpy

class Program:
    """A compiled program; safe to share."""

    def run(self, inputs: dict | list | tuple, out: Any) -> list[Any]: ...
    def set_threads(self, threads: int) -> None: ...
    def save(self, path: bytes) -> None: ...
    def start_profile(self) -> None: ...
    def stop_profile(self) -> dict[str, Any]: ...
    @property
    def manifest(self) -> dict[str, Any]: ...

class TensorCall:
    """A program, of tensors of torch."""

    def __init__(
        self,
        program: Program,
        tensor_class: type,
        input_orders: list[tuple[int, ...]],
        output_orders: list[tuple[int, ...]],
    ) -> None: ...
    def __call__(self, *inputs: Any) -> tuple[Any, ...]: ...
    @property
    def lent(self) -> list[int]: ...

def load(path: bytes) -> Program: ...
def compile(
    path: bytes | None,
    data: bytes | None,
    directory: bytes | None,
    constants: list[tuple[bytes, numpy.ndarray]],
    options: str,
    log: Callable[[str], None] | None,
) -> Program: ...
def inspect_model(
    path: bytes | None,
    data: bytes | None,
    directory: bytes | None,
    constants: list[tuple[bytes, numpy.ndarray]],
    options: str,
    log: Callable[[str], None] | None,
) -> dict[str, Any]: ...
def survey_model(
    path: bytes | None,
    data: bytes | None,
    directory: bytes | None,
    constants: list[tuple[bytes, numpy.ndarray]],
    options: str,
    log: Callable[[str], None] | None,
) -> list[dict[str, Any]]: ...
def explain_model(
    path: bytes | None,
    data: bytes | None,
    directory: bytes | None,
    constants: list[tuple[bytes, numpy.ndarray]],
    options: str,
    log: Callable[[str], None] | None,
) -> list[dict[str, Any]]: ...
def inspect_program(path: bytes) -> dict[str, Any]: ...
def targets() -> dict[str, Any]: ...
def export_bfloat16(array: numpy.ndarray) -> Any: ...
def numpy_dtype(name: str) -> numpy.dtype: ...
def build_id() -> str: ...
def version() -> str: ...
def set_team(address: int) -> None: ...
