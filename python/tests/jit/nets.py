"""Small nets, and functions, whose graphs hold what is hard to write or to call."""

import torch
from torch import nn
from torch.nn import functional


class Convolutions(nn.Module):
    """Convolution, batch normalisation, pooling, dropout, a classifier."""

    def __init__(self, dropout: float = 0.0):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 5, 3, stride=2)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(5 * 3 * 3, 7)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.norm(self.first(x))), 2)
        x = self.dropout(functional.gelu(self.second(x)))
        return self.classify(x.flatten(1))


class Block(nn.Module):
    """A layer of a transformer, with a causal mask."""

    def __init__(self, width: int = 12, heads: int = 3):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.back = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.project(self.norm(x)).split(width, dim=2)
        )
        scores = (q @ k.transpose(-2, -1)) / (width // self.heads) ** 0.5
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        scores = scores.masked_fill(~mask, float("-inf"))
        mixed = scores.softmax(-1) @ v
        return x + self.back(mixed.transpose(1, 2).reshape(batch, length, -1))


class Transformer(nn.Module):
    """Characters in, scores of the next one out."""

    def __init__(self, layers: int = 2):
        super().__init__()
        self.embed = nn.Embedding(11, 12)
        self.blocks = nn.ModuleList(Block() for _ in range(layers))
        self.classify = nn.Linear(12, 11)

    def forward(self, tokens):
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x)
        return self.classify(x)


class Gated(nn.Module):
    """A gated recurrent unit over time, from its formulas."""

    def __init__(self, inputs: int = 4, width: int = 6):
        super().__init__()
        self.width = width
        self.from_input = nn.Linear(inputs, 3 * width)
        self.from_state = nn.Linear(width, 3 * width)

    def forward(self, x):
        state = x.new_zeros(x.shape[0], self.width)
        for t in range(x.shape[1]):
            r, z, n = self.from_input(x[:, t]).chunk(3, 1)
            hr, hz, hn = self.from_state(state).chunk(3, 1)
            keep = torch.sigmoid(z + hz)
            new = torch.tanh(n + torch.sigmoid(r + hr) * hn)
            state = keep * state + (1 - keep) * new
        return state


NETS = {
    "linear": (lambda: nn.Linear(5, 3), lambda n: torch.randn(n, 5)),
    "convolutions": (Convolutions, lambda n: torch.randn(n, 3, 14, 14)),
    "transformer": (Transformer, lambda n: torch.randint(11, (n, 7))),
    "gated": (Gated, lambda n: torch.randn(n, 3, 4)),
}
