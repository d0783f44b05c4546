"""Fair timings on a shared machine: engines take turns, and the least time counts.

The minimum of many short runs is what the code can do; everything above it is
the machine's other work. Taking turns lets all engines meet the same weather.
"""

import time


def least(call, slice_seconds):
    """Least seconds of one call, of as many as fit in the time, at least one."""
    best = float("inf")
    end = time.perf_counter() + slice_seconds
    while True:
        start = time.perf_counter()
        call()
        now = time.perf_counter()
        best = min(best, now - start)
        if now >= end:
            return best


def interleaved(engines, rounds=7, slice_seconds=0.1):
    """Least seconds of one call of each engine, a function without arguments.

    In each round every engine is called once unmeasured (its threads wake, its
    data enters the cache), then for `slice_seconds`.
    """
    best = dict.fromkeys(engines, float("inf"))
    for _ in range(rounds):
        for name, call in engines.items():
            call()
            best[name] = min(best[name], least(call, slice_seconds))
    return best


def timed(function):
    """What `function()` gives, and the seconds it took."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start
