"""What executes programs in an emulated machine: here, with this machine in its
place, and with a mailbox whose machine is a thread."""

import contextlib
import os
import pathlib
import subprocess
import sys
import threading
import time

import chips
import emulate
import emulated
import emulated_opc
import emulator
import emulator_image
import mend_bochs
import numpy as np
import opc
import pytest
from onnx import helper
from support import graph_model, normal

TARGET = "cpu:x86-64-v3"
SCRIPTS = pathlib.Path(emulate.__file__).parent


class ThisMachine(emulator.Mailbox):
    """A mailbox whose jobs are done at once, by this machine."""

    def __init__(self, folder):
        super().__init__(folder)
        self.before = ""  # of each job's script

    def run(self, script, files, seconds=60):
        folder = self.folder / f"job{time.monotonic_ns()}"
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        ended = subprocess.run(
            ["sh", "-c", self.before + script],
            cwd=folder,
            capture_output=True,
            timeout=seconds,
        )
        code = ended.returncode
        found = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        found |= {"stdout": ended.stdout, "stderr": ended.stderr}
        return emulator.Answer(code if code >= 0 else 128 - code, found)


@pytest.fixture
def machine(tmp_path):
    mailbox = ThisMachine(tmp_path)
    with emulated.chips({TARGET: mailbox}):
        yield mailbox


def model_of(op, *feeds, **attributes):
    names = [f"x{i}" for i in range(len(feeds))]
    node = helper.make_node(op, names, ["y"], **attributes)
    return graph_model([node], dict(zip(names, feeds, strict=True)), ["y"])


def test_programs_run_through_the_mailbox(machine):
    a, b = normal(5, 7), normal(7, 3, seed=1)
    compiled = opc.compile(model_of("MatMul", a, b), target=TARGET, cache=False)
    assert isinstance(compiled, emulated.Model)
    (by_name,) = compiled.run({"x0": a, "x1": b})
    (in_order,) = compiled.run([a, b])
    np.testing.assert_allclose(by_name, a @ b, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(by_name, in_order)


@pytest.mark.parametrize(
    "dtype",
    [*emulated.DTYPES[1:], np.dtype(bool)],
    ids=str,
)
def test_every_dtype_comes_back(machine, dtype):
    x = np.arange(6).reshape(2, 3).astype(dtype)
    model = model_of("Transpose", x, perm=[1, 0])
    (y,) = opc.compile(model, target=TARGET, cache=False).run([x])
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, x.T)


def test_only_the_emulated_run_here(machine):
    assert chips.executable(chips.chips(opc.targets())) == [TARGET]


def test_all_is_as_before_afterwards(tmp_path):
    native = opc.compile, opc.targets
    with emulated.chips({TARGET: ThisMachine(tmp_path)}):
        assert opc.compile is not native[0]
    assert (opc.compile, opc.targets) == native


def test_other_targets_are_compiled_as_ever(machine):
    x = normal(3)
    compiled = opc.compile(model_of("Neg", x), target="reference", cache=False)
    assert isinstance(compiled, opc.Model)


def test_a_refusal_is_one(machine):
    x = normal(3)
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(model_of("NoSuchOp", x), target=TARGET, cache=False)
    assert caught.value.nodes[0].op == "NoSuchOp"


def test_constants_and_options_arrive(machine):
    a, b = normal(4, 4), normal(4, 4, seed=1)
    model = model_of("Add", a, b)
    compiled = opc.compile(
        model, target=TARGET, constants={"x1": b}, threads=2, cache=False
    )
    assert [spec.name for spec in compiled.inputs] == ["x0"]
    assert compiled.manifest["threads"] == 2
    np.testing.assert_array_equal(compiled.run([a])[0], a + b)


def test_what_a_run_complains_of_is_raised(machine):
    x, i = normal(3, 2), np.array([7])
    compiled = opc.compile(model_of("Gather", x, i), target=TARGET, cache=False)
    with pytest.raises(opc.InputError, match="7"):
        compiled.run([x, i])


@pytest.mark.parametrize(
    "end, name",
    [
        ("kill -KILL $$; ", "SIGKILL"),
        ("echo 'signal: SIGILL' >opc-crash-7.txt; exit 3; ", "SIGILL"),
    ],
    ids=["killed", "reported"],
)
def test_a_program_that_dies_is_named(machine, end, name):
    x = normal(3)
    compiled = opc.compile(model_of("Neg", x), target=TARGET, cache=False)
    machine.before = end
    with pytest.raises(emulated.Killed, match=f"^{name}$"):
        compiled.run([x])


def test_results_have_no_place_given(machine):
    x = normal(3)
    compiled = opc.compile(model_of("Neg", x), target=TARGET, cache=False)
    with pytest.raises(opc.UsageError, match="out: an emulated program"):
        compiled.run([x], out=[x])


def test_conformance_goes_through_the_mailbox(machine):
    found = emulate.conformance.run(
        ["node/test_add", "node/test_reduce_sum_empty_axes_input_noop_example"],
        [TARGET],
        1,
        60,
        pytest.fail,
    )
    assert {state for state, _ in found.values()} == {"pass"}
    assert list(machine.folder.glob("job*"))


def test_a_wrong_result_is_a_fault(machine):
    # The product of the arrays of zeros that stand for what was given.
    machine.before = "for f in *.npy; do tail -c +129 /dev/null >x; "
    machine.before += "head -c 128 $f >x; head -c 4096 /dev/zero >>x; "
    machine.before += "mv x $f; done; "
    said = []
    found = emulate.conformance.run(
        ["node/test_add"], [TARGET], 1, 60, said.append
    )
    assert found["node/test_add", TARGET][0] in emulate.conformance.FAULTS
    assert said


# --- the driver for lit ---------------------------------------------------


IR = """func.func @main(%x: tensor<?x3xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %0 = opc.neg %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}
"""


def test_opc_run_gives_what_it_gives_here(tmp_path, capfdbinary):
    model = tmp_path / "neg.mlir"
    model.write_text(IR)
    words = [str(model), f"--target={TARGET}", "--dim", "n=5"]
    command = [emulator.DRIVER, "run", *words, "--output", tmp_path / "here"]
    subprocess.run(command, check=True, capture_output=True)
    mailbox = ThisMachine(tmp_path)
    words += ["--output", str(tmp_path / "there")]
    assert emulated_opc.run(mailbox, words) == 0
    assert b"y: f32[5, 3]" in capfdbinary.readouterr().out
    here, there = (tmp_path / where / "y.npy" for where in ("here", "there"))
    assert here.read_bytes() == there.read_bytes()


def test_opc_run_fails_where_the_run_does(tmp_path, capfdbinary):
    model = tmp_path / "neg.mlir"
    model.write_text(IR)
    mailbox = ThisMachine(tmp_path)
    assert emulated_opc.run(mailbox, [str(model)]) == 1
    assert b"--dim n=N" in capfdbinary.readouterr().err


def test_opc_run_shows_where_it_crashed(tmp_path, capfdbinary):
    model = tmp_path / "neg.mlir"
    model.write_text(IR)
    mailbox = ThisMachine(tmp_path)
    mailbox.before = "echo 'signal: SIGILL' >opc-crash-7.txt; exit 3; "
    assert emulated_opc.run(mailbox, [str(model)]) == 3
    assert b"signal: SIGILL" in capfdbinary.readouterr().err


def test_other_commands_are_opcs_own():
    command = [sys.executable, SCRIPTS / "emulated_opc.py", "none", TARGET]
    ended = subprocess.run(
        [*command, "run", "none.mlir", "--target=reference"],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "none.mlir" in ended.stderr


# --- the mailbox ----------------------------------------------------------


@contextlib.contextmanager
def answering(folder, answers):
    """A machine that does what scripts/emulator_agent.sh says, as a thread."""
    for name in ("request", "answer"):
        with open(folder / name, "wb") as disk:
            disk.truncate(4 * emulator.ARCHIVE)
    (folder / "pid").write_text(f"{os.getpid()}\n")
    mailbox = emulator.Mailbox(folder)
    mailbox.signal = lambda number: None  # the machine is this process
    mailbox.start()
    stop = threading.Event()

    def serve():
        last = 0
        with (
            open(folder / "request", "rb", buffering=0) as request,
            open(folder / "answer", "r+b", buffering=0) as answer,
        ):
            while not stop.wait(0.001):
                head = os.pread(request.fileno(), emulator.SECTOR, 0).split()
                number, sectors, _ = map(int, head)
                if number == last:
                    continue
                last = number
                size = sectors * emulator.SECTOR
                data = os.pread(request.fileno(), size, emulator.ARCHIVE)
                found = answers(emulator.unpack(data))
                packed = emulator.pack(found)
                os.pwrite(answer.fileno(), packed, emulator.ARCHIVE)
                words = f"{number} {len(packed) // emulator.SECTOR}\n"
                os.pwrite(answer.fileno(), words.ljust(512).encode(), 0)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield mailbox
    finally:
        stop.set()
        thread.join()


def test_jobs_are_answered_in_turn(tmp_path):
    def shout(files):
        return {"status": b"3\n", "out/loud": files["quiet"].upper()}

    with answering(tmp_path, shout) as mailbox:
        for word in (b"one", b"two" * 1000):
            status, files = mailbox.run("shout", {"quiet": word})
            assert status == 3
            assert files == {"out/loud": word.upper()}


def test_a_machine_that_ends_says_its_last(tmp_path):
    with answering(tmp_path, lambda files: {"status": b"0"}) as mailbox:
        pass
    (tmp_path / "pid").write_text(f"{2**22 + 1}\n")  # beyond any process
    (tmp_path / "console").write_text("booting\nkernel panic\n\n")
    with pytest.raises(emulator.Failure, match="stopped: kernel panic$"):
        mailbox.run("true", {})


def test_a_machine_whose_kernel_panics_has_stopped(tmp_path):
    with answering(tmp_path, lambda files: {"status": b"0"}) as mailbox:
        pass
    lines = (
        "ready\n[ 1.2] Kernel panic - not syncing\n[ 1.3] Kernel Offset: 0\n"
    )
    (tmp_path / "console").write_text(lines)
    with pytest.raises(emulator.Failure, match="stopped: .*Kernel panic - not"):
        mailbox.run("true", {})


def test_a_machine_that_says_nothing_is_given_up(tmp_path):
    with answering(tmp_path, lambda files: {"status": b"0"}) as mailbox:
        pass
    (tmp_path / "screen").write_text("bochs started\n")
    with pytest.raises(emulator.Failure, match="no answer in 0.1 s: bochs st"):
        mailbox.wait(77, 0.1)


def test_a_job_beyond_the_disk_is_refused(tmp_path):
    mailbox = emulator.Mailbox(tmp_path)
    with pytest.raises(emulator.Failure, match="job of .* bytes is too large"):
        mailbox.run("true", {"large": bytes(emulator.DISK)})


# --- the parts ------------------------------------------------------------


def test_archive_has_folders_before_files():
    data = emulator_image.archive({"a/b/c": b"12345", "init": b"#!"})
    names, at = [], 0
    while True:
        assert data[at : at + 6] == b"070701"
        fields = [
            int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)
        ]
        mode, size, length = fields[1], fields[6], fields[11]
        name = data[at + 110 : at + 109 + length].decode()
        at = (at + 110 + length + 3) // 4 * 4
        content = data[at : at + size]
        at = (at + size + 3) // 4 * 4
        if name == "TRAILER!!!":
            break
        names.append((name, mode, content))
    assert at == len(data)
    assert names == [
        (name, 0o040755, b"") for name in ("a", "a/b", "dev", "proc", "sys")
    ] + [("a/b/c", 0o100755, b"12345"), ("init", 0o100755, b"#!")]


def test_drivers_come_after_what_they_need(tmp_path):
    needs = {"sd_mod": "scsi-mod", "ata_piix": "libata", "libata": "scsi-mod"}
    for name in ("sd_mod", "ata_piix", "libata", "scsi-mod"):
        folder = tmp_path / "lib/modules/6.1/kernel" / name
        folder.mkdir(parents=True)
        text = f"\0license=GPL\0depends={needs.get(name, '')}\0"
        (folder / f"{name}.ko").write_bytes(b"\x7fELF" + text.encode())
    assert list(emulator_image.drivers(tmp_path)) == [
        "drivers/00-scsi_mod.ko",
        "drivers/01-libata.ko",
        "drivers/02-ata_piix.ko",
        "drivers/03-sd_mod.ko",
    ]


def test_mending_wants_each_place():
    assert mend_bochs.mended("a b", [("a", "c"), ("c b", "d")]) == "d"
    assert mend_bochs.mended("a a", [("a", "c", 2)]) == "c c"
    with pytest.raises(ValueError, match="found 2 times, not 1: 'a'"):
        mend_bochs.mended("a a", [("a", "c")])


def test_mending_names_the_file(tmp_path):
    ended = subprocess.run(
        [sys.executable, SCRIPTS / "mend_bochs.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    first = next(iter(mend_bochs.EDITS))
    assert ended.stderr.startswith(f"error: {first}: ")


def test_no_emulator_is_a_skip_that_says_how(tmp_path, capsys):
    words = ["--chip", "x86-64-amx", "--emulator", str(tmp_path)]
    assert emulate.main(words) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(
        "skipped: cpu:x86-64-amx, which this machine is not: "
    )
    assert line.endswith("scripts/get_emulator.sh makes one")


@pytest.fixture
def stopping(monkeypatch, tmp_path):
    """A machine that starts, and stops at the first job."""

    @contextlib.contextmanager
    def start(*_):
        with answering(tmp_path, dict) as mailbox:
            pass
        (tmp_path / "pid").write_text(f"{2**22 + 1}\n")
        yield mailbox

    monkeypatch.setattr(emulator, "machine", start)


def test_a_machine_that_stops_fails_its_parts(stopping, capsys):
    arguments = ["--chip", "x86-64-v4", "--only", "gtest"]
    assert emulate.main(arguments) == 1
    said = capsys.readouterr().out
    assert "failed: gtest cpu:x86-64-v4: the machine has stopped: " in said
    assert said.endswith("0 passed, 1 failed, 0 skipped\n")


def test_a_machine_that_does_not_start_is_an_error(monkeypatch, capsys):
    @contextlib.contextmanager
    def start(*_):
        raise emulator.Failure("no answer in 300 s: kernel panic")
        yield

    monkeypatch.setattr(emulator, "machine", start)
    assert emulate.main(["--only", "gtest"]) == 1
    error = "error: no answer in 300 s: kernel panic\n"
    assert capsys.readouterr().err == error


def test_opc_run_without_its_machine_is_an_error(tmp_path):
    with answering(tmp_path, dict):
        pass
    (tmp_path / "pid").write_text(f"{2**22 + 1}\n")
    model = tmp_path / "neg.mlir"
    model.write_text(IR)
    command = [sys.executable, SCRIPTS / "emulated_opc.py", tmp_path, TARGET]
    ended = subprocess.run(
        [*command, "run", model, f"--target={TARGET}"],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the machine has stopped: ")


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        emulate.parse(["--only", "lit,none"])
    assert "no such part: none" in capsys.readouterr().err


def test_every_chip_that_few_machines_are_has_a_processor():
    known = {chip.target for chip in chips.chips(opc.targets())}
    wanted = {name for name in known if name.startswith("cpu:")}
    emulated_chips = {f"cpu:{name}" for name in emulate.CHIPS}
    assert emulated_chips == wanted - {"cpu:x86-64-v3"}
