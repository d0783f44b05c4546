"""Jobs in processes of their own, with a time limit."""

import os
import signal
import subprocess
import sys
import time

import pytest
from support import ROOT

#: A job of one second's computation.
JOB = """
import sys, time
sys.path.insert(0, sys.argv[1])
import forked
def work(_):
    end = time.process_time() + 1
    while time.process_time() < end: pass
print("begun", flush=True)
print(*forked.run([0], work, limit=float(sys.argv[2])), flush=True)
"""


def begun(limit):
    """A process that waits for the job, for as long as `limit`."""
    return subprocess.Popen(
        [sys.executable, "-c", JOB, ROOT / "scripts", str(limit)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("limit", "state"), [(0.2, "hang"), (30, "done")], ids=["late", "in time"]
)
def test_limit(limit, state):
    with begun(limit) as process:
        assert state in process.communicate()[0]


def test_time_in_which_all_were_stopped_does_not_count():
    with begun(limit=6) as process:
        process.stdout.readline()
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(7)
        os.killpg(process.pid, signal.SIGCONT)
        assert "done" in process.communicate()[0]
