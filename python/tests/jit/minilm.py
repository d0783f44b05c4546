"""The encoder of MiniLM: BERT's layers, with the names of its weights."""

import json
import math

import torch
from torch import nn
from torch.nn import functional

WIDTH, HEADS, LAYERS, KINDS, LONGEST = 384, 12, 6, 30522, 512


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.self = nn.ModuleDict(
            {
                name: nn.Linear(WIDTH, WIDTH)
                for name in ("query", "key", "value")
            }
        )
        self.output = Joined(WIDTH)

    def forward(self, x, mask):
        batch, length, _ = x.shape
        q, k, v = (
            layer(x).view(batch, length, HEADS, -1).transpose(1, 2)
            for layer in self.self.values()
        )
        scores = q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS) + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2)
        return self.output(mixed.reshape(batch, length, WIDTH), x)


class Joined(nn.Module):
    """What a part of a layer adds to what it was given."""

    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(width, WIDTH)
        self.LayerNorm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, y, x):
        return self.LayerNorm(self.dense(y) + x)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.intermediate = nn.ModuleDict(
            {"dense": nn.Linear(WIDTH, 4 * WIDTH)}
        )
        self.output = Joined(4 * WIDTH)

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.output(functional.gelu(self.intermediate["dense"](x)), x)


class Encoder(nn.Module):
    """Tokens and which of them count in; one direction for each text out."""

    def __init__(self):
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(KINDS, WIDTH),
                "position_embeddings": nn.Embedding(LONGEST, WIDTH),
                "token_type_embeddings": nn.Embedding(2, WIDTH),
                "LayerNorm": nn.LayerNorm(WIDTH, eps=1e-12),
            }
        )
        self.encoder = nn.ModuleDict(
            {"layer": nn.ModuleList(Layer() for _ in range(LAYERS))}
        )

    def forward(self, tokens, counts):
        table = self.embeddings
        places = torch.arange(tokens.shape[1])
        x = table["word_embeddings"](tokens)
        x = x + table["position_embeddings"](places)
        x = x + table["token_type_embeddings"].weight[0]
        x = table["LayerNorm"](x)
        mask = (1 - counts[:, None, None].float()) * torch.finfo().min
        for layer in self.encoder["layer"]:
            x = layer(x, mask)
        weights = counts[..., None].float()
        mean = (x * weights).sum(1) / weights.sum(1)
        return x, functional.normalize(mean)


def load(file):
    """The encoder with the weights of a file in the format of safetensors."""
    data = bytearray(file.read_bytes())
    size = 8 + int.from_bytes(data[:8], "little")
    weights = {}
    for name, entry in json.loads(data[8:size]).items():
        if entry.get("dtype") != "F32" or name.startswith("pooler"):
            continue
        start, end = entry["data_offsets"]
        weights[name] = torch.frombuffer(
            data,
            dtype=torch.float32,
            count=(end - start) // 4,
            offset=size + start,
        ).reshape(entry["shape"])
    encoder = Encoder().eval()
    encoder.load_state_dict(weights)
    return encoder
