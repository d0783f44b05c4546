"""Shows what opc does: real models, compiled, run, and compared.

usage: python -m demo [--build-dir DIR] [--threads N]

Names the types of files of this repository with magika, finds and reads the text
in a picture with PP-OCR (build/demo/ocr.png), then times every public model
beside onnxruntime in the same run, and shows one operator on five targets. Exits 1 when anything is not as it should be.
"""

import argparse
import pathlib
import subprocess
import sys

import onnx

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import fetch_models
import model_inputs
import opc

from benchmark import engines, timing
from demo import file_types, five_targets, text_boxes

TOLERANCE = 1e-4  # relative to the greatest value of the output


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def title(text):
    progress("")
    print(f"\n== {text}\n", flush=True)


def sample_files(limit=24):
    """Files of the repository: the longest few of each kind."""
    listed = subprocess.run(
        ["git", "ls-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    kinds = {}
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file():
            kinds.setdefault(path.suffix or path.name, []).append(path)
    for paths in kinds.values():
        paths.sort(key=lambda path: -path.stat().st_size)
    rows = max(map(len, kinds.values()))
    turns = [
        paths[row : row + 1] for row in range(rows) for paths in kinds.values()
    ]
    return [path for turn in turns for path in turn][:limit]


def show_file_types(threads):
    title("magika names the types of files of this repository")
    model = opc.compile(str(fetch_models.path("magika")), threads=threads)
    config = fetch_models.path("magika", "config.min.json")
    found = file_types.classify(model, config, sample_files())
    width = max(len(str(f.path.relative_to(ROOT))) for f in found)
    for f in found:
        doubt = "" if f.certain else "  (not sure)"
        name = str(f.path.relative_to(ROOT))
        print(f"  {name:{width}}  {f.label:12} {100 * f.score:5.1f} %{doubt}")
    judged = [file_types.agrees(f) for f in found]
    agree, known = judged.count(True), len(judged) - judged.count(None)
    print(f"\n  {agree} of {known} agree with what the file's name says")
    return agree * 4 >= known * 3


def alphabet_of(path):
    """The characters of the recogniser's classes, from its own metadata."""
    properties = onnx.load(path, load_external_data=False).metadata_props
    (listed,) = (
        entry.value for entry in properties if entry.key == "character"
    )
    return [*listed.splitlines(), " "]


def show_text_boxes(threads, folder):
    title("PP-OCR finds and reads the text in a picture")
    detector = opc.compile(str(fetch_models.path("ppocr_det")), threads=threads)
    reader_path = fetch_models.path("ppocr_rec")
    reader = opc.compile(str(reader_path), threads=threads)
    alphabet = alphabet_of(reader_path)
    picture = text_boxes.draw_picture()
    boxes = text_boxes.detect(detector, picture)
    texts = [text_boxes.read(reader, alphabet, picture, box) for box in boxes]
    lines = [text_boxes.line_at(box) for box in boxes]
    for box, text, line in zip(boxes, texts, lines, strict=True):
        print(f"  {box.score:.2f}  read: {text!r}, drawn: {line!r}")
    folder.mkdir(parents=True, exist_ok=True)
    text_boxes.draw_boxes(picture, boxes, texts).save(folder / "ocr.png")
    print(
        f"\n  {len(set(lines) - {None})} of {len(text_boxes.LINES)} lines found"
    )
    print(f"  picture: {folder / 'ocr.png'}")
    return set(lines) == {line[0] for line in text_boxes.LINES}


def count_nodes(graph):
    """Nodes of a graph and of the graphs inside it."""
    inner = [
        nested
        for node in graph.node
        for attribute in node.attribute
        for nested in (
            [attribute.g] if attribute.HasField("g") else attribute.graphs
        )
    ]
    return len(graph.node) + sum(map(count_nodes, inner))


def compare_model(name, threads):
    """One row of the table: what it shows, and whether the results agree."""
    path = fetch_models.path(name)
    inputs = model_inputs.inputs(name)[0]
    progress(f"compiling {name}")
    model, seconds = timing.timed(
        lambda: opc.compile(str(path), threads=threads, cache=False)
    )
    peer = engines.onnxruntime(path, inputs, threads)
    difference = engines.relative_difference(model.run(inputs), peer())
    progress(f"timing {name}")
    best = timing.interleaved(
        {"opc": lambda: model.run(inputs), "ort": peer}, 5
    )
    nodes = count_nodes(onnx.load(path, load_external_data=False).graph)
    kernels = len(model.manifest["kernels"])
    row = (
        f"  {name:20}{nodes:7}{kernels:9}{seconds:11.2f}"
        f"{1e3 * best['opc']:10.3f}{1e3 * best['ort']:10.3f}"
        f"{best['opc'] / best['ort']:8.2f}{difference:13.1e}"
    )
    allowed = TOLERANCE
    if name in fetch_models.QUANTISED:
        allowed = engines.rounding_spread(path, inputs)
    return row, difference <= allowed


def show_comparison(threads):
    title(
        f"every public model beside onnxruntime, {threads} thread(s), same run"
    )
    print(
        f"  {'model':20}{'nodes':>7}{'kernels':>9}{'compile s':>11}{'opc ms':>10}"
        f"{'ort ms':>10}{'ratio':>8}{'difference':>13}"
    )
    good = True
    for name in fetch_models.MODELS:
        try:
            row, same = compare_model(name, threads)
            row += "" if same else "  <- too much"
        except (fetch_models.Unavailable, opc.Error) as error:
            row, same = f"  {name:20} {str(error).splitlines()[0]}", False
        progress("")
        print(row, flush=True)
        good &= same
    print("\n  ratio: opc's latency over onnxruntime's, below 1 is faster")
    print(
        "  difference: greatest, relative to the greatest value of the output"
    )
    return good


def show_five_targets(build):
    title("one operator, softmax, on five targets")
    return five_targets.show_all(build)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--build-dir", type=pathlib.Path, default=ROOT / "build"
    )
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    threads = arguments.threads
    shows = {
        "file types": lambda: show_file_types(threads),
        "text boxes": lambda: show_text_boxes(
            threads, arguments.build_dir / "demo"
        ),
        "comparison": lambda: show_comparison(threads),
        "five targets": lambda: show_five_targets(arguments.build_dir),
    }
    failed = []
    for name, show in shows.items():
        try:
            good = show()
        except (fetch_models.Unavailable, opc.Error) as error:
            progress("")
            print(f"  {error}")
            good = False
        if not good:
            failed.append(name)
    print(
        f"\nnot as expected: {', '.join(failed)}"
        if failed
        else "\nall as expected"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
