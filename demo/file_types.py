"""Names the types of files with magika, a model that reads their bytes.

Source of the features: the model's own config.min.json. From the first and from
the last `block_size` bytes, white space at the outer end is stripped; then
`beg_size` and `end_size` bytes are taken, padded with `padding_token`.
"""

import collections
import json

import numpy as np

FileType = collections.namedtuple("FileType", "path label score certain")

# What a file's name says, for those that leave no doubt.
BY_NAME = {
    ".cmake": {"cmake"},
    ".cpp": {"cpp"},
    ".h": {"c", "cpp"},
    ".json": {"json"},
    ".md": {"markdown"},
    ".py": {"python"},
    ".sh": {"shell"},
    ".toml": {"toml"},
    "CMakeLists.txt": {"cmake"},
    "Makefile": {"makefile"},
    "run": {"shell"},
}


def features(content, config):
    """Integers [beg_size + end_size] that the model reads instead of `content`."""
    block = config["block_size"]
    begin = content[:block].lstrip()[: config["beg_size"]]
    end = content[-block:].rstrip()[-config["end_size"] :]
    row = np.full(
        config["beg_size"] + config["end_size"], config["padding_token"]
    )
    row[: len(begin)] = list(begin)
    row[len(row) - len(end) :] = list(end)
    return row.astype(np.int32)


def long_enough(content, config):
    """Whether there is anything that the model can tell a type from."""
    return len(content.strip()) >= config["min_file_size_for_dl"]


def classify(model, config_file, paths):
    """The type of each file of `paths`, in one run of `model`."""
    config = json.loads(config_file.read_text())
    contents = {path: path.read_bytes() for path in paths}
    paths = [path for path in paths if long_enough(contents[path], config)]
    rows = np.stack([features(contents[path], config) for path in paths])
    (scores,) = model.run({"bytes": rows})
    types = []
    for path, row in zip(paths, np.asarray(scores), strict=True):
        label = config["target_labels_space"][row.argmax()]
        threshold = config["thresholds"].get(
            label, config["medium_confidence_threshold"]
        )
        types.append(FileType(path, label, row.max(), row.max() >= threshold))
    return types


def agrees(found):
    """True or False where the name of the file settles its type, else None."""
    expected = BY_NAME.get(found.path.name) or BY_NAME.get(found.path.suffix)
    return expected and found.label in expected
