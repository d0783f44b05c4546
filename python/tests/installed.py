"""The wheel of the build under test, installed in a fresh virtual environment, and
commands that run where neither LLVM nor this build can be seen."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import venv

from support import BUILD, ROOT

# What a Debian has only if somebody installed LLVM, or something that builds opc.
FOLDERS = (
    "/usr/lib/llvm-*",
    "/usr/include/llvm-*",
    str(BUILD),
    f"{ROOT}/include",
)
LIBRARIES = ("LLVM", "MLIR", "lld", "clang", "Polly", "protobuf", "z3", "edit")

# In a namespace of mounts: $1 is an empty folder, $2 an empty file.
HIDE = f"""
set -e
for folder in {" ".join(FOLDERS)}; do
  [ ! -d "$folder" ] || mount --bind "$1" "$folder"
done
for name in {" ".join(LIBRARIES)}; do
  for file in /usr/lib/*/lib$name[-.]*so*; do
    [ ! -f "$file" ] || mount --bind "$2" "$file"
  done
done
shift 2
exec "$@"
"""
UNSHARE = ["unshare", "--mount"] + (["--map-root-user"] if os.geteuid() else [])


def may_mount():
    """Whether this user may hide folders from a process."""
    command = [*UNSHARE, "mount", "--bind", "/tmp", "/tmp"]
    return shutil.which("unshare") is not None and (
        subprocess.run(command, capture_output=True).returncode == 0
    )


def output(command, **options):
    """What a command says; that it fails is a failure of the test."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said_by_page(start):
    """The commands of docs/Install.md that start so."""
    page = (ROOT / "docs/Install.md").read_text()
    lines = re.findall(r"^\$ (.*)$", page, re.M)
    return [line for line in lines if line.startswith(start)]


class Installation:
    """A virtual environment with the wheel, which is built here.

    What the wheel depends on, and torch, are those of the project's environment:
    they are on the path, opc's build is not.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.empty = [folder / "empty", folder / "empty.so"]
        self.empty[0].mkdir()
        self.empty[1].touch()
        preset = BUILD.name.removeprefix("build").strip("-") or "dev"
        output([ROOT / "scripts/wheel.sh", preset, folder])
        (self.wheel,) = folder.glob("*.whl")
        self.bin = folder / "environment/bin"
        venv.create(folder / "environment", symlinks=True)
        pip = [sys.executable, "-m", "pip", "--isolated"]
        pip += ["--python", self.bin / "python", "install", "--quiet"]
        # Of itself: a path to the build would say that opc is there already.
        clean = {**os.environ, "PYTHONPATH": ""}
        output([*pip, "--no-deps", "--no-index", self.wheel], env=clean)
        (packages,) = self.bin.parent.glob("lib/python*/site-packages")
        (packages / "others.pth").write_text(sysconfig.get_path("purelib"))

    def run(self, *command):
        """What a command says, in this folder, with nothing of the build in sight."""
        hide = ["sh", "-c", HIDE, "hide", *self.empty]
        environment = {"PATH": f"{self.bin}:{os.environ['PATH']}"}
        # Caches of earlier runs are out of sight, too.
        environment |= dict.fromkeys(("HOME", "TMPDIR"), str(self.folder))
        return output(
            [*UNSHARE, *hide, *command], cwd=self.folder, env=environment
        )

    def python(self, program, *words):
        return self.run("python", "-c", program, *words)

    def build(self, source, *libraries):
        """The C program `source`, built as docs/Install.md says."""
        (self.folder / "main.c").write_text(source)
        (command,) = said_by_page("cc ")
        self.run("sh", "-c", " ".join([command, *libraries]))
        return self.folder / "main"
