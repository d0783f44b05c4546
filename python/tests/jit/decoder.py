"""A small decoder in the shape of Llama, which keeps keys and values of the past."""

import torch
from torch import nn
from torch.nn import functional


def rotated(x, places, base=10000.0):
    """Pairs of numbers turned by an angle that grows with the place."""
    half = x.shape[-1] // 2
    rates = base ** (-torch.arange(half, dtype=torch.float32) / half)
    angles = places[:, None].float() * rates
    one, other = x.split(half, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((one * cos - other * sin, other * cos + one * sin), -1)


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(width) + 0.5)

    def forward(self, x):
        return self.weight * x * (x.square().mean(-1, True) + 1e-6).rsqrt()


class Attention(nn.Module):
    """Fewer heads of keys than of queries; the past is in two buffers."""

    def __init__(self, width, heads, key_heads, longest):
        super().__init__()
        self.heads, self.key_heads = heads, key_heads
        self.size = width // heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, key_heads * self.size, bias=False)
        self.value = nn.Linear(width, key_heads * self.size, bias=False)
        self.back = nn.Linear(width, width, bias=False)
        shape = (1, key_heads, longest, self.size)
        self.register_buffer("keys", torch.zeros(shape))
        self.register_buffer("values", torch.zeros(shape))

    def split(self, x, heads):
        return x.view(*x.shape[:2], heads, self.size).transpose(1, 2)

    def forward(self, x, places):
        q = rotated(self.split(self.query(x), self.heads), places)
        k = rotated(self.split(self.key(x), self.key_heads), places)
        self.keys.index_copy_(2, places, k)
        self.values.index_copy_(
            2, places, self.split(self.value(x), self.key_heads)
        )
        repeat = self.heads // self.key_heads
        keys = self.keys.repeat_interleave(repeat, dim=1)
        values = self.values.repeat_interleave(repeat, dim=1)
        seen = torch.arange(keys.shape[2]) <= places[:, None]
        mixed = functional.scaled_dot_product_attention(q, keys, values, seen)
        return self.back(mixed.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width, heads, key_heads, longest):
        super().__init__()
        self.before, self.between = RMSNorm(width), RMSNorm(width)
        self.attention = Attention(width, heads, key_heads, longest)
        self.gate = nn.Linear(width, 3 * width, bias=False)
        self.up = nn.Linear(width, 3 * width, bias=False)
        self.down = nn.Linear(3 * width, width, bias=False)

    def forward(self, x, places):
        x = x + self.attention(self.before(x), places)
        y = self.between(x)
        return x + self.down(functional.silu(self.gate(y)) * self.up(y))


class Decoder(nn.Module):
    """Tokens and their places in; scores of the token behind the last one out."""

    def __init__(self, kinds=256, width=64, layers=2, longest=256):
        super().__init__()
        self.embed = nn.Embedding(kinds, width)
        self.layers = nn.ModuleList(
            Layer(width, 4, 2, longest) for _ in range(layers)
        )
        self.norm = RMSNorm(width)
        self.classify = nn.Linear(width, kinds, bias=False)

    def forward(self, tokens, places):
        x = self.embed(tokens)
        for layer in self.layers:
            x = layer(x, places)
        return self.classify(self.norm(x[:, -1]))


@torch.no_grad()
def generate(model, prompt, steps):
    """The most likely tokens behind a prompt, one at a time; and their scores."""
    tokens, scores = list(prompt), []
    given, first = torch.tensor([tokens]), 0
    for _ in range(steps):
        places = torch.arange(first, first + given.shape[1])
        scores.append(model(given, places))
        tokens.append(int(scores[-1].argmax()))
        first += given.shape[1]
        given = torch.tensor([[tokens[-1]]])
    return tokens, torch.cat(scores)
