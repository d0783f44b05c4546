"""The writer of graphs against torch's own serialiser."""

import json
import math

import nets
import pytest
import torch
from capture import graphs
from torch._export.serde import serialize as serde
from torch.export import graph_signature

from opc.torch import exported, writer


def theirs(module):
    """What torch writes of a graph whose inputs and outputs are the user's."""
    for node in module.graph.nodes:
        for key in ("nn_module_stack", "source_fn_stack", "from_node"):
            node.meta.pop(key, None)
    signature = _signature(module.graph)
    serialiser = serde.GraphModuleSerializer(signature, [])
    return json.loads(serde._to_json_bytes(serialiser.serialize(module)))


def _signature(graph):
    kinds = graph_signature
    inputs = [
        kinds.InputSpec(kinds.InputKind.USER_INPUT, _argument(node), None)
        for node in graph.nodes
        if node.op == "placeholder"
    ]
    outputs = [
        kinds.OutputSpec(kinds.OutputKind.USER_OUTPUT, _argument(node), None)
        for node in graph.output_node().args[0]
    ]
    return kinds.ExportGraphSignature(inputs, outputs)


def _argument(value):
    kinds = graph_signature
    if not isinstance(value, torch.fx.Node):
        return kinds.ConstantArgument(name="", value=value)
    if isinstance(value.meta["val"], torch.SymInt):
        return kinds.SymIntArgument(name=value.name)
    return kinds.TensorArgument(name=value.name)


def plain(value):
    """Without nulls, hints and metadata that we do not write."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    left = {
        key: plain(each)
        for key, each in value.items()
        if each is not None and key != "hint"
    }
    if "metadata" in left and "target" in left:
        trace = left["metadata"].get("stack_trace")
        left["metadata"] = {"stack_trace": trace} if trace else {}
    return left


def check_equal(module):
    ours = json.loads(writer.write(module))["graph_module"]
    wanted = plain(theirs(module))
    assert plain(ours["graph"]) == wanted["graph"]
    assert ours["signature"] == wanted["signature"]


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("name", nets.NETS)
def test_training_graphs(name, dynamic):
    make, inputs = nets.NETS[name]
    found = graphs(make(), inputs(6), dynamic=dynamic)
    assert len(found) == 2
    for module in found:
        check_equal(module)


@pytest.mark.parametrize("name", nets.NETS)
def test_inference_graphs(name):
    make, inputs = nets.NETS[name]
    with torch.no_grad():
        (module,) = graphs(make().eval(), inputs(4), backward=False)
    check_equal(module)


class Remembers(torch.nn.Module):
    """Has all kinds of inputs and outputs that an exported program may have."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(5, 5)
        self.register_buffer("count", torch.zeros(1))
        self.register_buffer("table", torch.ones(5), persistent=False)

    def forward(self, x, scale: float, flag: bool, nothing=None):
        self.count.add_(1)
        x.mul_(2)
        fixed = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
        y = self.linear(x) * scale + self.table + fixed
        return y, self.count * 1, y.shape[0], nothing, 3 if flag else 4


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("functional", [False, True])
def test_exported_programs(dynamic, functional):
    shapes = None
    if dynamic:
        rows = torch.export.Dim("rows", min=2, max=64)
        shapes = ({0: rows}, None, None, None)
    program = torch.export.export(
        Remembers(), (torch.randn(6, 5), 2.0, True, None), dynamic_shapes=shapes
    )
    if functional:
        program = program.run_decompositions({})
    ours = json.loads(exported.write(program))
    artifact = serde.serialize(program)
    wanted = plain(json.loads(artifact.exported_program))
    graph = plain(ours["graph_module"]["graph"])
    assert graph == wanted["graph_module"]["graph"]
    assert (
        plain(ours["graph_module"]["signature"])
        == (wanted["graph_module"]["signature"])
    )
    for key in ("opset_version", "schema_version", "torch_version"):
        assert ours[key] == wanted[key]
    assert plain(ours["range_constraints"]) == wanted["range_constraints"]


FUNCTIONS = {
    "lists of tensors": lambda x: torch.cat([x, x.flip(0)]).chunk(3, 1)[1],
    "optional tensors": lambda x: x[:, torch.tensor([2, 0])],
    "unused results": lambda x: x.max(1)[1] + x.topk(2)[1].sum(),
    "infinities": lambda x: x.clamp(-math.inf, math.inf) + math.nan,
    "bools": lambda x: torch.any(x > 0, dim=1, keepdim=True),
    "dtypes": lambda x: x.to(torch.float64).to(torch.int32).bool(),
    "made": lambda x: torch.full(x.shape, 2, dtype=torch.bfloat16) + 1,
    "memory format": lambda x: x[None, None].clone(
        memory_format=torch.channels_last
    ),
    "strings": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
    "empty lists": lambda x: x.sum(()) + x.permute(1, 0).mean(),
    "sizes": lambda x: x.reshape(x.shape[0] * 3, -1) * (x.shape[0] + 1),
    "halves of sizes": lambda x: x[: x.shape[0] // 2],
    "upsampling": lambda x: torch.nn.functional.interpolate(
        x[None, None], scale_factor=1.5
    ),
}


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments(name, dynamic):
    for module in graphs(
        FUNCTIONS[name], torch.randn(6, 9), backward=False, dynamic=dynamic
    ):
        for node in list(module.graph.nodes):
            if node.op == "get_attr":
                node.op = "placeholder"  # torch's own does not take them
        module.graph = _placeholders_first(module.graph)
        check_equal(module)


def _placeholders_first(graph):
    first = next(iter(graph.nodes))
    for node in graph.nodes:
        if node.op == "placeholder":
            first.prepend(node)
            first = node.next
    return graph
