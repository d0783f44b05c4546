"""Lets the tests import support.py and what is in scripts/, demo/, benchmark/."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(ROOT / "python/tests")]
