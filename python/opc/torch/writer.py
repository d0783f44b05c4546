"""An FX graph of ATen operators as torch's own export schema, in JSON.

A writer of our own: torch's is private, six times slower, and fails on graphs that
AOTAutograd makes. What it can write is equal to ours but for fields that are null,
hints (a program is for all sizes: they would only make equal graphs differ), and
metadata other than the stack trace.

What a graph needs: `meta["val"]` on its nodes, and no tensor that is read by
`get_attr` (`graphs.lift_constants`).
"""

import inspect
import json
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import sympy
import torch

from . import schema


class NotWritable(Exception):
    """What the schema has no words for; the message names it.

    `node` is the name of the node that says it; "" where none does.
    """

    node = ""


def write(
    module: torch.fx.GraphModule,
    signature: dict[str, Any] | None = None,
    ranges: dict[str, Any] | None = None,
) -> bytes:
    """The JSON of an ExportedProgram.

    signature  of the schema; else all inputs are the user's
    ranges     of symbols, `range_constraints` of the schema; else those that the
               graph's own symbols have
    """
    graph = GraphWriter(module).write()
    if signature is None:
        signature = user_signature(graph)
    if ranges is None:
        ranges = symbol_ranges(module.graph)
    program = {
        "graph_module": {
            "graph": graph,
            "signature": signature,
            "module_call_graph": [],
        },
        "opset_version": schema.OPSET_VERSION,
        "range_constraints": ranges,
        "schema_version": schema.VERSION,
        "torch_version": torch.__version__,
    }
    return json.dumps(program, allow_nan=False).encode()


def user_signature(graph: dict[str, Any]) -> dict[str, Any]:
    """The signature of a graph whose inputs and outputs are all the user's."""
    return {
        "input_specs": [
            {"user_input": {"arg": given}} for given in graph["inputs"]
        ],
        "output_specs": [
            {"user_output": {"arg": given}} for given in graph["outputs"]
        ],
    }


def range_of(values: Any) -> dict[str, int | None]:
    """A RangeConstraint; an end that is infinite is null."""

    def whole(bound: Any, rounded: Any) -> int | None:
        if not isinstance(bound, sympy.Rational):
            return None  # torch has an infinity of its own beside sympy's
        return int(rounded(bound))

    return {
        "min_val": whole(values.lower, sympy.ceiling),
        "max_val": whole(values.upper, sympy.floor),
    }


def symbol_ranges(graph: torch.fx.Graph) -> dict[str, Any]:
    """What the graph's shape environment knows of each symbol in it."""
    ranges: dict[sympy.Symbol, Any] = {}
    for node in graph.nodes:
        for size in _symbolic_sizes(node.meta.get("val")):
            known = size.node.shape_env.var_to_range
            unseen = size.node.expr.free_symbols - ranges.keys()
            ranges |= {each: known[each] for each in unseen if each in known}
    return {str(symbol): range_of(each) for symbol, each in ranges.items()}


def _symbolic_sizes(value: Any) -> Iterable[torch.SymInt]:
    if isinstance(value, torch.SymInt):
        yield value
    elif isinstance(value, torch.Tensor):
        yield from (s for s in value.shape if isinstance(s, torch.SymInt))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _symbolic_sizes(item)


def operator_name(target: Any) -> str:
    """As the schema spells what a node calls: "torch.ops.aten.add.Tensor"."""
    module = target.__module__
    if module.startswith("torch._ops"):
        module = module.replace("torch._ops", "torch.ops")
    return f"{module}.{target.__name__}"


def constant(value: Any) -> dict[str, Any]:
    """A number, a string or None, as an Argument or a ConstantValue."""
    for types, field, write_scalar in _SCALARS:
        if isinstance(value, types):
            return {field: write_scalar(value)}
    raise NotWritable(f"an argument of type {type(value).__name__}")


def symbolic(value: Any, plain: str) -> dict[str, Any]:
    """A SymInt, SymFloat or SymBool; `plain` is its field for a known value."""
    if isinstance(value, torch.SymInt | torch.SymFloat | torch.SymBool):
        expression = value.node.expr
        if not expression.is_number and expression not in (
            sympy.true,
            sympy.false,
        ):
            return {"as_expr": {"expr_str": sympy.srepr(expression)}}
        kind = {"as_int": int, "as_float": float, "as_bool": bool}[plain]
        value = kind(expression)
    return {plain: _number(value) if plain == "as_float" else value}


def tensor_meta(value: torch.Tensor) -> dict[str, Any]:
    """A TensorMeta."""
    if value.layout not in schema.LAYOUTS:
        raise NotWritable(f"layout {value.layout}")
    if value.layout is not torch.strided or value.is_quantized:
        raise NotWritable(
            f"a quantised {value.dtype}"
            if value.is_quantized
            else f"layout {value.layout}"
        )
    if value.dtype not in schema.DTYPES:
        raise NotWritable(f"{value.dtype}")
    device: dict[str, Any] = {"type": value.device.type}
    if value.device.index is not None:
        device["index"] = value.device.index
    return {
        "dtype": schema.DTYPES[value.dtype],
        "sizes": [symbolic(size, "as_int") for size in value.shape],
        "requires_grad": value.requires_grad,
        "device": device,
        "strides": [symbolic(stride, "as_int") for stride in value.stride()],
        "storage_offset": symbolic(value.storage_offset(), "as_int"),
        "layout": schema.LAYOUTS[value.layout],
    }


def _number(value: float) -> float | str:
    """JSON has no infinities."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


# A value's table in the graph and its field as an argument, by its type.
_SYMBOLIC = (
    ((bool, torch.SymBool), "sym_bool", "as_bool"),
    ((int, torch.SymInt), "sym_int", "as_int"),
    ((float, torch.SymFloat), "sym_float", "as_float"),
)

# The type of an argument's elements, as JIT schemas name it, for empty lists.
_EMPTY_LISTS = {
    "BoolType": "as_bools",
    "IntType": "as_ints",
    "SymIntType": "as_ints",
    "FloatType": "as_floats",
    "NumberType": "as_floats",
    "StringType": "as_strings",
    "TensorType": "as_tensors",
}


def _named(node: torch.fx.Node, write_node: Callable[..., Any]) -> Any:
    """What cannot be written of a node has its name."""
    try:
        return write_node(node)
    except NotWritable as error:
        error.node = error.node or node.name
        raise


class GraphWriter:
    """Writes one graph, with the graphs that its nodes call."""

    def __init__(self, module: torch.fx.GraphModule):
        self._module = module
        self._nodes: list[dict[str, Any]] = []
        self._values: dict[str, dict[str, Any]] = {
            "tensor_values": {},
            "sym_int_values": {},
            "sym_bool_values": {},
            "sym_float_values": {},
        }
        # Several getitems of one result are one name.
        self._names: dict[torch.fx.Node, str] = {}

    def write(self) -> dict[str, Any]:
        """A Graph of the schema."""
        inputs: list[Any] = []
        result: Any = ()
        for node in self._module.graph.nodes:
            if node.op == "placeholder":
                inputs.append(_named(node, self._input))
            elif node.op == "call_function":
                _named(node, self._call)
            elif node.op == "output":
                result = node.args[0]
            elif node.op != "get_attr":
                raise NotWritable(f"a node of kind {node.op}")
        single = isinstance(result, torch.fx.Node)
        outputs = [result] if single else result
        return {
            "inputs": inputs,
            "outputs": [self._argument(each) for each in outputs],
            "nodes": self._nodes,
            **self._values,
            "is_single_tensor_return": single,
            "custom_obj_values": {},
        }

    def _input(self, node: torch.fx.Node) -> dict[str, Any]:
        value = node.meta.get("val")
        if isinstance(value, torch.Tensor | torch.SymInt | torch.SymFloat):
            return self._defined(node.name, value)
        return self._argument(value)

    def _call(self, node: torch.fx.Node) -> None:
        if node.target is operator.getitem and not _is_symbolic(node):
            return
        written: dict[str, Any] = {
            "name": node.name,
            "target": operator_name(node.target),
            "inputs": self._inputs(node),
            "outputs": self._outputs(node),
            "metadata": {},
        }
        if trace := node.meta.get("stack_trace"):
            written["metadata"]["stack_trace"] = trace
        if isinstance(node.target, torch._ops.HigherOrderOperator):
            written["is_hop_single_tensor_return"] = isinstance(
                node.meta.get("val"), torch.Tensor
            )
        self._nodes.append(written)

    # Arguments.

    def _inputs(self, node: torch.fx.Node) -> list[dict[str, Any]]:
        if isinstance(node.target, torch._ops.OpOverload):
            if _is_symbolic(node):
                names = [a.name for a in node.target._schema.arguments]
                return self._named(zip(names, node.args, strict=False))
            return self._by_schema(node)
        if isinstance(node.target, torch._ops.HigherOrderOperator):
            return self._named(
                (("", each) for each in node.args), node.kwargs.items()
            )
        names = list(inspect.signature(node.target).parameters)
        return self._named(zip(names, node.args, strict=False))

    def _named(
        self,
        positional: Iterable[tuple[str, Any]],
        keywords: Iterable[tuple[str, Any]] = (),
    ) -> list[dict[str, Any]]:
        return [
            {"name": name, "arg": self._argument(value), "kind": kind}
            for kind, pairs in (
                (schema.POSITIONAL, positional),
                (schema.KEYWORD, keywords),
            )
            for name, value in pairs
        ]

    def _by_schema(self, node: torch.fx.Node) -> list[dict[str, Any]]:
        """What is given, in the order of the operator's schema."""
        written = []
        for i, wanted in enumerate(node.target._schema.arguments):
            if wanted.name in node.kwargs:
                value, kind = node.kwargs[wanted.name], schema.KEYWORD
            elif not wanted.kwarg_only and i < len(node.args):
                value, kind = node.args[i], schema.POSITIONAL
            else:
                continue
            argument = self._argument(value, wanted.type)
            written.append({"name": wanted.name, "arg": argument, "kind": kind})
        return written

    def _argument(self, value: Any, wanted: Any = None) -> dict[str, Any]:
        if isinstance(value, torch.fx.Node):
            return self._reference(value)
        if isinstance(value, list | tuple):
            return self._list(value, wanted)
        return constant(value)

    def _reference(self, node: torch.fx.Node) -> dict[str, Any]:
        if node.op == "get_attr":
            return self._attribute(node)
        name = self._names.get(node, node.name)
        for _, kind, _ in _SYMBOLIC:
            if name in self._values[f"{kind}_values"]:
                return {f"as_{kind}": {"as_name": name}}
        if not isinstance(node.meta.get("val"), torch.Tensor):
            raise NotWritable(
                f"a value of type {type(node.meta.get('val')).__name__}"
            )
        return {"as_tensor": {"name": name}}

    def _attribute(self, node: torch.fx.Node) -> dict[str, Any]:
        value = self._module
        for part in str(node.target).split("."):
            value = getattr(value, part)
        if not isinstance(value, torch.fx.GraphModule):
            raise NotWritable(f"attribute {node.target} of the module")
        graph = GraphWriter(value).write()
        return {"as_graph": {"name": node.target, "graph": graph}}

    def _list(self, values: Any, wanted: Any) -> dict[str, Any]:
        if not values:
            return {_empty_list_field(wanted): []}
        for kind, field in _PLAIN_LISTS:
            if all(type(each) is kind for each in values):
                write = _number if kind is float else (lambda each: each)
                return {field: [write(each) for each in values]}
        if all(isinstance(each, list | tuple) for each in values):
            return self._lists(values)
        for types, kind, plain in _SYMBOLIC:
            if all(self._fits(each, types, kind) for each in values):
                return {
                    f"as_{kind}s": [
                        {"as_name": each.name}
                        if isinstance(each, torch.fx.Node)
                        else {plain: each}
                        for each in values
                    ]
                }
        return self._tensors(values)

    def _fits(self, value: Any, types: Any, kind: str) -> bool:
        """Whether it is an element of a list of symbolic values."""
        if isinstance(value, torch.fx.Node):
            return value.name in self._values[f"{kind}_values"]
        return type(value) is types[0]

    def _lists(self, values: Any) -> dict[str, Any]:
        flat = [each for inner in values for each in inner]
        if all(isinstance(each, torch.fx.Node) for each in flat):
            return {
                "as_nested_tensors": [
                    [self._reference(each)["as_tensor"] for each in inner]
                    for inner in values
                ]
            }
        for kind, field in ((int, "as_int_lists"), (float, "as_float_lists")):
            if all(type(each) is kind for each in flat):
                return {field: [list(inner) for inner in values]}
        raise NotWritable("a list of lists of several types")

    def _tensors(self, values: Any) -> dict[str, Any]:
        for each in values:
            if each is not None and not isinstance(each, torch.fx.Node):
                raise NotWritable(f"a list with a {type(each).__name__}")
        written = [
            {"as_none": True} if each is None else self._reference(each)
            for each in values
        ]
        for each in written:
            if not each.keys() & {"as_tensor", "as_none"}:
                raise NotWritable("a list of tensors and numbers")
        if any("as_none" in each for each in written):
            return {"as_optional_tensors": written}
        return {"as_tensors": [each["as_tensor"] for each in written]}

    # Results.

    def _outputs(self, node: torch.fx.Node) -> list[dict[str, Any]]:
        value = node.meta.get("val")
        if not isinstance(node.target, torch._ops.OpOverload):
            return self._untyped_outputs(node, value)
        returns = node.target._schema.returns
        if not returns:
            return []
        if len(returns) > 1:
            return [self._element(node, i, v) for i, v in enumerate(value)]
        if isinstance(value, list | tuple):
            return [self._tensor_list(node, value)]
        return [self._defined(node.name, value)]

    def _untyped_outputs(
        self, node: torch.fx.Node, value: Any
    ) -> list[dict[str, Any]]:
        """Of what has no schema: the value says how many there are."""
        if isinstance(value, tuple | list):
            return [self._element(node, i, v) for i, v in enumerate(value)]
        return [self._defined(node.name, value)]

    def _element(
        self, node: torch.fx.Node, index: int, value: Any
    ) -> dict[str, Any]:
        if value is None:
            return {"as_none": True}
        user = self._getitem(node, index)
        if isinstance(value, list | tuple):
            return self._tensor_list(user, value, f"{node.name}_unused_{index}")
        name = user.name if user else f"{node.name}_unused_{index}"
        return self._defined(name, value)

    def _tensor_list(
        self, node: torch.fx.Node | None, values: Any, unused: str = ""
    ) -> dict[str, Any]:
        """A list of tensors, which take the names of the getitems of `node`."""
        if node is not None:
            unused = f"{node.name}_unused"
        written = []
        for i, value in enumerate(values):
            user = self._getitem(node, i) if node is not None else None
            name = user.name if user else f"{unused}_{i}"
            if value is not None:
                written.append(self._defined(name, value)["as_tensor"])
        return {"as_tensors": written}

    def _getitem(self, node: torch.fx.Node, index: int) -> torch.fx.Node | None:
        """The first node that takes this element; the others get its name."""
        found = None
        for user in node.users:
            if user.target is operator.getitem and user.args[1] == index:
                found = found or user
                self._names[user] = found.name
        return found

    def _defined(self, name: str, value: Any) -> dict[str, Any]:
        """Notes what a value is, and gives it as an argument."""
        if isinstance(value, torch.Tensor):
            self._values["tensor_values"][name] = tensor_meta(value)
            return {"as_tensor": {"name": name}}
        for types, kind, plain in _SYMBOLIC:
            if isinstance(value, types):
                table = self._values[f"{kind}_values"]
                table[name] = symbolic(value, plain)
                return {f"as_{kind}": {"as_name": name}}
        if value is None:
            return {"as_none": True}
        raise NotWritable(f"a result of type {type(value).__name__}")


def _is_symbolic(node: torch.fx.Node) -> bool:
    """Whether the node computes a number of the host."""
    return isinstance(
        node.meta.get("val"), torch.SymInt | torch.SymFloat | torch.SymBool
    )


def _empty_list_field(wanted: Any) -> str:
    while wanted is not None and hasattr(wanted, "getElementType"):
        wanted = wanted.getElementType()
    return _EMPTY_LISTS.get(type(wanted).__name__, "as_tensors")


def _device(value: torch.device) -> dict[str, Any]:
    if value.index is None:
        return {"type": value.type}
    return {"type": value.type, "index": value.index}


def _numbered(numbers: dict[Any, int]) -> Callable[[Any], int]:
    """The schema's number of a torch constant."""

    def number(value: Any) -> int:
        if value not in numbers:
            raise NotWritable(f"{value}")
        return numbers[value]

    return number


# Of an argument that is no list: its type, field and form. bool is an int.
_SCALARS = (
    (type(None), "as_none", lambda _: True),
    (bool, "as_bool", bool),
    (int, "as_int", int),
    (float, "as_float", _number),
    (
        complex,
        "as_complex",
        lambda v: {"real": _number(v.real), "imag": _number(v.imag)},
    ),
    (str, "as_string", str),
    (torch.dtype, "as_scalar_type", _numbered(schema.DTYPES)),
    (torch.layout, "as_layout", _numbered(schema.LAYOUTS)),
    (
        torch.memory_format,
        "as_memory_format",
        _numbered(schema.MEMORY_FORMATS),
    ),
    (torch.device, "as_device", _device),
    (
        torch._ops.OpOverload | torch._ops.HigherOrderOperator,
        "as_operator",
        operator_name,
    ),
)

_PLAIN_LISTS = (
    (bool, "as_bools"),
    (int, "as_ints"),
    (float, "as_floats"),
    (str, "as_strings"),
)
