"""Runs many jobs, each in a forked child with a time limit.

A crash or a hang of one job is then one result like any other. The parent must
have no threads of its own; what it has loaded, the children need not load again.
"""

import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback

DONE, CRASH, HANG = "done", "crash", "hang"
_STEP = 1  # seconds between two looks at the clock


class _Child:
    """One job under way: its process, its end of a pipe, what it said so far."""

    def __init__(self, job, work, limit):
        self.job = job
        self.deadline = time.monotonic() + limit
        self.answer = b""
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (see close)
        self.pipe, end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            self._be_child(work, end)
        os.close(end)

    def _be_child(self, work, end):
        status = 1
        try:
            os.dup2(self.errors.fileno(), 1)
            os.dup2(self.errors.fileno(), 2)
            with os.fdopen(end, "wb") as stream:
                stream.write(json.dumps(work(self.job)).encode())
            status = 0
        except BaseException:  # noqa: BLE001 (this process ends here)
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)

    def read(self):
        """Takes in what there is; whether the child has said all."""
        chunk = os.read(self.pipe, 1 << 16)
        self.answer += chunk
        return not chunk

    def finish(self):
        """State and value: the job's answer, or why there is none."""
        late = time.monotonic() > self.deadline
        if late:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.pipe)
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            return DONE, json.loads(self.answer)
        return (HANG if late else CRASH), self._complaint(code)

    def _complaint(self, code):
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return f"{how}: {lines[-1]}" if lines else how

    def close(self):
        self.errors.close()


def run(jobs, work, processes=2, limit=60):
    """Yields (job, state, value) for each of `jobs` as they end.

    `work(job)` runs in the child; its JSON-able result is `value` where state is
    DONE. `limit` is in seconds.
    """
    waiting = list(reversed(jobs))
    children = []
    try:
        while waiting or children:
            while waiting and len(children) < processes:
                children.append(_Child(waiting.pop(), work, limit))
            for child in _ended(children):
                children.remove(child)
                state, value = child.finish()
                child.close()
                yield child.job, state, value
    finally:
        for child in children:
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)


def _ended(children):
    """Waits for something to happen; the children that are through or late."""
    begin = time.monotonic()
    soonest = min(child.deadline for child in children)
    wait = min(_STEP, max(0.0, soonest - begin)) + 0.01
    ready, _, _ = select.select(
        [child.pipe for child in children], [], [], wait
    )
    # Who stops this process stops its children: that time is not theirs.
    stopped = time.monotonic() - begin - wait
    if stopped > _STEP:
        for child in children:
            child.deadline += stopped
    ended = [c for c in children if c.pipe in ready and c.read()]
    late = [
        c for c in children if c not in ended and time.monotonic() > c.deadline
    ]
    return ended + late


def progress(results, total, label):
    """Passes `results` on, with a bar on stderr where that is a terminal."""
    show = sys.stderr.isatty()
    for number, result in enumerate(results, 1):
        if show:
            filled = 40 * number // max(total, 1)
            bar = "#" * filled + "." * (40 - filled)
            end = "\n" if number == total else ""
            print(
                f"\r{label} [{bar}] {number}/{total}", end=end, file=sys.stderr
            )
        yield result
