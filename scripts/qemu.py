"""Processors of other instruction sets: programs run in qemu's user mode.

    machine = qemu.Machine("kunpeng-920")
    answer = machine.run("./exe --help", {"exe": b"..."})
    answer.status, answer.files["stdout"]

A program is one that `opc compile --emit exe` wrote; nothing else of the other
processor's world is needed.
"""

import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile

from emulator import BUILD, Answer, Failure, Unavailable

# No more than the extensions of RV64GCV; lanes that nobody may read are ones.
_RISCV = (
    "qemu-riscv64 -cpu rv64i,m=true,a=true,f=true,d=true,c=true,zicsr=true,"
    "zifencei=true,v=true,vext_spec=v1.0,rvv_ta_all_1s=true,rvv_ma_all_1s=true"
)
# What runs the code of each chip: qemu's name of its instruction set, and a
# processor that has what the chip requires and little else, so that what is beyond
# the chip is an illegal instruction.
COMMANDS = {
    "aarch64-neon": "qemu-aarch64 -cpu cortex-a53",
    "kunpeng-920": "qemu-aarch64 -cpu neoverse-n1",
    "phytium-d2000": "qemu-aarch64 -cpu cortex-a72",
    "aarch64-sve-256": "qemu-aarch64 -cpu neoverse-v1",
    "aarch64-sve-512": "qemu-aarch64 -cpu a64fx",
    "riscv64-v128": f"{_RISCV},vlen=128",
    "riscv64-v256": f"{_RISCV},vlen=256",
    "loongarch64-lsx": "qemu-loongarch64 -cpu la464,lasx=off",
    "loongson-3a6000": "qemu-loongarch64 -cpu la464",
}
OLDEST = 10  # has LASX
HINT = "scripts/setup.sh installs it"


def missing(chip):
    """Why the code of a chip cannot be run here; "" if it can."""
    if not (BUILD / "lib/opc-machines").exists():
        return "this build has no runtimes for other processors: ziglang is missing"
    program = COMMANDS[chip].split()[0]
    if not shutil.which(program):
        return f"{program} is not installed: {HINT}"
    told = subprocess.run(
        [program, "--version"], capture_output=True, text=True
    )
    version = re.search(r"version (\d+)", told.stdout)
    if not version or int(version[1]) < OLDEST:
        return f"{program} is older than version {OLDEST}: {HINT}"
    return ""


class Machine:
    """Runs programs as a process each."""

    emit = file = "exe"
    runner = ["./exe"]  # what runs the model

    def __init__(self, chip):
        if why := missing(chip):
            raise Unavailable(why)
        self.title = COMMANDS[chip]
        self._command = shlex.split(COMMANDS[chip])

    def name_for(self, target):
        """What OPC_EMULATED is for a process that uses such a machine."""
        return target

    def run(self, script, files, seconds=300):
        """The `Answer` to a command line in a folder with {name: content} files."""
        with tempfile.TemporaryDirectory(prefix="opc-qemu-") as folder:
            place = pathlib.Path(folder)
            for name, content in files.items():
                (place / name).write_bytes(content)
            (place / self.file).chmod(0o755)
            told = self._execute(place, shlex.split(script), seconds)
            found = {
                str(path.relative_to(place)): path.read_bytes()
                for path in place.rglob("*")
                if path.is_file()
            }
        found |= {"stdout": told.stdout, "stderr": told.stderr}
        # As a shell says it of a process that a signal ended.
        status = told.returncode
        return Answer(status if status >= 0 else 128 - status, found)

    def _execute(self, place, words, seconds):
        process = subprocess.Popen(
            [*self._command, *words],
            cwd=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as late:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failure(f"nothing within {seconds} seconds") from late
        return subprocess.CompletedProcess(words, process.returncode, out, err)
