"""What is read of PyTorch's files besides operators."""

import io
import itertools
import json
import random
import zipfile

import numpy as np
import opc
import pytest
import torch
from support import BUILD
from torch_case import archive, check, compare, compiled, exported


class Tied(torch.nn.Module):
    """Weights that share a storage, in several orders of axes."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(4, 4)
        self.second = torch.nn.Linear(4, 4, bias=False)
        self.second.weight = self.first.weight
        table = torch.arange(24.0).reshape(2, 3, 4)
        self.register_buffer("turned", table.permute(2, 0, 1))
        self.register_buffer("part", table[1, :, 1:3])
        self.register_buffer("halves", torch.ones(3, dtype=torch.bfloat16))
        self.register_buffer("flags", torch.tensor([True, False, True]))

    def forward(self, x):
        y = self.second(self.first(x)) + self.turned[:, 0, 0]
        return y, self.turned * 2, self.part + 1, self.halves + 1, ~self.flags


def test_weights_are_views_of_storages():
    check(Tied(), [torch.randn(3, 4)])


def test_one_program_for_all_sizes():
    def attend(x, y):
        n = x.shape[0]
        z = x.reshape(n * 2, -1).sum(1) + y[: 2 * n]
        return z, x @ x.transpose(1, 2), n, torch.arange(n), x.mean(0)

    size = torch.export.Dim("n", min=2, max=50)
    wide = torch.export.Dim("m", min=4, max=200)
    inputs = [torch.randn(5, 4, 6), torch.randn(30)]
    shapes = ({0: size}, {0: wide})
    model = compiled(attend, inputs, dynamic_shapes=(shapes,))
    for n, m in ((5, 30), (2, 4), (13, 26), (50, 101)):
        given = [torch.randn(n, 4, 6), torch.randn(m)]
        compare(model, given, attend(*given))
    with pytest.raises(opc.InputError, match="is 51, more than 50"):
        model.run([torch.randn(51, 4, 6), torch.randn(102)])


def test_in_place_operators_are_functions():
    def changes(x):
        y = x + 1
        y.mul_(2)
        z = torch.relu_(y - 3)
        z.add_(y, alpha=0.5)
        w = torch.zeros_like(x)
        w.copy_(x[0])
        return y, z, w.fill_(2.5), F_dropout(x)

    def F_dropout(x):
        return torch.nn.functional.dropout(x * 2, 0.5, training=False)

    check(changes, [torch.randn(3, 4)])


def view_read(x):
    y = x + 1
    view = y[0]
    y.add_(1)
    return view * 2


def view_returned(x):
    y = x + 1
    view = y.view(-1)
    y.add_(1)
    return view


def changed_through_a_view(x):
    y = x * 1
    y[0].add_(1)
    return y


def perhaps_a_copy(x):
    y = x + 1
    t = y.t()
    c = t.contiguous()
    c.add_(1)
    return t


def view_of_an_inner_graph(x):
    y = x + 1
    with torch.no_grad():
        v = y.view(-1)
    v.add_(1)
    return y


def view_by_no_letter(x):
    y = x + 1
    z, _ = torch.broadcast_tensors(y, torch.ones(2, 3, 4))
    y.add_(1)
    return z * 1


def dropout_in_evaluation(x):
    y = x + 1
    z = torch.nn.functional.dropout(y, 0.5, training=False)
    y.add_(1)
    return z * 1


@pytest.mark.parametrize(
    "function",
    [
        view_read,
        view_returned,
        changed_through_a_view,
        perhaps_a_copy,
        view_of_an_inner_graph,
        view_by_no_letter,
        dropout_in_evaluation,
    ],
)
def test_views_of_what_is_changed_are_refused(function):
    with pytest.raises(opc.UnsupportedError, match="a view of memory that"):
        compiled(function, [torch.randn(3, 4)])


def test_changing_a_list_is_refused():
    def changes(x):
        a, b = x + 1, x + 2
        torch._foreach_add_([a, b], 1.0)
        return a, b

    with pytest.raises(opc.UnsupportedError, match="a list of tensors"):
        compiled(changes, [torch.randn(3, 4)])


def test_a_copy_is_changed_alone():
    def changes(x):
        y = x.clone()
        y.add_(1)
        z = y.clone()
        y.mul_(2)
        return x * 2, y, z

    check(changes, [torch.randn(3, 4)])


@pytest.mark.parametrize(
    "pick",
    [
        lambda x, i: x.gather(1, i),
        lambda x, i: x.index_select(1, i[0]),
        lambda x, i: x.scatter_add(1, i, x),
        lambda x, i: torch.nn.functional.nll_loss(x, i[:, 0]),
    ],
)
def test_indices_do_not_count_from_the_back(pick):
    x, i = torch.randn(2, 3), torch.tensor([[0, 2], [1, -1]])
    model = compiled(pick, [x, i.abs()])
    model.run([x.numpy(), i.abs().numpy()])
    i[0, 0] = i[1, 1] = -1
    with pytest.raises(opc.InputError, match="index"):
        model.run([x.numpy(), i.numpy()])


class Counter(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(3))

    def forward(self, x):
        self.total.add_(x)
        return self.total * 2


def test_changed_buffers_are_inputs_and_outputs():
    program = exported(Counter(), [torch.ones(3)]).run_decompositions({})
    model = opc.compile(archive(program), cache=False)
    assert [spec.name for spec in model.inputs] == ["b_total", "x"]
    assert model.metadata["mutations"] == [{"output": 0, "input": "b_total"}]
    total, doubled = model.run([np.ones(3, np.float32), np.ones(3, np.float32)])
    assert total.tolist() == [2] * 3 and doubled.tolist() == [4] * 3


def test_changed_inputs_are_outputs_besides():
    def forward(x, y):
        x.add_(y)
        x.mul_(2)
        return x - 1

    model = compiled(forward, [torch.ones(3), torch.ones(3)])
    assert model.metadata["mutations"] == [{"output": 1, "input": "inputs_0"}]
    given = [np.full(3, 2, np.float32), np.full(3, 5, np.float32)]
    result, changed = model.run(given)
    assert result.tolist() == [13] * 3 and changed.tolist() == [14] * 3


def test_a_part_of_an_input_is_not_changed():
    def forward(x):
        x[0].add_(1)
        return x * 2

    with pytest.raises(opc.UnsupportedError, match="held outside of the graph"):
        compiled(forward, [torch.ones(3, 2)])


def test_what_is_true_of_sizes_computes_nothing():
    def forward(x):
        n = x.shape[0]
        torch._check(n * 3 >= 7)
        return x.reshape(-1) * n

    size = torch.export.Dim("n", min=3, max=9)
    inputs = [torch.randn(4, 2)]
    model = compiled(forward, inputs, dynamic_shapes=(({0: size},),))
    compare(model, [torch.ones(5, 2)], forward(torch.ones(5, 2)))


def test_no_grad_regions_are_inlined():
    def forward(x):
        with torch.no_grad():
            y = x * 2
        return y + 1

    check(forward, [torch.randn(3)])


def test_outputs_may_be_inputs_repeated_or_none():
    def forward(x):
        y = x + 1
        return x, y, None, y, 3

    check(forward, [torch.randn(3)])


def test_all_refused_nodes_are_found():
    def forward(x):
        y = torch.special.zeta(x, x + 1)
        return torch.linalg.svdvals(y) + torch.special.zeta(y, y)

    data = archive(exported(forward, [torch.rand(3, 3) + 1]))
    records = opc.survey(data)
    assert [each["op"] for each in records] == [
        "aten.special_zeta.default",
        "aten.linalg_svdvals.default",
        "aten.special_zeta.default",
    ]
    first = records[0]
    assert first["subject"] == "node" and first["code"] == "unsupported"
    assert first["dtype"] == "f32, f32"
    assert first["shape"] == "[3, 3], [3, 3]"
    assert "f32[3, 3], f32[3, 3])" in first["message"]
    assert first["place"].split(":")[0].endswith("test_torch_reader.py")
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(data)
    assert caught.value.diagnostics == records


def test_a_sound_graph_has_nothing_to_say():
    assert opc.survey(archive(exported(torch.sin, [torch.ones(2)]))) == []


def graph_text(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        name = next(n for n in file.namelist() if n.endswith("model.json"))
        return file.read(name)


def test_the_graph_alone_takes_parameters_as_inputs():
    module, x = torch.nn.Linear(3, 2), torch.randn(4, 3)
    text = graph_text(archive(exported(module, [x])))
    model = opc.compile(text, cache=False)
    assert [spec.name for spec in model.inputs] == [
        "p_weight",
        "p_bias",
        "input",
    ]
    inputs = [module.weight.detach(), module.bias.detach(), x]
    compare(model, inputs, module(x))


def test_rows_are_declared_as_torch_declares_them():
    import subprocess

    page = subprocess.run(
        [BUILD / "bin/opc-opt", "--opc-print-torch-ops"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    declared = {str(schema) for schema in torch._C._jit_get_all_schemas()}
    rows = [line[3:-1] for line in page.splitlines() if line.startswith("- `")]
    assert len(rows) > 300
    assert [row for row in rows if row not in declared] == []


@pytest.fixture(scope="module")
def sound():
    return archive(exported(Tied(), [torch.randn(3, 4)]))


def complaint(data):
    try:
        opc.compile(data, cache=False)
    except opc.InputError as error:
        return str(error)
    return ""


def test_damaged_archives_are_one_line(sound):
    for size in (0, 1, 4, 100, len(sound) // 2, len(sound) - 1):
        assert "\n" not in complaint(sound[:size])
        assert complaint(sound[:size])
    random.seed(3)
    for _ in range(60):
        damaged = bytearray(sound)
        for _ in range(random.randint(1, 8)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        complaint(bytes(damaged))


def damaged_graphs(program):
    """The graph with each of its values replaced, one after the other."""

    def walk(value, put):
        for wrong in (None, -1, "x", [], {}, 1 << 62):
            put(wrong)
            yield
        put(value)
        pairs = value.items() if isinstance(value, dict) else ()
        pairs = enumerate(value) if isinstance(value, list) else pairs
        for key, each in list(pairs):
            yield from walk(each, lambda new, k=key: value.__setitem__(k, new))

    holder = {"program": program}
    for _ in walk(program, lambda new: holder.__setitem__("program", new)):
        yield json.dumps(holder["program"])


def test_damaged_graphs_are_answered():
    def forward(x):
        return torch.cat([x, x * 2], 1).sum(1), x[:1]

    size = torch.export.Dim("n", max=9)
    text = graph_text(
        archive(
            exported(
                forward, [torch.ones(3, 2)], dynamic_shapes=(({0: size},),)
            )
        )
    )
    every = damaged_graphs(json.loads(text))
    for damaged in itertools.islice(every, 0, None, 11):
        opc_survey(damaged.encode())


def opc_survey(text):
    try:
        return opc.survey(text)
    except opc.InputError:
        return None


REFUSED = {
    "compressed": (
        lambda d: rezipped(d, zipfile.ZIP_DEFLATED),
        "is compressed; nearest supported form: stored",
    ),
    "another archive": (
        lambda d: other_archive(),
        "is no archive of torch.export.save",
    ),
    "no graph": (lambda d: b"{}", "it has no schema version"),
}


def rezipped(data, method):
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as file,
        zipfile.ZipFile(out, "w", method) as copy,
    ):
        for name in file.namelist():
            copy.writestr(name, file.read(name))
    return out.getvalue()


def other_archive():
    out = io.BytesIO()
    np.savez(out, a=np.ones(3))
    return out.getvalue()


@pytest.mark.parametrize("name", ["compressed", "another archive", "no graph"])
def test_what_is_no_graph_is_refused(name, sound):
    make, message = REFUSED[name]
    assert message in complaint(make(sound))


def test_deep_nesting_is_refused():
    assert "nests too deep" in complaint(b'{"a":' * 100_000)
