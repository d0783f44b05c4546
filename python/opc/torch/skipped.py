"""Frames that Dynamo leaves to PyTorch before opc is asked: told as operators are."""

import functools
import inspect
from types import CodeType
from typing import Any

from torch._dynamo import convert_frame, exc
from torch._dynamo.eval_frame import innermost_backend

from . import explanation
from .errors import Refusal, report


def watch(backend: Any) -> None:
    """Tells of each frame that was to be compiled for `backend` and is not; with
    the option `strict` it is an error.
    """
    compile_frame = convert_frame._compile
    signature = inspect.signature(compile_frame)

    @functools.wraps(compile_frame)
    def watched(*args: Any, **kwargs: Any) -> Any:
        try:
            return compile_frame(*args, **kwargs)
        except exc.Unsupported as error:
            given = signature.bind(*args, **kwargs).arguments
            called = innermost_backend(given["compiler_fn"])
            # torch.compile wraps it, to remember the options.
            is_ours = getattr(called, "compiler_fn", called) is backend
            if is_ours and not given["one_graph"]:
                options = getattr(called, "kwargs", {}).get("options") or {}
                _tell(
                    _refusal(error, given["code"]), bool(options.get("strict"))
                )
            raise

    convert_frame._compile = watched


def _tell(frame: Refusal, strict: bool) -> None:
    explanation.tell_skipped(frame)
    report([frame], strict)


def _refusal(error: exc.Unsupported, code: CodeType) -> Refusal:
    place = f"{code.co_filename}:{code.co_firstlineno}"
    if error.real_stack:
        place = f"{error.real_stack[-1].filename}:{error.real_stack[-1].lineno}"
    return Refusal("", code.co_name, "", "", _reason(error), place)


def _reason(error: exc.Unsupported) -> str:
    """Of Dynamo's message the first line, the explanation, and what could be set."""
    title, *rest = (line.strip() for line in str(error).splitlines())
    told = [f"Dynamo skips it: {title}"]
    for beginning, kept in (("Explanation: ", ""), ("Hint: Set ", "Set ")):
        found = next((line for line in rest if line.startswith(beginning)), "")
        if found:
            told.append(kept + found.removeprefix(beginning).rstrip("."))
    return ". ".join(told)
