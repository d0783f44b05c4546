"""EfficientNet-lite0, with the names of its weights."""

import numpy
import PIL.Image
import torch
from torch import nn
from torch.nn import functional

SIDE = 224
STAGES = (  # kernel, stride, expansion, channels, blocks
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class Same(nn.Conv2d):
    """A convolution whose padding, for strides above 1, is greater behind."""

    def forward(self, x):
        pads = []
        for extent, kernel, stride in zip(
            x.shape[:1:-1], self.kernel_size, self.stride, strict=True
        ):
            count = (extent + stride - 1) // stride
            missing = max((count - 1) * stride + kernel - extent, 0)
            pads += [missing // 2, missing - missing // 2]
        return super().forward(functional.pad(x, pads))


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


class Block(nn.Module):
    def __init__(self, kernel, stride, expansion, given, channels):
        super().__init__()
        wide = given * expansion
        self.adds = stride == 1 and given == channels
        if expansion > 1:
            self._expand_conv = Same(given, wide, 1, bias=False)
            self._bn0 = norm(wide)
        self._depthwise_conv = Same(
            wide, wide, kernel, stride, groups=wide, bias=False
        )
        self._bn1 = norm(wide)
        self._project_conv = Same(wide, channels, 1, bias=False)
        self._bn2 = norm(channels)

    def forward(self, x):
        y = x
        if hasattr(self, "_expand_conv"):
            y = functional.relu6(self._bn0(self._expand_conv(y)))
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class Net(nn.Module):
    """Pictures of 224 by 224 in, scores of 1000 classes out."""

    def __init__(self):
        super().__init__()
        self._conv_stem, self._bn0 = Same(3, 32, 3, 2, bias=False), norm(32)
        blocks, given = [], 32
        for kernel, stride, expansion, channels, count in STAGES:
            for i in range(count):
                blocks.append(
                    Block(
                        kernel, 1 if i else stride, expansion, given, channels
                    )
                )
                given = channels
        self._blocks = nn.Sequential(*blocks)
        self._conv_head, self._bn1 = Same(320, 1280, 1, bias=False), norm(1280)
        self._fc = nn.Linear(1280, 1000)

    def forward(self, x):
        x = functional.relu6(self._bn0(self._conv_stem(x)))
        x = functional.relu6(self._bn1(self._conv_head(self._blocks(x))))
        return self._fc(x.mean((2, 3)))


def load(file):
    """The net with the weights of a file that torch wrote."""
    net = Net().eval()
    net.load_state_dict(torch.load(file, weights_only=True))
    return net


def picture(file):
    """The middle of a photo, from -1 to 1."""
    image = PIL.Image.open(file).convert("RGB")
    side = 256 / min(image.size)
    image = image.resize(
        [round(side * extent) for extent in image.size],
        PIL.Image.Resampling.BICUBIC,
    )
    left, top = ((extent - SIDE) // 2 for extent in image.size)
    image = image.crop((left, top, left + SIDE, top + SIDE))
    pixels = torch.from_numpy(numpy.array(image)).float()
    return ((pixels - 127) / 128).permute(2, 0, 1)[None]
