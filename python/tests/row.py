"""One node, with what is known of its inputs and with what only a run knows."""

import numpy as np
import opc
import pytest
from onnx import ValueInfoProto, helper, numpy_helper
from support import value_info


def scalar(value, dtype=np.int64):
    return np.array(value, dtype)


class Row:
    """One node on inputs `feeds`, and what is wrong with it.

    weights: inputs that have to be known in any case. sized: those whose values
    only the run knows, but not their extents. outputs: their number.
    """

    def __init__(
        self,
        op,
        message,
        *feeds,
        weights=(),
        sized=(),
        outputs=1,
        opset=18,
        **attributes,
    ):
        self.op, self.message, self.opset = op, message, opset
        self.feeds = {f"x{i}": np.asarray(a) for i, a in enumerate(feeds)}
        self.weights = {f"x{i}" for i in weights}
        self.sized = {f"x{i}" for i in sized}
        self.results = [f"y{i}" for i in range(outputs)]
        self.attributes = attributes

    def model(self, fixed):
        node = helper.make_node(
            self.op,
            list(self.feeds),
            self.results,
            name="here",
            **self.attributes,
        )
        weights = {n: self.feeds[n] for n in self.weights}
        feeds = {n: a for n, a in self.feeds.items() if n not in weights}
        graph = helper.make_graph(
            [node],
            "graph",
            [
                value_info(n, a, symbolic=not fixed and n not in self.sized)
                for n, a in feeds.items()
            ],
            [ValueInfoProto(name=name) for name in self.results],
            [numpy_helper.from_array(a, n) for n, a in weights.items()],
        )
        imports = [helper.make_opsetid("", self.opset)]
        return helper.make_model(
            graph, opset_imports=imports, ir_version=8
        ), feeds

    def __str__(self):
        shapes = "-".join(
            "x".join(map(str, a.shape)) or "scalar" for a in self.feeds.values()
        )
        return f"{self.op}-{shapes}"


def refusal(model, feeds, target, compiles):
    with pytest.raises(opc.Error) as caught:
        program = opc.compile(model, target=target, cache=False)
        assert compiles, "it was to be refused when compiled"
        program.run(feeds)
    (line,) = str(caught.value).splitlines()
    return line
