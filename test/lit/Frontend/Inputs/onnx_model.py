"""Writes the ONNX model that a text in ONNX's own syntax describes.

usage: onnx_model.py TEXT MODEL.onnx

Nothing is checked but the syntax: models that are not valid are tests, too.
"""

import pathlib
import sys

import onnx.parser

text, model = sys.argv[1:]
parsed = onnx.parser.parse_model(pathlib.Path(text).read_text())
pathlib.Path(model).write_bytes(parsed.SerializeToString())
