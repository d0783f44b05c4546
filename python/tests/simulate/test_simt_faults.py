"""Every fault that is put into a kernel of the SIMT family is told by its name,
with the line that has it; without it, the same kernel has none."""

import re

import pytest
from simulated import FAULT_EXIT, HERE, compiled, run, simt_source

SOURCE = "simt_faults.in"
APIS = ("hip", "musa", "maca")

KINDS = {
    "missing_barrier": "race",
    "missing_wave_sync": "wave-race",
    "divergent_barrier": "barrier-divergence",
    "ended_before_barrier": "barrier-divergence",
    "read_behind": "out-of-bounds",
    "write_behind": "out-of-bounds",
    "read_before": "out-of-bounds",
    "shared_behind": "shared-overflow",
    "dynamic_behind": "shared-overflow",
    "shared_unwritten": "uninitialised-read",
    "shared_of_last_block": "uninitialised-read",
    "global_unwritten": "uninitialised-read",
    "misaligned_vector": "misaligned",
    "misaligned_atomic": "misaligned",
    "wave_of_32": "wrong-mask",
    "mask_with_absent": "wrong-mask",
    "inactive_lane": "inactive-lane",
    "shuffle_width": "bad-argument",
    "blocks_write_one": "race",
    "blocks_read_and_write": "race",
    "count_without_atomics": "race",
    "plain_read_of_atomic": "race",
    "shared_bytes": "wave-race",
    "waits_forever": "deadlock",
    "use_after_free": "use-after-free",
    "copy_after_free": "use-after-free",
    "double_free": "double-free",
    "free_inside": "bad-free",
    "host_pointer": "host-pointer",
    "null_pointer": "null-pointer",
    "device_pointer": "device-pointer",
    "wrong_direction": "device-pointer",
    "copy_too_much": "out-of-bounds",
    "too_many_threads": "launch-limit",
    "no_blocks": "launch-limit",
    "too_much_shared": "shared-limit",
    "too_much_memory": "space-overflow",
    "missing_sync": "missing-sync",
    "early_reuse": "early-reuse",
    "unwaited_copy": "unwaited-copy",
    "managed_without_sync": "missing-sync",
    "unrecorded_event": "unmatched-wait",
    "wait_for_unrecorded": "unmatched-wait",
    "times_too_early": "missing-sync",
    "destroyed_stream": "bad-handle",
    "wrong_device": "bad-handle",
    "missing_event": "uninitialised-read",
}
# What follows from the fault, and may be told, too.
ALSO = {
    "missing_barrier": {"uninitialised-read"},
    "missing_wave_sync": {"uninitialised-read"},
    "wave_of_32": {"inactive-lane"},
    "blocks_read_and_write": {"wave-race"},
    "count_without_atomics": {"wave-race"},
    "plain_read_of_atomic": {"wave-race"},
    "wrong_direction": {"host-pointer"},
}
SETTINGS = {
    "missing_event": {"mode": "deferred"},
    "waits_forever": {"deadlock_seconds": 0.5},
}


@pytest.fixture(scope="session", params=APIS)
def program(request, tmp_path_factory):
    api = request.param
    source = simt_source(SOURCE, api)
    return compiled(source, api, tmp_path_factory.mktemp("simt"), "faults")


def blamed(name):
    """The line of the source that has the fault, if one is marked."""
    lines = (HERE / SOURCE).read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if line.endswith(f"// {name}"):
            return number
    return None


@pytest.mark.parametrize("name", KINDS)
def test_a_fault_is_told_by_its_name(program, name):
    ran = run(program, name, 1, **SETTINGS.get(name, {}))
    assert ran.code == FAULT_EXIT, ran.err
    assert KINDS[name] in ran.kinds(), ran.err
    assert ran.kinds() - {KINDS[name]} <= ALSO.get(name, set()), ran.err
    assert f"opcsim: {KINDS[name]}: " in ran.err
    if number := blamed(name):
        places = {fault["place"] for fault in ran.faults}
        assert any(re.search(rf":{number}\b", place) for place in places), (
            ran.err
        )


@pytest.mark.parametrize("name", KINDS)
def test_without_the_fault_nothing_is_told(program, name):
    ran = run(program, name, 0, **SETTINGS.get(name, {}))
    assert (ran.code, ran.err, ran.faults) == (0, "", [])


def test_a_wave_of_32_is_what_a_mask_of_32_lanes_is_for(program):
    assert run(program, "wave_of_32", 1, wave=32).faults == []
    told = {}
    for wave in (64, 128):
        ran = run(program, "wave_of_32", 1, wave=wave)
        told[wave] = ran.faults[0]["text"]
    assert "without lanes 32 to 63 of a wave of 64" in told[64]
    assert "without lanes 32 to 127 of a wave of 128" in told[128]


def test_a_fault_says_who_and_where(program):
    (fault,) = run(program, "shared_behind", 1).faults
    assert fault["kernel"] == "kernel"
    assert (fault["core"], fault["thread"]) == (
        "block (0,0,0)",
        "thread (255,0,0)",
    )
    assert "0 bytes behind the 1024 bytes of shared 's'" in fault["text"]
    (fault,) = run(program, "read_behind", 1).faults
    assert "0 bytes behind the 1024 bytes of" in fault["text"]
    assert (fault["size"], fault["operation"]) == (4, "read")
