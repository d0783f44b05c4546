"""A machine with processors that this one has not: Linux in Bochs.

    with emulator.machine("sapphire_rapids", [program], HOME) as mailbox:
        answer = mailbox.run("wc -c <data", {"data": b"..."})
        answer.status, answer.files["stdout"]

Bochs interprets every instruction, some fifty millions a second. What there is
to know of the parts: scripts/get_emulator.sh, emulator_image.py,
emulator_agent.sh.
"""

import collections
import contextlib
import fcntl
import io
import os
import pathlib
import signal
import subprocess
import tarfile
import tempfile
import time

import emulator_image

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("OPC_BUILD_DIR", ROOT / "build"))
DRIVER = BUILD / "bin/opc"  # the command, here and in the machine
HOME = ROOT / ".cache/emulator"
HINT = "scripts/get_emulator.sh makes one"

SECTOR = 512
ARCHIVE = 1 << 20
# Cylinders of 16 heads and 63 sectors: about 250 MiB.
DISK = 520 * 16 * 63 * SECTOR
BOOT_LIMIT = 300  # seconds
PANIC = "Kernel panic"  # what Linux says last of itself
SLOWEST = 20  # seconds here for one of the machine

CONFIGURATION = """
config_interface: textconfig
display_library: nogui
memory: guest=2048, host=2048
romimage: file={bochs}/share/bochs/BIOS-bochs-latest
vgaromimage: file={bochs}/share/bochs/VGABIOS-lgpl-latest.bin
cpu: model={model}, count=1, ips=100000000, reset_on_triple_fault=0
clock: sync=none, time0=utc
pci: enabled=1, chipset=i440fx
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
ata0-master: type=disk, mode=flat, path={folder}/request
ata0-slave: type=disk, mode=flat, path={folder}/answer
ata1-master: type=cdrom, path={folder}/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={folder}/console
log: {folder}/log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
"""


class Answer(collections.namedtuple("Answer", "status files")):
    """Exit status of a job, and what its folder holds afterwards."""

    @property
    def crash(self):
        """What `opc` wrote of the signal that ended it; "" if none did."""
        reports = [
            data.decode(errors="replace")
            for name, data in self.files.items()
            if name.startswith("opc-crash-")
        ]
        return "".join(reports)


class Unavailable(Exception):
    """There is no emulator here; says how to get one."""


class Failure(Exception):
    """The emulated machine stopped, or did not answer."""


class Mailbox:
    """Gives jobs to a machine that was started, from any process."""

    emit, file = "so", "program.so"
    runner = [DRIVER, "run", "./program.so"]  # what runs the model

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    title = "Bochs"

    def name_for(self, target):
        """What OPC_EMULATED is for a process that uses this machine."""
        return f"{target}={self.folder}"

    def start(self):
        """Before the machine is: there is no job."""
        self._say(0, 0, 0)

    def run(self, script, files, seconds=60):
        """The `Answer` to a shell script in a folder with {name: content} files.

        It is killed after so many seconds of the machine's clock, which is slow.
        """
        data = pack({**files, "job": script.encode()})
        if ARCHIVE + len(data) > DISK:
            raise Failure(f"a job of {len(data)} bytes is too large")
        with open(self.folder / "request", "r+b") as disk:
            fcntl.flock(disk, fcntl.LOCK_EX)
            disk.seek(ARCHIVE)
            disk.write(data)
            disk.flush()
            number = int(os.pread(disk.fileno(), SECTOR, 0).split()[0]) + 1
            self._say(number, len(data) // SECTOR, seconds)
            self.signal(signal.SIGCONT)
            found = unpack(self.wait(number, seconds * SLOWEST))
            self.signal(signal.SIGSTOP)
        return Answer(int(found.pop("status")), found)

    def signal(self, number):
        """Sends Bochs a signal: it is stopped while there is no job, as what is
        idle in the machine takes as much time here as what is not.
        """
        with contextlib.suppress(OSError):
            os.kill(int((self.folder / "pid").read_text()), number)

    def _say(self, job, sectors, seconds):
        words = f"{job} {sectors} {seconds}\n"
        with open(self.folder / "request", "r+b") as disk:
            disk.write(words.ljust(SECTOR).encode())

    def wait(self, job, limit):
        """The archive that answers a job."""
        deadline = time.monotonic() + limit
        with open(self.folder / "answer", "rb") as disk:
            while True:
                words = os.pread(disk.fileno(), SECTOR, 0).strip(b"\0").split()
                if words and int(words[0]) == job:
                    size = int(words[1]) * SECTOR
                    return os.pread(disk.fileno(), size, ARCHIVE)
                if not self._runs():
                    raise Failure("the machine has stopped: " + self.console())
                if time.monotonic() > deadline:
                    raise Failure(f"no answer in {limit} s: " + self.console())
                time.sleep(0.002)

    def _runs(self):
        """Whether Bochs does, maybe as a child of another process, and Linux in
        it."""
        try:
            pid = int((self.folder / "pid").read_text())
            state = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        if state.rpartition(")")[2].split()[0] in "ZX":
            return False
        return PANIC not in self.console()

    def console(self):
        """Of what the machine, else Bochs, has written: a panic, or the last line."""
        for name in ("console", "screen"):
            with contextlib.suppress(OSError):
                text = (self.folder / name).read_text(errors="replace")
                lines = text.strip().splitlines()
                if lines:
                    return ([x for x in lines if PANIC in x] or lines)[-1]
        return ""


@contextlib.contextmanager
def machine(model, programs, home):
    """Starts a machine; gives its `Mailbox`, and stops it at the end.

    model: what Bochs calls the processor; programs: files that are in the
    machine where they are here, with their libraries; home: what
    scripts/get_emulator.sh made.
    """
    bochs = home / "bochs"
    if not (bochs / "bin/bochs").exists() or not (home / "root").exists():
        raise Unavailable(f"no emulator in {home}: {HINT}")
    with tempfile.TemporaryDirectory(prefix="opc-emulator-") as name:
        folder = pathlib.Path(name)
        emulator_image.write(home / "root", programs, folder)
        for disk in ("request", "answer"):
            with open(folder / disk, "wb") as file:
                file.truncate(DISK)
        mailbox = Mailbox(folder)
        mailbox.start()
        rc = CONFIGURATION.format(bochs=bochs, model=model, folder=folder)
        (folder / "bochsrc").write_text(rc)
        with open(folder / "screen", "wb") as screen:
            process = subprocess.Popen(
                [bochs / "bin/bochs", "-q", "-f", folder / "bochsrc"],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # ctrl-C is for us, who then end it
            )
        try:
            (folder / "pid").write_text(f"{process.pid}\n")
            mailbox.wait(0, BOOT_LIMIT)
            mailbox.signal(signal.SIGSTOP)
            yield mailbox
        finally:
            process.kill()
            process.wait()


def pack(files):
    """A tar archive of {name: content}."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


def unpack(data):
    """{name: content} of a tar archive."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {
            entry.name.removeprefix("./"): archive.extractfile(entry).read()
            for entry in archive
            if entry.isfile()
        }
