"""One model of one build of opc in a process of its own, spoken to through pipes.

`python -m benchmark.worker FILE` reads (path, inputs, threads) with pickle and
answers with the outputs of one run and the seconds of compiling; then each line
of seconds that it reads is a slice of time, answered with the least seconds of
one run in it. Its opc is the one that PYTHONPATH finds.
"""

import os
import pickle
import subprocess
import sys

from benchmark import timing


class Worker:
    """A model compiled by the build whose Python package lies in `packages`."""

    def __init__(self, packages, case, threads):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmark.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(packages)},
        )
        self.outputs, self.compiling = self._first(packages, case, threads)

    def _first(self, packages, case, threads):
        to, back = self.process.stdin, self.process.stdout
        try:
            pickle.dump((str(case.path), case.inputs, threads), to)
            to.flush()
            return pickle.load(back)
        except (BrokenPipeError, EOFError):
            self.process.communicate()
            raise RuntimeError(f"{packages} does not run {case.path}") from None

    def least(self, slice_seconds):
        """Least seconds of one run, of as many as fit in the time."""
        self.process.stdin.write(f"{slice_seconds}\n".encode())
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def serve():
    import opc

    path, inputs, threads = pickle.load(sys.stdin.buffer)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    model, seconds = timing.timed(
        lambda: opc.compile(path, target="cpu", threads=threads, cache=False)
    )
    pickle.dump((list(model.run(inputs)), seconds), answers)
    answers.flush()
    for line in sys.stdin.buffer:
        model.run(inputs)
        least = timing.least(lambda: model.run(inputs), float(line))
        answers.write(f"{least!r}\n".encode())
        answers.flush()


if __name__ == "__main__":
    serve()
