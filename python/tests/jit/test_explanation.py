"""opc.torch.explain: what became of a model, as fields, a table and a page."""

from html.parser import HTMLParser

import nets
import pytest
import torch

import opc.torch


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "torch"))
    torch._dynamo.reset()
    torch.manual_seed(0)


def breaks_and_lacks(x):
    y = (x * 2).sinc()
    torch._dynamo.graph_break()
    return torch.special.zeta(y.abs() + 2, x.abs() + 1) + y.cumsum(0)


class Page(HTMLParser):
    """Rows of cells; what is folded in one is in `folded`, by its headings."""

    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.folded, self.links = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.links += [v for k, v in attributes if k in ("src", "href")]
        if tag in self.VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "details":
            self.folded.append({})
        elif tag == "h4":
            self.heading = ""
        elif tag in ("pre", "li"):
            self.folded[-1].setdefault(self.heading, []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "h4" in self.open:
            self.heading += data
        elif "pre" in self.open or "li" in self.open:
            self.folded[-1][self.heading][-1] += data
        elif "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def training():
    torch.manual_seed(0)
    return opc.torch.explain(nets.Convolutions(), torch.randn(2, 3, 14, 14))


def test_training_has_both_graphs(training):
    assert [each.direction for each in training.graphs] == [
        "forward",
        "backward",
    ]
    assert not training.breaks
    assert not any(graph.refused for graph in training.graphs)


def test_kernels_have_their_ir(training):
    for kernel in (k for graph in training.graphs for k in graph.kernels):
        head = f"func.func private @{kernel.name}("
        assert kernel.before.startswith(head) and kernel.after.startswith(head)
        for op in kernel.ops:
            assert f"{op} " in kernel.before and f"{op} " not in kernel.after
        assert f'opc.schedule = "{kernel.schedule}"' in kernel.after
        assert "scf." in kernel.after and "memref" in kernel.after


def test_kernels_name_the_lines_of_the_model(training):
    first = nets.Convolutions.forward.__code__.co_firstlineno
    lines = {f"{nets.__file__}:{first + i}" for i in (1, 2, 3)}
    for graph in training.graphs:
        found = {place for kernel in graph.kernels for place in kernel.places}
        assert found == lines


def test_the_page_holds_each_kernel(training):
    page = Page(training.html())
    kernels = [k for graph in training.graphs for k in graph.kernels]
    assert not page.links  # nothing is elsewhere
    assert len(page.folded) == len(kernels) > 20
    for kernel, folded in zip(kernels, page.folded, strict=True):
        assert folded["Before"] == [kernel.before]
        assert folded["After"] == [kernel.after]
        declined = [f"{each.schedule}: {each.why}" for each in kernel.declined]
        assert folded.get("Declined", []) == declined
    rows = [row for row in page.rows if len(row) == 5 and row[0] != "kernel"]
    assert [row[:2] for row in rows] == [[k.name, k.schedule] for k in kernels]


@pytest.fixture(scope="module")
def broken():
    with pytest.warns(opc.torch.EagerWarning, match="zeta"):
        return opc.torch.explain(breaks_and_lacks, torch.rand(5))


def line(number):
    return f"{__file__}:{breaks_and_lacks.__code__.co_firstlineno + number}"


def test_a_model_runs_once():
    runs = []

    @torch._dynamo.disable
    def note(x):
        runs.append(x)
        return x

    told = opc.torch.explain(lambda x: note(x.sin()).cos(), torch.rand(5))
    assert len(told.graphs) == 2 and len(told.breaks) == 1
    assert len(runs) == 1


def test_breaks_and_what_is_left_to_torch(broken):
    assert len(broken.graphs) == 2
    assert all(graph.kernels for graph in broken.graphs)
    assert [each.place for each in broken.breaks] == [line(2)]
    (refusal,) = [r for graph in broken.graphs for r in graph.refused]
    assert refusal.op == "aten.special_zeta.default"
    assert refusal.place == line(3)


def test_why_a_schedule_declined(broken):
    kernels = [k for graph in broken.graphs for k in graph.kernels]
    (sums,) = [k for k in kernels if "opc.cumulative" in k.ops]
    why = "an op that is not element by element"
    assert sums.schedule == "plain-loops"
    assert sums.declined == (opc.torch.Declined("pointwise", why),)
    assert sums.nodes == ("cumsum",) and sums.places == (line(3),)
    (product,) = [k for k in kernels if k.ops[0] == "opc.mul"]
    assert product.schedule == "pointwise" and not product.declined


def test_the_table(broken):
    rows = [row.split() for row in str(broken).splitlines()]
    assert ["graph", "0", "inference"] in [row[:3] for row in rows]
    assert ["kernel", "cumulative_2", "plain-loops:", "cumulative"] in rows
    assert ["pointwise", "declined:"] in [row[:2] for row in rows]
    assert ["PyTorch", "aten.special_zeta.default", f"{line(3)}:"] in [
        row[:3] for row in rows
    ]
    assert ["break", line(2)] in [row[:2] for row in rows]


def test_the_page_tells_breaks_and_refusals(broken):
    page = Page(broken.html())
    assert [line(2), broken.breaks[0].reason] in page.rows
    (refusal,) = broken.graphs[1].refused
    assert refusal.shape == "[5], [5]"
    row = [refusal.op, "f32[5], f32[5]", refusal.reason, line(3)]
    assert row in page.rows


def test_text_is_not_taken_for_tags():
    kernel = opc.torch.Kernel(
        "<k>", ("opc.<o>",), ("<n>",), ("<p>",), "<s>", (), "<b>", "a & b"
    )
    graph = opc.torch.ExplainedGraph("forward", 1, 1, [kernel], [])
    page = Page(opc.torch.Explanation([graph], []).html())
    assert ["<k>", "<s>", "<o>", "<n>", "<p>"] in page.rows
    assert page.folded == [{"Before": ["<b>"], "After": ["a & b"]}]
