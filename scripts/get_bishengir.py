#!/usr/bin/env python3
"""Fetches bishengir-opt, which knows the MLIR dialect HIVM: 161 MB, for tests alone.

usage: scripts/get_bishengir.py      prints where it is

    import get_bishengir
    get_bishengir.path()    # where it is, or would be; nothing is fetched

It comes out of a package pinned by version and sha256, and lies in .cache/bishengir.
"""

import pathlib
import sys
import zipfile

import fetch_models

REQUIREMENT = "ascendnpu-ir==1.2.0"
SHA256 = "d4e5bfab877ee4ba7b312885f4f5bf646072fd47c88d5aa96f6a11f67d3e8522"
MEMBER = "ascendnpuir/bin/bishengir-opt"
# A wheel of one interpreter and platform has one digest; only the program is read of it.
WHEEL = ("--python-version=3.11", "--platform=manylinux_2_28_x86_64")


def path() -> pathlib.Path:
    """Where the program lies once it is fetched."""
    return (
        fetch_models.ROOT / ".cache/bishengir" / REQUIREMENT / "bishengir-opt"
    )


def _download(requirement: str, folder: str) -> None:
    fetch_models.pip_download(requirement, folder, WHEEL)


def _keep(archive: pathlib.Path) -> None:
    with zipfile.ZipFile(archive) as wheel:
        fetch_models.keep(path(), wheel.read(MEMBER))
    path().chmod(0o755)


def main() -> int:
    if not path().exists():
        reason = fetch_models.fetched(REQUIREMENT, SHA256, _download, _keep)
        if reason:
            print(f"get_bishengir.py: {reason}", file=sys.stderr)
            return 1
    print(path())
    return 0


if __name__ == "__main__":
    sys.exit(main())
