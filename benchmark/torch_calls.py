"""What torch.compile(backend="opc") costs beside kernels: the first call, each call,
memory.

usage: python -m benchmark.torch_calls [--rounds N]

The first call is that of a small net in a process of its own, in which Dynamo has
compiled another module for another back end: without caches, then with those that the
first process left; beside it what PyTorch alone takes (`aot_eager`). It is the time of
the processor, which other work does not lengthen. The
overhead of a call is what is above the same call of a back end that computes nothing,
and above what opc's kernels take. Memory is what training steps of a large batch need
at most above what those of a small one do, beside eager's. The least of several
processes counts. Exit code 1: a limit is passed.
"""

import argparse
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent

LIMITS = {
    "first call, cold, s": 3.0,
    "first call, cached, s": 0.3,
    "the same of PyTorch alone": math.inf,
    "overhead of a call, us": 30.0,
    "memory beside eager's, cnn": 1.0,
    "memory beside eager's, perceptron": 1.0,
    "memory beside eager's, gru": 1.0,
}
RUNS = 200
STEPS = 5


def _small() -> tuple[Any, Any]:
    """A net of ten parameters, and its input."""
    import torch
    from torch import nn

    layers = [nn.Sequential(nn.Linear(16, 16), nn.ReLU()) for _ in range(4)]
    return nn.Sequential(*layers, nn.Linear(16, 4)), torch.randn(8, 16)


def first_call(backend: str) -> float:
    """Seconds until the first result."""
    import torch
    from torch import nn

    net, x = _small()
    with torch.no_grad():
        torch.compile(nn.Linear(16, 3), backend="aot_eager")(x)
        start = time.process_time()
        torch.compile(net, backend=backend)(x)
        return time.process_time() - start


def _least_call(backend: Any, net: Any, x: Any) -> float:
    """Least seconds of a call that is compiled already."""
    import torch

    from benchmark import timing

    torch._dynamo.reset()
    call = torch.compile(net, backend=backend)
    call(x)
    return timing.least(lambda: call(x), 1.0)


def _kernel_seconds(model: Any, call: Any) -> float:
    """The least that the kernels of one run took together."""
    model._program.start_profile()
    for _ in range(RUNS):
        call()
    events = model._program.stop_profile()["events"]
    of_run = len(events) // RUNS
    return 1e-9 * min(
        sum(event["dur_ns"] for event in events[i : i + of_run])
        for i in range(0, len(events), of_run)
    )


def overhead() -> float:
    """Microseconds of a call above guards and kernels."""
    import torch

    from opc.torch import compiler

    torch.set_num_threads(1)
    made, compile_one = [], compiler.compile

    def noted(*given: Any) -> Any:
        made.append(compile_one(*given))
        return made[-1]

    compiler.compile = noted
    net, x = _small()
    with torch.no_grad():
        results = (net(x),)
        nothing = _least_call(lambda *_: lambda *_: results, net, x)
        ours = _least_call("opc", net, x)
        call = torch.compile(net, backend="opc")
        (model,) = made
        kernels = _kernel_seconds(model, lambda: call(x))
    return 1e6 * (ours - nothing - kernels)


def _peak() -> int:
    """The most bytes that the process had since the last `_forget_peak`."""
    text = pathlib.Path("/proc/self/status").read_text()
    (line,) = [row for row in text.splitlines() if row.startswith("VmHWM")]
    return 1024 * int(line.split()[1])


def _forget_peak() -> None:
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def _trained(name: str) -> tuple[Any, tuple[int, ...], int]:
    """A net whose training takes memory, the extents of a sample, and a batch."""
    from torch import nn

    from benchmark import training_cases

    if name == "cnn":
        return training_cases.train_cnn.Net(), (1, 28, 28), 512
    if name == "gru":
        return training_cases.Vowels(), (29, 12), 2048
    layers = []
    for given in (64, 512, 512):
        layers += [nn.Linear(given, 512), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(512, 9)), (64,), 4096


def memory(backend: str, name: str = "cnn") -> float:
    """Bytes of training steps above what there was before them."""
    import torch

    from torch.nn.functional import cross_entropy

    torch.set_num_threads(1)
    torch._dynamo.config.allow_rnn = True
    net, sample, most = _trained(name)
    loss = torch.compile(
        lambda x, wanted: cross_entropy(net(x), wanted), backend=backend
    )
    taken = 0
    for batch in (3, most):  # the first compiles
        x, wanted = torch.randn(batch, *sample), torch.randint(9, (batch,))
        for each in (x, wanted):
            torch._dynamo.mark_dynamic(each, 0)
        _forget_peak()
        before = _peak()
        for _ in range(STEPS):
            net.zero_grad()
            loss(x, wanted).backward()
        taken = _peak() - before
    return taken


def _measured(call: str, folder: pathlib.Path) -> float:
    """What a function of this module gives in a process of its own."""
    environment = {
        **os.environ,
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "torch"),
        "OPC_CACHE_DIR": str(folder / "opc"),
    }
    code = f"from benchmark import torch_calls; print(torch_calls.{call})"
    done = subprocess.run(
        [sys.executable, "-c", f"import torch; {code}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])


def _round() -> list[float]:
    """One measurement of each line of `LIMITS`."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        first = [
            _measured(f"first_call('{backend}')", folder)
            for backend in ("opc", "opc", "aot_eager")
        ]
        above = _measured("overhead()", folder)
        taken = [
            [
                _measured(f"memory('{backend}', '{net}')", folder)
                for backend in ("opc", "eager")
            ]
            for net in ("cnn", "perceptron", "gru")
        ]
    return [*first, above, *(ours / theirs for ours, theirs in taken)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = [_round() for _ in range(parser.parse_args().rounds)]
    status = 0
    for (name, limit), values in zip(
        LIMITS.items(), zip(*rounds, strict=True), strict=True
    ):
        passed = min(values) <= limit
        said = "" if passed else "  above the limit"
        most = f"  of {limit:g}" if math.isfinite(limit) else ""
        print(f"{name:36}{min(values):10.2f}{most}{said}")
        status |= not passed
    return status


if __name__ == "__main__":
    sys.exit(main())
