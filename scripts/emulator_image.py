"""The boot disk of the machine that scripts/emulator.py emulates: Linux, the
drivers of its disks, scripts/emulator_agent.sh, and the files under test."""

import pathlib
import re
import stat
import subprocess

AGENT = pathlib.Path(__file__).with_name("emulator_agent.sh")
DRIVERS = ("ata_piix", "sd_mod")

# Nothing that takes long and is not tested, and the same addresses each time.
# Bochs has fast short copies (FSRM) but its firmware does not switch on fast ones
# (ERMS), and Linux 6.1 overruns where a processor has only the former.
KERNEL_OPTIONS = (
    "console=ttyS0 quiet nokaslr clearcpuid=fsrm "
    "mitigations=off tsc=reliable no_timer_check init_on_alloc=0 audit=0 "
    "apparmor=0 nowatchdog random.trust_cpu=on cryptomgr.notests "
    "rcupdate.rcu_expedited=1"
)
BOOT = f"""DEFAULT linux
PROMPT 0
LABEL linux
 KERNEL /linux
 INITRD /initrd
 APPEND {KERNEL_OPTIONS}
"""


def _record(number, name, mode, data):
    """A file in an archive of the form that `man 5 cpio` calls new ASCII."""
    name = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def archive(files):
    """An initial file system of {path: content}, all of it executable."""
    folders = {"dev", "proc", "sys"}
    for path in files:
        folders |= {str(p) for p in pathlib.PurePath(path).parents} - {"."}
    entries = [(name, stat.S_IFDIR | 0o755, b"") for name in sorted(folders)]
    entries += [
        (name, stat.S_IFREG | 0o755, data) for name, data in files.items()
    ]
    entries.append(("TRAILER!!!", 0, b""))
    return b"".join(
        _record(number, *entry) for number, entry in enumerate(entries, 1)
    )


def drivers(root):
    """Drivers below `root` with what they depend on, in the order to load."""
    files = {file.stem: file for file in root.glob("lib/modules/**/*.ko")}
    order = {}

    def add(name):
        data = files[name].read_bytes()
        needs = re.search(rb"\0depends=([^\0]*)\0", data)[1].decode()
        for each in filter(None, needs.split(",")):
            add(each)
        order.setdefault(name.replace("-", "_"), data)

    files |= {name.replace("-", "_"): file for name, file in files.items()}
    for name in DRIVERS:
        add(name)
    return {
        f"drivers/{number:02}-{name}.ko": data
        for number, (name, data) in enumerate(order.items())
    }


def libraries(programs):
    """The shared libraries of programs, where these look for them."""
    found = {}
    for program in programs:
        listing = subprocess.run(
            ["ldd", program], check=True, capture_output=True, text=True
        )
        for path in re.findall(r"(/\S+) \(0x", listing.stdout):
            found[path.lstrip("/")] = pathlib.Path(path).read_bytes()
    return found


def write(root, programs, folder):
    """Writes folder/boot.iso.

    root: where scripts/get_emulator.sh unpacked Debian's packages; programs:
    files that are in the machine where they are here, with their libraries.
    """
    files = {
        "init": AGENT.read_bytes(),
        "bin/busybox": (root / "bin/busybox").read_bytes(),
        **drivers(root),
        **libraries(programs),
    }
    for program in programs:
        files[str(program).lstrip("/")] = program.read_bytes()
    tree = folder / "tree"
    tree.mkdir()
    (tree / "initrd").write_bytes(archive(files))
    (kernel,) = root.glob("boot/vmlinuz-*")
    loader = root / "usr/lib/ISOLINUX/isolinux.bin"
    modules = root / "usr/lib/syslinux/modules/bios"
    for name, file in {
        "linux": kernel,
        "isolinux.bin": loader,
        "ldlinux.c32": modules / "ldlinux.c32",
    }.items():
        (tree / name).write_bytes(file.read_bytes())
    (tree / "isolinux.cfg").write_text(BOOT)
    command = [root / "usr/bin/xorriso", "-as", "mkisofs", "-quiet"]
    command += ["-o", folder / "boot.iso", "-b", "isolinux.bin"]
    command += ["-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4"]
    command += ["-boot-info-table", tree]
    environment = {"LD_LIBRARY_PATH": str(root / "usr/lib/x86_64-linux-gnu")}
    subprocess.run(command, check=True, env=environment, capture_output=True)
