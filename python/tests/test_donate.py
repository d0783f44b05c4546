"""Donated inputs: outputs that are written to the memory of inputs."""

import json
import subprocess

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import BUILD, TARGETS, normal
from test_api import Foreign


def graph(nodes, inputs, outputs, shape=("n",)):
    """A model of f32 tensors that all have one shape."""

    def infos(names):
        return [helper.make_tensor_value_info(name, 1, shape) for name in names]

    made = helper.make_graph(
        [helper.make_node(op, ins.split(), outs.split(), name=f"node_{outs}")
         for op, ins, outs in nodes],
        "graph", infos(inputs.split()), infos(outputs.split()),
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9)


# Graphs, and which inputs are donated to which outputs.
STEP = graph([("Mul", "p g", "t"), ("Sub", "p t", "q")], "p g", "q")
GRAPHS = {
    "one kernel": (STEP, {"p": "q"}),
    "gradient": (STEP, {"g": "q"}),
    "optimiser": (
        graph([("Mul", "m g", "mg"), ("Add", "m mg", "m1"),
               ("Mul", "g g", "gg"), ("Add", "v gg", "v1"),
               ("Div", "m1 v1", "u"), ("Sub", "p u", "p1")],
              "p m v g", "p1 m1 v1"),
        {"p": "p1", "m": "m1", "v": "v1"},
    ),
    "read later": (
        graph([("Neg", "x", "y"), ("Softmax", "y", "s"), ("Add", "s x", "z")],
              "x", "y z"),
        {"x": "y"},
    ),
    "read before": (
        graph([("Softmax", "x", "s"), ("Softmax", "s", "y")], "x", "y"),
        {"x": "y"},
    ),
    "also given": (
        graph([("Neg", "x", "y"), ("Identity", "x", "z")], "x", "y z"),
        {"x": "y"},
    ),
    "itself": (graph([("Identity", "x", "y")], "x", "y"), {"x": "y"}),
    "exchanged": (
        graph([("Identity", "a", "y"), ("Identity", "b", "x")], "a b", "x y"),
        {"a": "x", "b": "y"},
    ),
    "turned round": (
        graph([("Identity", "a", "y"), ("Identity", "b", "z"),
               ("Identity", "c", "x")], "a b c", "x y z"),
        {"a": "x", "b": "y", "c": "z"},
    ),
    "twice": (
        graph([("Neg", "a", "y"), ("Identity", "y", "z"), ("Add", "a b", "w")],
              "a b", "y z w"),
        {"a": "z", "b": "y"},
    ),
    "chain": (
        graph([("Softmax", "x", "a"), ("Neg", "a", "b"), ("Softmax", "b", "c"),
               ("Mul", "c w", "y")], "x w", "y"),
        {"w": "y"},
    ),
}  # fmt: skip


def feeds(model, n=37):
    return {
        info.name: normal(n, seed=seed) + np.float32(seed)
        for seed, info in enumerate(model.graph.input)
    }


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", GRAPHS)
def test_results_are_in_the_memory_of_the_inputs(name, target):
    model, donate = GRAPHS[name]
    plain = opc.compile(model, target, cache=False)
    donating = opc.compile(model, target, donate=donate, cache=False)
    names = [spec.name for spec in plain.outputs]
    for n in (1, 37, 1000, 0):
        given = feeds(model, n)
        expected = plain.run(given)
        kept = dict(given)
        before = {key: array.copy() for key, array in given.items()}
        outputs = donating.run(given)
        for one, other in zip(outputs, expected, strict=True):
            np.testing.assert_array_equal(one, other)
        for source, output in donate.items():
            assert outputs[names.index(output)] is kept[source]
        for other in set(given) - set(donate):
            np.testing.assert_array_equal(given[other], before[other])


def check_out(plain, donating, model, donate, outputs):
    """A run whose `outputs` have places of their own."""
    given = feeds(model)
    expected = plain.run(given)
    before = {key: array.copy() for key, array in given.items()}
    out = {output: np.empty(37, "f") for output in outputs}
    got = donating.run(given, out=out)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    by_name = dict(zip([spec.name for spec in plain.outputs], got, strict=True))
    for source, output in donate.items():
        if output in out:
            assert by_name[output] is out[output]
            np.testing.assert_array_equal(given[source], before[source])
        else:
            assert by_name[output] is given[source]


@pytest.mark.parametrize("name", GRAPHS)
def test_out_keeps_the_input(name):
    """Of each output in turn, and of all."""
    model, donate = GRAPHS[name]
    plain = opc.compile(model, cache=False)
    donating = opc.compile(model, donate=donate, cache=False)
    for output in donate.values():
        check_out(plain, donating, model, donate, [output])
    check_out(plain, donating, model, donate, list(donate.values()))


def test_out_may_be_the_donated_input():
    compiled = opc.compile(STEP, donate=["p"], cache=False)
    p, g = normal(5), normal(5, seed=1)
    want = p - p * g
    (q,) = compiled.run([p, g], out=p)
    assert q is p
    np.testing.assert_array_equal(p, want)


def test_a_state_goes_round():
    compiled = opc.compile(STEP, donate=["p"], cache=False)
    p, g = normal(5), normal(5, seed=1)
    want, address = p.copy(), p.ctypes.data
    for _ in range(10):
        (p,) = compiled.run({"p": p, "g": g})
        want = want - want * g
    assert p.ctypes.data == address
    np.testing.assert_array_equal(p, want)


@pytest.mark.parametrize(
    "donate",
    [["p"], ["g"], [0], [1], {"p": "q"}, {0: "q"}, ("p",)],
)
def test_forms_of_donate(donate):
    compiled = opc.compile(STEP, donate=donate, cache=False)
    p, g = normal(5), normal(5, seed=1)
    want = p - p * g
    first = (donate if isinstance(donate, list | tuple) else [*donate])[0]
    place = g if first in ("g", 1) else p
    (q,) = compiled.run([p, g])
    assert q is place
    np.testing.assert_array_equal(q, want)


def test_the_first_output_that_fits_is_taken():
    model, _ = GRAPHS["optimiser"]
    compiled = opc.compile(model, donate=["p", "m", "v"], cache=False)
    tensors = compiled.manifest["inputs"]
    assert [t.get("donated_to") for t in tensors] == [0, 1, 2, None]
    compiled = opc.compile(
        model, donate=["m", "v"], outputs=["v1", "m1"], cache=False
    )
    tensors = {t["name"]: t for t in compiled.manifest["inputs"]}
    assert "p" not in tensors and tensors["m"]["donated_to"] == 0
    assert tensors["v"]["donated_to"] == 1


@pytest.mark.parametrize(
    "donate, message",
    [
        (["z"], "no input is called 'z'"),
        ([2], "there is no input 2: the program has 2"),
        ({"p": "z"}, "no output is called 'z'"),
        (["p", "g"], r"'g' is f32\[n\], and no output that is left is of"),
        (["p", "p"], "input 'p' is donated twice"),
        (["p", 0], "input 'p' is donated twice"),
        ({"p": "q", "g": "q"}, "output 'q' takes both input 'g' and input 'p'"),
        ("p", "donate: expected a dict, list or tuple of inputs, got 'p'"),
        ([1.5], "donate: expected a whole number, got 1.5"),
        ([-1], "option 'donate' is not a list of inputs"),
        ({"p": 1}, "donate: an output: expected a str, got 1"),
    ],
)
def test_what_cannot_be_donated_is_named(donate, message):
    with pytest.raises(opc.Error, match=message) as caught:
        opc.compile(STEP, donate=donate, cache=False)
    assert not isinstance(caught.value, opc.InternalError)
    assert "\n" not in str(caught.value)
    if not isinstance(caught.value, opc.UsageError):
        assert opc.inspect(STEP, donate=donate)["errors"] == [str(caught.value)]


def test_types_and_extents_must_be_the_same():
    node = helper.make_node("Cast", ["x"], ["y"], to=7)
    x = helper.make_tensor_value_info("x", 1, ["n"])
    y = helper.make_tensor_value_info("y", 7, ["n"])
    made = helper.make_graph([node], "graph", [x], [y])
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=9)
    message = r"input 'x' is f32\[n\], but output 'y' is i64\[n\]"
    with pytest.raises(opc.InputError, match=message):
        opc.compile(model, donate={"x": "y"}, cache=False)


@pytest.fixture(scope="module")
def step():
    return opc.compile(STEP, donate=["p"], cache=False)


READ_ONLY = np.zeros(5, "f")
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    "array, message",
    [
        (READ_ONLY, r"a read-only f32\[5\] to write to"),
        (Foreign(READ_ONLY), r"a read-only f32\[5\] to write to"),
        (np.zeros(10, "f")[::2], r"f32\[5\] with strides \[2\] to write to"),
        (np.zeros(5), r"expected f32\[n\], got f64\[5\]"),
        (np.float32(1), "a scalar of numpy to write to"),
    ],
)
def test_a_donated_array_must_be_writable(step, array, message):
    with pytest.raises(opc.InputError, match=message) as caught:
        step.run([array, normal(5)])
    assert str(caught.value).startswith("donated input 'p': ")
    if np.shape(getattr(array, "array", array)) == (5,) and "64" not in message:
        # It is only read where the output has another place.
        g, q = normal(5), np.empty(5, "f")
        assert step.run([array, g], out=q)[0] is q


def test_a_donated_array_is_no_other_input(step):
    p = normal(10)
    for g in (p[:5], p[2:7]):
        with pytest.raises(
            opc.InputError,
            match="'p': what is donated to output 'q' overlaps input 'g'",
        ):
            step.run([p[:5], g])
    assert step.run([p[:5], p[5:]])[0].base is p
    with pytest.raises(opc.InputError, match="overlaps input 'g'"):
        step.run([p[:5], p[5:]], out=p[5:])
    assert step.run([p[:5], p[:5]], out=p[5:])[0].base is p


def test_dlpack_arrays_are_donated(step):
    p, g = normal(5), normal(5, seed=1)
    want, foreign = p - p * g, Foreign(p)
    assert step.run([foreign, g])[0] is foreign
    np.testing.assert_array_equal(p, want)


def test_the_file_and_inspect_say_it(tmp_path):
    onnx.save(STEP, tmp_path / "step.onnx")
    program, text = tmp_path / "step.so", tmp_path / "step.mlir"
    tool = BUILD / "bin" / "opc"

    def run(*arguments):
        return subprocess.run(
            [tool, *arguments], capture_output=True, text=True, check=False
        )

    model = tmp_path / "step.onnx"
    for option in ("p", "p=q"):
        done = run("compile", model, "-o", program, "--donate", option)
        assert done.returncode == 0, done.stderr
        assert opc.inspect(program)["inputs"][0]["donated_to"] == 0
        assert "p: f32[n], donated to q\n" in run("inspect", program).stdout
        shown = json.loads(run("inspect", program, "--json").stdout)
        assert "donated_to" not in shown["inputs"][1]
    p, g = normal(5), normal(5, seed=1)
    assert opc.load(program).run([p, g])[0] is p
    done = run("compile", model, "-o", program, "--donate", "z")
    assert (done.returncode, done.stderr) == (
        1,
        "opc: error: donate: no input is called 'z'\n",
    )
    assert run("inspect", model, "--donate", "z").returncode == 1
    assert run("run", program, "--dim", "n=4").returncode == 0
    # IR carries it along.
    run("compile", model, "--donate", "p", "--stop-after", "import", "-o", text)
    assert opc.compile(text, cache=False).run([p, g])[0] is p


TEXT = """
func.func @main(%p: tensor<2xf32> {{opc.name = "p", opc.donated_to = {0}}},
                %g: tensor<2xf32> {{opc.name = "g"{1}}})
    -> (tensor<2xf32> {{opc.name = "q"}}) attributes {{opc.symbols = []}} {{
  %q = opc.add %p, %g : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %q : tensor<2xf32>
}}
"""


def test_what_a_text_donates_is_checked():
    p, g = normal(2), normal(2, seed=1)
    good = opc.compile(TEXT.format("0 : i64", ""), cache=False)
    assert good.run([p, g])[0] is p
    for number in ("1 : i64", "-1 : i64", "0 : i32", '"q"'):
        with pytest.raises(
            opc.InputError, match="'p': opc.donated_to is no number .* of 1"
        ):
            opc.compile(TEXT.format(number, ""), cache=False)
    both = TEXT.format("0 : i64", ", opc.donated_to = 0 : i64")
    with pytest.raises(opc.InputError, match="'q' takes both input 'g' and"):
        opc.compile(both, cache=False)


def caches(op, reduction="none"):
    """A cache [n, 5], given and computed, that a scatter updates."""
    indices = helper.make_tensor_value_info(
        "i", 7, ("m", 1) if op == "ScatterND" else ("m", 5)
    )
    made = helper.make_graph(
        [
            helper.make_node(op, ["x", "i", "u"], ["y"], reduction=reduction),
            helper.make_node("Neg", ["x2"], ["t"]),
            helper.make_node(op, ["t", "i", "u"], ["z"], reduction=reduction),
            helper.make_node(op, ["z", "i", "t2"], ["w"], reduction=reduction),
            helper.make_node("Abs", ["u"], ["t2"]),
        ],
        "caches",
        [
            helper.make_tensor_value_info("x", 1, ("n", 5)),
            indices,
            helper.make_tensor_value_info("u", 1, ("m", 5)),
            helper.make_tensor_value_info("x2", 1, ("n", 5)),
        ],
        [helper.make_tensor_value_info(name, 1, ("n", 5)) for name in "yw"],
    )
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9)


def scattered(op, reduction, x, indices, updates):
    """What numpy says, one update after the other."""
    y = x.copy()
    combine = {"none": lambda _, new: new, "add": np.add, "max": np.maximum}
    for row in range(len(updates)):
        for column in range(5):
            if op == "ScatterND":
                at = indices[row, 0], column
            else:
                at = indices[row, column], column
            y[at] = combine[reduction](y[at], updates[row, column])
    return y


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("reduction", ["none", "add", "max"])
@pytest.mark.parametrize("op", ["ScatterND", "ScatterElements"])
def test_scatters_update_their_operand_in_place(op, reduction, target):
    model = caches(op, reduction)
    program = opc.compile(model, target, donate={"x": "y"}, cache=False)
    for n, m in ((9, 4), (9, 0), (1, 1), (300, 170)):
        rng = np.random.default_rng(n + m)
        wide = (m, 1) if op == "ScatterND" else (m, 5)
        indices = rng.integers(0, n, wide)
        x, x2 = normal(n, 5, seed=n), normal(n, 5, seed=n + 1)
        updates = normal(m, 5, seed=n + 2)
        z = scattered(op, reduction, -x2, indices, updates)
        expected = [
            scattered(op, reduction, x, indices, updates),
            scattered(op, reduction, z, indices, np.abs(updates)),
        ]
        kept = x2.copy()
        got = program.run({"x": x, "i": indices, "u": updates, "x2": x2})
        assert got[0] is x
        np.testing.assert_array_equal(x2, kept)
        for one, other in zip(got, expected, strict=True):
            np.testing.assert_array_equal(one, other)
