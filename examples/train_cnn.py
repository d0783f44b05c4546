#!/usr/bin/env python3
"""Trains a convolutional net on Fashion-MNIST, compiled by opc and in eager.

usage: .venv/bin/python examples/train_cnn.py [--steps N] [--output PLOT.png]

Both runs begin with the same seed. The plot shows their losses, which are to lie on
each other, and says how far apart they are.
"""

import argparse
import gzip
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import matplotlib
import numpy
import torch
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import fetch_data  # noqa: E402

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

BATCH = 64


class Net(nn.Module):
    """Three convolutions with normalisation, and a classifier.

    All is smooth: where a function has a kink, as ReLU and max pooling have, the
    last bit of a number decides which way a gradient goes, and two right trainings
    drift apart.
    """

    def __init__(self) -> None:
        super().__init__()
        layers = []
        for given, channels, stride in ((1, 16, 1), (16, 32, 2), (32, 32, 2)):
            layers += [
                nn.Conv2d(given, channels, 3, stride, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.GELU(),
            ]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.classify = nn.Sequential(
            nn.Linear(32 * 7 * 7, 64),
            nn.GELU(),
            nn.Dropout(0.25),
            nn.Linear(64, 10),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.classify(self.features(images))


def numbers(file: str, header: int) -> numpy.ndarray:
    """The bytes of a file of the data set behind its header."""
    with gzip.open(fetch_data.path("fashion_mnist", file)) as stream:
        return numpy.frombuffer(stream.read(), numpy.uint8, offset=header)


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """All images of the training set, 28 by 28 from 0 to 1, and their classes."""
    images = numbers("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    classes = numbers("train-labels-idx1-ubyte.gz", 8)
    return (
        torch.from_numpy(images.astype(numpy.float32) / 255),
        torch.from_numpy(classes.astype(numpy.int64)),
    )


def batches(
    images: torch.Tensor, classes: torch.Tensor, steps: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The same batches for the same seed of torch."""
    for _ in range(steps):
        chosen = torch.randint(len(images), (BATCH,))
        yield images[chosen], classes[chosen]


class Bar:
    """A line on the terminal that grows; nothing where there is none."""

    def __init__(self, name: str, steps: int) -> None:
        self.name, self.steps, self.done = name, steps, 0
        self.shown = sys.stderr.isatty()

    def advance(self, loss: float) -> None:
        self.done += 1
        if not self.shown:
            return
        filled = 30 * self.done // self.steps
        bar = "█" * filled + "·" * (30 - filled)
        line = f"\r{self.name:6} {bar} {self.done}/{self.steps}  {loss:.4f}"
        end = "\n" if self.done == self.steps else ""
        print(line, end=end, file=sys.stderr, flush=True)


class Run(NamedTuple):
    """What a training has shown."""

    losses: list[float]
    seconds: float


def train(
    name: str,
    backend: str,
    images: torch.Tensor,
    classes: torch.Tensor,
    steps: int,
) -> Run:
    """Losses of the steps, and what they took without the first, which compiles."""
    torch.manual_seed(0)
    net = Net()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    model = torch.compile(net, backend=backend)
    bar, losses, start = Bar(name, steps), [], time.perf_counter()
    for x, wanted in batches(images, classes, steps):
        optimiser.zero_grad()
        loss = functional.cross_entropy(model(x), wanted)
        loss.backward()
        optimiser.step()
        if not losses:
            start = time.perf_counter()
        losses.append(loss.item())
        bar.advance(losses[-1])
    return Run(losses, time.perf_counter() - start)


def difference(ours: list[float], theirs: list[float]) -> float:
    """The greatest difference of two losses, relative to eager's."""
    return max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))


def plot(runs: dict[str, Run], file: pathlib.Path) -> None:
    """Writes the losses of both beside each other, and their difference."""
    figure, (above, below) = pyplot.subplots(
        2, 1, sharex=True, figsize=(8, 6), height_ratios=(3, 1)
    )
    ours, theirs = runs["opc"].losses, runs["eager"].losses
    above.plot(theirs, color="#d0a000", linewidth=4, label="eager")
    above.plot(ours, color="#203070", linewidth=1, label="opc")
    above.set_ylabel("loss")
    above.legend()
    apart = [abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True)]
    below.semilogy([max(each, 1e-9) for each in apart], color="#203070")
    below.set_ylabel("relative difference")
    below.set_xlabel("step")
    above.set_title(f"Fashion-MNIST; at most {max(apart):.1e} apart")
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument(
        "--output", type=pathlib.Path, default=pathlib.Path("train_cnn.png")
    )
    given = parser.parse_args()
    if given.steps < 1:
        parser.error(f"--steps: {given.steps} is less than 1")
    try:
        images, classes = data()
    except fetch_data.Unavailable as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    runs = {
        name: train(name, backend, images, classes, given.steps)
        for name, backend in (("eager", "eager"), ("opc", "opc"))
    }
    for name, run in runs.items():
        each = 1e3 * run.seconds / max(given.steps - 1, 1)
        print(f"{name:6} loss {run.losses[-1]:.6f}  {each:.2f} ms a step")
    apart = difference(runs["opc"].losses, runs["eager"].losses)
    print(f"losses are at most {apart:.1e} apart, relative to eager's")
    plot(runs, given.output)
    print(f"wrote {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
