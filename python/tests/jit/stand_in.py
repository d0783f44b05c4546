"""A compiler that executes the JSON of a graph with torch, node by node.

It stands in for opc where the subject is what is around a program: the calling
convention, what is cut where. `lacks` are operators that it refuses.
"""

import json
import math
import operator

import torch

from opc import errors
from opc.torch import layout, schema

_DTYPES = {number: dtype for dtype, number in schema.DTYPES.items()}
_LAYOUTS = {number: layout for layout, number in schema.LAYOUTS.items()}
_FORMATS = {number: form for form, number in schema.MEMORY_FORMATS.items()}


NAMES = ("build_id", "survey", "compile", "function")


class StandIn:
    """The functions of opc.torch.compiler."""

    def __init__(self, lacks=()):
        self.lacks = set(lacks)
        self.graphs = []

    def build_id(self):
        return f"stand-in {sorted(self.lacks)}"

    def survey(self, graph):
        nodes = json.loads(graph)["graph_module"]["graph"]["nodes"]
        return [
            {
                "code": "unsupported",
                "subject": "node",
                "name": node["name"],
                "op": node["target"].removeprefix("torch.ops."),
                "dtype": "f32",
                "reason": "is not supported",
                "message": "is not supported",
            }
            for node in nodes
            if self._lacks(node["target"].removeprefix("torch.ops."))
        ]

    def _lacks(self, name):
        return name in self.lacks or name.startswith("aten._foreach")

    def compile(self, graph, settings, donate, lend=()):
        self.graphs.append(json.loads(graph))
        if self.survey(graph):
            raise errors.UnsupportedError("", [])
        return Interpreter(self.graphs[-1]["graph_module"]["graph"], donate)

    def function(self, model, input_orders, output_orders):
        def call(*inputs):
            given = [
                x.permute(order) if isinstance(x, torch.Tensor) else x
                for x, order in zip(inputs, input_orders, strict=True)
            ]
            results = [
                result.permute(layout.inverse(order))
                for result, order in zip(
                    model.run(given), output_orders, strict=True
                )
            ]
            for place, result in model.donations():
                inputs[place].detach().copy_(results[result])
                results[result] = inputs[place]
            return tuple(results)

        call.lent = ()
        return call


class Interpreter:
    """A model: `run` of opc.Model."""

    def __init__(self, graph, donate):
        self.graph, self.donate = graph, donate

    def donations(self):
        """Numbers of inputs, and of the outputs that take their memory."""
        names = [
            [
                each.get("as_tensor", {}).get("name")
                for each in self.graph[which]
            ]
            for which in ("inputs", "outputs")
        ]
        return [
            (names[0].index(place), names[1].index(result))
            for place, result in self.donate.items()
        ]

    def run(self, inputs, out=None):
        values = {}
        for spec, value in zip(self.graph["inputs"], inputs, strict=True):
            if "as_sym_int" in spec:
                values[spec["as_sym_int"]["as_name"]] = int(value)
            else:
                assert value.dim() == len(self._meta(spec)["sizes"])
                assert value.dtype == _DTYPES[self._meta(spec)["dtype"]]
                name = spec["as_tensor"]["name"]
                values[name] = value.detach().contiguous()
        with torch.no_grad():
            for node in self.graph["nodes"]:
                self._execute(node, values)
        # A program's results are memory of their own, and row-major.
        return [
            torch.empty(result.shape, dtype=result.dtype).copy_(result)
            for result in (
                values[each["as_tensor"]["name"]]
                for each in self.graph["outputs"]
            )
        ]

    def _meta(self, spec):
        return self.graph["tensor_values"][spec["as_tensor"]["name"]]

    def _execute(self, node, values):
        args, kwargs = [], {}
        target = _target(node["target"])
        for each in node["inputs"]:
            value = _argument(each["arg"], values)
            if each["kind"] == schema.KEYWORD:
                kwargs[each["name"]] = value
            else:
                args.append(value)
        result = target(*args, **kwargs)
        outputs = node["outputs"]
        if len(outputs) == 1:
            result = [result]
        for output, value in zip(outputs, result, strict=True):
            _define(output, value, values)


def _define(output, value, values):
    if "as_tensors" in output:
        for each, item in zip(output["as_tensors"], value, strict=True):
            values[each["name"]] = item
    elif "as_none" not in output:
        (kind,) = output
        values[output[kind].get("name") or output[kind]["as_name"]] = value


def _target(name):
    if name.startswith("torch.ops."):
        found = torch.ops
        for part in name.split(".")[2:]:
            found = getattr(found, part)
        return found
    module, _, function = name.rpartition(".")
    places = {"_operator": operator, "math": math, "torch": torch}
    return getattr(places[module], function)


def _argument(argument, values):
    ((kind, value),) = argument.items()
    if kind == "as_tensor":
        return values[value["name"]]
    if kind == "as_tensors":
        return [values[each["name"]] for each in value]
    if kind == "as_optional_tensors":
        return [
            None if "as_none" in each else values[each["as_tensor"]["name"]]
            for each in value
        ]
    if kind.startswith("as_sym_") and isinstance(value, list):
        return [_symbolic(each, values) for each in value]
    if kind.startswith("as_sym_"):
        return _symbolic(value, values)
    if kind in ("as_float", "as_floats"):
        listed = value if isinstance(value, list) else [value]
        listed = [float(each) for each in listed]
        return listed if isinstance(value, list) else listed[0]
    return _PLAIN.get(kind, lambda each: each)(value)


def _symbolic(value, values):
    ((kind, known),) = value.items()
    return values[known] if kind == "as_name" else known


_PLAIN = {
    "as_none": lambda _: None,
    "as_scalar_type": _DTYPES.__getitem__,
    "as_layout": _LAYOUTS.__getitem__,
    "as_memory_format": _FORMATS.__getitem__,
    "as_device": lambda each: torch.device(each["type"]),
}
