"""Lets the tests import support.py, what is in scripts/, demo/, benchmark/, and
the helper of test/lit/Ops."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("", "scripts", "python/tests", "test/lit/Ops/Inputs")
sys.path[:0] = [str(ROOT / folder) for folder in FOLDERS]
