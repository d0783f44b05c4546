"""A copy of the tree that something is added to. CMake configures it. What is new is
compiled, and linked with the objects of the build by the commands that CMake wrote for
the copy."""

import concurrent.futures
import re
import subprocess
import sys
import types

import check_layout
import new
import sanitizers
from support import BUILD, ROOT


def output_of(*command, folder=None, status=0):
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == status, done.stdout[-4000:]
    return done.stdout


class Grown:
    """The copy of the tree with what `grow` adds, and what is built of it."""

    def __init__(self, folder, grow):
        self.tree, self.build = folder / "tree", folder / "build"
        for path in check_layout.list_files(ROOT):
            (self.tree / path).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / path).write_bytes((ROOT / path).read_bytes())
        grow(self)
        self.configure()

    def make(self, function, **arguments):
        tree = new.Tree(self.tree)
        function(tree, types.SimpleNamespace(summary="made up", **arguments))
        tree.write()

    def configure(self):
        self.build.mkdir()
        # Generated headers are those of the build: no op was added.
        (self.build / "include").symlink_to(BUILD / "include")
        options = ["-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"]
        options += [f"-DPython_EXECUTABLE={sys.executable}"]
        for name in (
            "CMAKE_C_COMPILER",
            "CMAKE_CXX_COMPILER",
            "CMAKE_BUILD_TYPE",
            "CMAKE_EXE_LINKER_FLAGS",
            "CMAKE_SHARED_LINKER_FLAGS",
            "OPC_ASSERTS",
            "OPC_SANITIZE",
        ):
            options.append(f"-D{name}={sanitizers.cached(BUILD, name)}")
        # What was built of the runtime is used as it is.
        for library in (BUILD / "lib").glob("libopc_runtime*"):
            (self.build / "lib").mkdir(exist_ok=True)
            (self.build / "lib" / library.name).symlink_to(library)
        output_of(
            "cmake", "-S", self.tree, "-B", self.build, "-GNinja", *options
        )

    def run(self, output):
        """The last command that makes `output`; objects that the copy has no
        changed source of are those of the build."""
        command = output_of("ninja", "-C", self.build, "-t", "commands", output)

        def place(found):
            path = found.group()
            return path if (self.build / path).exists() else str(BUILD / path)

        made = r"(?<!\S)(?!-)[\w./+-]+\.(?:o|a|so[.\d]*)(?!\S)"
        head, _, rest = command.splitlines()[-1].rpartition(f" -o {output}")
        command = f"{re.sub(made, place, head)} -o {output}"
        command += re.sub(made, place, rest)
        (self.build / output).parent.mkdir(parents=True, exist_ok=True)
        output_of("bash", "-c", command, folder=self.build)

    def compile(self, source):
        """The object of a source in its library or program."""
        objects = output_of("ninja", "-C", self.build, "-t", "targets", "all")
        name = rf"^(\S*/{source}\.o):"
        self.run(re.search(name, objects, re.MULTILINE)[1])

    def make_all(self, sources, outputs):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(self.compile, sources))
            list(pool.map(self.run, outputs))

    def opc(self, *arguments, status=0):
        return output_of(self.build / "bin/opc", *arguments, status=status)
