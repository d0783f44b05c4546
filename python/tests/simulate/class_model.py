"""Classes of operators as one model, whose source one compilation then takes."""

import copy

import numpy as np
from machines.operator_classes import CLASSES, STATIC, parts
from support import graph_model

FLOAT = np.dtype("f4")
# Whose functions are made of sums and products alone, as those of devices are: the
# scaling instruction of wider vectors rounds once less.
PLAIN = "cpu:x86-64-v3"


def prefixed(node, name):
    """The same node with other names of values; "" is none."""
    node = copy.deepcopy(node)
    for values in (node.input, node.output):
        values[:] = [value and f"{name}_{value}" for value in values]
    return node


def renamed(values, name):
    return {f"{name}_{key}": value for key, value in values.items()}


def class_model(names):
    """The model, its inputs and the names of its outputs."""
    nodes, given, weights, outputs = [], {}, {}, []
    for name in names:
        kind = CLASSES[name]
        size = STATIC if STATIC in kind.sizes else kind.sizes[0]
        inside, feeds = parts(kind.feeds(*size, FLOAT))
        nodes += [prefixed(node, name) for node in kind.nodes]
        given |= renamed(feeds, name)
        weights |= renamed(inside, name)
        outputs += [f"{name}_{output}" for output in kind.outputs]
    return graph_model(nodes, given, outputs, weights, 23), given, outputs
