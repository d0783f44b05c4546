"""The graphs that AOTAutograd makes of a function, without a back end."""

import torch
from torch._dynamo.backends.common import aot_autograd


def graphs(function, *inputs, backward=True, dynamic=None):
    """Forward and backward graphs, as the back end would get them."""
    found = []

    def keep(module, _):
        found.append(module)
        return module.forward

    torch._dynamo.reset()
    backend = aot_autograd(fw_compiler=keep, bw_compiler=keep)
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    result = compiled(*inputs)
    if backward:
        result.sum().backward()
    return found
