"""torch.compile(backend="opc") around the programs: what is called with what."""

import subprocess
import sys
import threading
import warnings

import nets
import pytest
import torch
from stand_in import StandIn

import opc.torch
from opc.torch import counters, foreign


pytestmark = pytest.mark.usefixtures("executor")


def compiled(function, **options):
    return torch.compile(function, backend=opc.torch.backend, **options)


def gradients(module):
    return [p.grad for p in module.parameters()]


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def both(function, *inputs, **options):
    """Results of eager and of ours, on inputs of their own, and those inputs."""
    results = []
    for run in (function, compiled(function, **options)):
        given = [
            x.detach().clone().requires_grad_(x.requires_grad) for x in inputs
        ]
        torch.manual_seed(3)
        results.append((run(*given), given, torch.get_rng_state()))
    return results


def check(function, *inputs, **options):
    (theirs, their_inputs, _), (ours, our_inputs, _) = both(
        function, *inputs, **options
    )
    close(ours, theirs)
    close(our_inputs, their_inputs)
    for one, other in zip(tensors(ours), tensors(theirs), strict=True):
        assert walked(one) == walked(other)
        assert one.requires_grad == other.requires_grad
    return ours, our_inputs


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [each for each in value or () if isinstance(each, torch.Tensor)]


def walked(tensor):
    """The strides of axes along which there are several elements."""
    return [
        stride
        for size, stride in zip(tensor.shape, tensor.stride(), strict=True)
        if size > 1
    ]


@pytest.mark.parametrize("name", nets.NETS)
def test_training_is_as_eager(name):
    make, inputs = nets.NETS[name]
    torch.manual_seed(0)
    theirs, x = make(), inputs(5)
    ours = make()
    ours.load_state_dict(theirs.state_dict())
    for module, function in ((theirs, theirs), (ours, compiled(ours))):
        result = function(x)
        result.square().mean().backward()
        module.result = result
    close(ours.result, theirs.result)
    close(gradients(ours), gradients(theirs))
    for one, other in zip(ours.buffers(), theirs.buffers(), strict=True):
        close(one, other)
    assert counters.stats().eager_nodes == 0
    assert counters.stats().programs == 2


# What a result is in memory.


RESULTS = {
    "an input": lambda x: (x, x + 1),
    "twice the same": lambda x: (y := x * 2, y),
    "a view of an input": lambda x: (x.t(), x[1:], x + 1),
    "a view of a result": lambda x: ((y := x * 2).t(), y[:, 1:]),
    "an expanded view": lambda x: (x.sum(0) * 2).expand(4, 3),
    "parts": lambda x: (x * 2).split(2),
    "one of parts": lambda x: (x * 2).chunk(2, 1)[1],
    "of permuted axes": lambda x: x.t() * 2,
    "of channels last": lambda x: (x[None, :, :, None] * 2).to(
        memory_format=torch.channels_last
    ),
    "a number": lambda x: (x.sum(), x.shape[0]),
    "empty": lambda x: x[:0] * 2,
    "of an empty axis": lambda x: x[:, :0] @ x[:0].t()[:0],
    "constants": lambda x: (
        torch.arange(3),
        torch.tensor([1.5, 2.0]) * x[0, 0],
    ),
    "nothing computed": lambda x: x.view(-1),
    "as strided": lambda x: x.as_strided((2, 2), (1, 3), 1) * 2,
}


#: Whose operator opc lacks.
LACKED = {"as strided"}


@pytest.mark.filterwarnings("ignore::opc.torch.EagerWarning")
@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("name", RESULTS)
def test_results_lie_as_in_eager(name, dynamic):
    x = torch.randn(4, 3)
    (theirs, _, _), (ours, _, _) = both(RESULTS[name], x, dynamic=dynamic)
    close(ours, theirs)
    for one, other in zip(tensors(ours), tensors(theirs), strict=True):
        assert walked(one) == walked(other)
        assert one.storage_offset() == other.storage_offset()
    assert counters.stats().eager_nodes <= (name in LACKED)


def test_views_share_memory():
    def function(x):
        y = x * 2
        return x.view(-1), y, y[1:]

    x = torch.randn(4, 3)
    flat, y, rest = compiled(function)(x)
    flat[0] = 7
    assert x[0, 0] == 7
    y[1, 1] = 8
    assert rest[0, 1] == 8


INPUTS = {
    "transposed": lambda: torch.randn(3, 4).t(),
    "with gaps": lambda: torch.randn(8, 6)[::2, ::2],
    "expanded": lambda: torch.randn(3).expand(4, 3),
    "backwards": lambda: torch.randn(4, 3).flip(0),
    "channels last": lambda: torch.randn(4, 3, 2, 2).to(
        memory_format=torch.channels_last
    ),
    "empty": lambda: torch.randn(4, 0),
    "a scalar": lambda: torch.randn(()),
    "bf16": lambda: torch.randn(4, 3).bfloat16(),
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_in_any_order(name):
    x = INPUTS[name]()
    close(compiled(lambda x: x * 2 + 1)(x), x * 2 + 1)
    assert counters.stats().eager_nodes == 0


# Changes in place.


def changes_an_input(x):
    x.mul_(2)
    return x + 1


def changes_a_view(x):
    x[1:].add_(x[:1])
    return x.sum()


def changes_a_result(x):
    y = x * 2
    y[:, 1].zero_()
    return y


def swaps(x, y):
    old = x.clone()
    x.copy_(y)
    y.copy_(old)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    "function", [changes_an_input, changes_a_view, changes_a_result]
)
def test_changes_in_place(function, training):
    def run(x):
        x = x * 1 if training else x
        return function(x)

    check(run, torch.randn(4, 3, requires_grad=training))


def test_inputs_change_places():
    check(swaps, torch.randn(4), torch.randn(4))


def test_a_changed_input_has_a_new_version():
    x = torch.randn(4, 3)
    weight = torch.randn(3, requires_grad=True)
    product = (x * weight).sum()
    with torch.no_grad():
        compiled(changes_an_input)(x)
    with pytest.raises(RuntimeError, match="modified by an inplace"):
        product.backward()


def test_data_of_a_parameter_is_read_at_each_call():
    module = torch.nn.Linear(3, 2)
    run = compiled(module)
    x = torch.randn(4, 3)
    run(x)
    module.weight.data = torch.randn(2, 3)
    close(run(x), module(x))


OPTIMISERS = {
    "SGD": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, foreach=False),
    "SGD, foreach": lambda p: torch.optim.SGD(p, 0.1, foreach=True),
    "Adam": lambda p: torch.optim.Adam(p, 0.01, foreach=False),
    "AdamW, foreach": lambda p: torch.optim.AdamW(p, 0.01, foreach=True),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_steps_of_optimisers(name):
    torch.manual_seed(0)
    theirs = torch.nn.Linear(3, 2)
    ours = torch.nn.Linear(3, 2)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(5, 3)
    for module, wrap in ((theirs, lambda f: f), (ours, compiled)):
        optimiser = OPTIMISERS[name](module.parameters())
        step = wrap(optimiser.step)
        places = [p.data_ptr() for p in module.parameters()]
        for _ in range(4):
            optimiser.zero_grad()
            module(x).square().mean().backward()
            step()
        assert places == [p.data_ptr() for p in module.parameters()]
    close(list(ours.parameters()), list(theirs.parameters()))
    assert counters.stats().eager_nodes == 0


def lists(xs, ys):
    a = torch._foreach_addcdiv(xs, ys, torch._foreach_exp(xs), value=2)
    b = torch._foreach_addcmul(xs, ys, xs, [1.0, 2.0])
    c = torch._foreach_pow(2.0, torch._foreach_sub(a, b, alpha=3))
    return c, torch._foreach_norm(xs), torch._foreach_mul(ys, ys[0].sum())


def test_operators_on_lists(stand_in):
    xs = [torch.rand(3), torch.rand(2, 2)]
    ys = [torch.rand(3), torch.rand(2, 2)]
    close(compiled(lists)(xs, ys), lists(xs, ys))
    assert counters.stats().eager_nodes == 0
    assert "aten._foreach" not in str(stand_in.graphs)


# Random numbers.


def with_dropout(x):
    x = torch.nn.functional.dropout(x, 0.3)
    noise = torch.rand_like(x) + torch.randn(x.shape[0], 1)
    return x * noise + torch.randint(9, (3,))


def draws_by_value(x):
    noise = torch.rand(4, 3)
    chosen = torch.bernoulli(torch.sigmoid(x * 2))
    return noise + chosen + torch.rand(3)


def draws_in_vain(x):
    torch.rand(5)
    return x + torch.rand(3)


@pytest.mark.parametrize(
    "function", [with_dropout, draws_by_value, draws_in_vain]
)
@pytest.mark.parametrize("dynamic", [False, True])
def test_draws_are_those_of_eager(function, dynamic):
    x = torch.randn(4, 3)
    (theirs, _, their_state), (ours, _, our_state) = both(
        function, x, dynamic=dynamic
    )
    assert torch.equal(ours, theirs) or function is with_dropout
    close(ours, theirs)
    assert torch.equal(our_state, their_state)


def test_dropout_is_one_program():
    module = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Dropout(), torch.nn.Linear(4, 2)
    )
    check(lambda x: module(x), torch.randn(5, 3, requires_grad=True))
    assert counters.stats().programs == 2  # forward, backward
    assert counters.stats().eager_nodes == 0


# Sizes.


@pytest.mark.parametrize("automatic", [False, True])
def test_one_program_for_all_sizes(automatic):
    module = nets.Transformer(layers=1)
    run = compiled(module, dynamic=None if automatic else True)
    for size in (4, 5, 6, 9, 2):
        tokens = torch.randint(11, (size, size + 3))
        with torch.no_grad():
            close(run(tokens), module(tokens))
    # The automatic way learns from the second size.
    assert counters.stats().programs == 1 + automatic
    assert counters.stats().graphs == 1 + automatic


def test_marked_sizes_in_training():
    module = nets.Convolutions()
    run = compiled(module)
    for batch in (4, 2, 7):
        x = torch.randn(batch, 3, 14, 14)
        torch._dynamo.mark_dynamic(x, 0)
        run(x).sum().backward()
    assert counters.stats().programs == 2


def flattened(x, weight):
    """A size that is that of a value which the same program computes."""
    y = torch.nn.functional.conv2d(x, weight, padding=1).relu()
    return y.flatten(1).sum(1) * 2, y.flatten(1)


@pytest.mark.parametrize("training", [False, True])
def test_sizes_of_what_is_computed(training):
    check(
        flattened,
        torch.randn(4, 3, 6, 5),
        torch.randn(2, 3, 3, 3, requires_grad=training),
        dynamic=True,
    )


# What opc lacks.


def lacks_cos(x):
    y = (x * 2).cos()
    return (y + 1).sin() * x.cos()


def test_what_is_lacking_is_left_to_torch(use):
    use(StandIn(lacks={"aten.cos.default"}))
    with pytest.warns(opc.torch.EagerWarning) as told:
        check(lacks_cos, torch.randn(4, 3))
    first = lacks_cos.__code__.co_firstlineno
    assert [(each.filename, each.lineno) for each in told] == [
        (__file__, first + 1),
        (__file__, first + 2),
    ]
    assert "aten.cos.default of f32: is not supported" in str(told[0].message)
    assert counters.stats().eager_nodes == 2
    assert counters.stats().programs == 2
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("error", opc.torch.EagerWarning)
        check(lacks_cos, torch.randn(4, 3))  # once is enough


def test_what_is_lacking_is_broken_down_first(use):
    """A composite that opc has no program for is no reason to leave it."""
    chosen = use(StandIn(lacks={"aten.silu.default"}))
    check(torch.nn.functional.silu, torch.randn(4, 3))
    assert counters.stats().eager_nodes == 0
    assert "aten.sigmoid.default" in str(chosen.graphs)


def lacks_topk(x):
    values, places = (x * 2).topk(2)
    return values + 1, places


def test_several_results_are_left_together(use):
    use(StandIn(lacks={"aten.topk.default"}))
    with pytest.warns(opc.torch.EagerWarning, match="topk"):
        check(lacks_topk, torch.randn(4, 3))


def test_lacking_in_training(use):
    use(StandIn(lacks={"aten.sin.default", "aten.cos.default"}))

    def function(x):
        return ((x * 2).sin() + 1).sin() * 3

    results = []
    for run in (function, compiled(function)):
        x = torch.linspace(0, 1, 6, requires_grad=True)
        run(x).sum().backward()
        results.append(x.grad)
    close(*results)


@pytest.mark.parametrize(
    "options", [{"fullgraph": True}, {"options": {"strict": True}}]
)
def test_lacking_is_an_error_if_asked(use, options):
    use(StandIn(lacks={"aten.cos.default"}))
    with pytest.raises(opc.torch.StrictError) as caught:
        compiled(lacks_cos, **options)(torch.randn(4, 3))
    first = lacks_cos.__code__.co_firstlineno
    assert str(caught.value).splitlines()[:2] == [
        f"{__file__}:{first + 1}: aten.cos.default of f32: is not supported",
        f"{__file__}:{first + 2}: aten.cos.default of f32: is not supported",
    ]
    assert isinstance(caught.value, opc.UnsupportedError)
    assert [node.op for node in caught.value.nodes] == ["aten.cos.default"] * 2


def through_complex(x):
    return torch.view_as_real(torch.complex(x, x) * 2j).sum(-1) + 1


def test_complex_is_refused_by_name():
    with pytest.warns(opc.torch.EagerWarning, match="complex64") as told:
        check(through_complex, torch.randn(4, 3))
    assert any("complex tensors" in str(each.message) for each in told)
    torch._dynamo.reset()
    with pytest.raises(opc.torch.StrictError, match="complex64"):
        compiled(through_complex, fullgraph=True)(torch.randn(4, 3))


def test_what_tensors_are_refused_by_name():
    scale = torch.ones(2)
    for tensor, reason in (
        (torch.eye(3).to_sparse(), "tensors of layout torch.sparse_coo"),
        (torch.eye(3).to_sparse_csr(), "tensors of layout torch.sparse_csr"),
        (torch.quantize_per_tensor(scale, 1.0, 0, torch.qint8), "quantised"),
        (torch.zeros(2, device="meta"), "a tensor on meta"),
    ):
        assert foreign.reason_against(tensor).startswith(reason)
    assert foreign.reason_against(scale) == ""


# Around it.


def test_autocast():
    module = torch.nn.Linear(3, 2)

    def run(x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return module(x)

    ours, _ = check(run, torch.randn(4, 3))
    assert ours.dtype == torch.bfloat16


def test_modes_and_options():
    def run(**options):
        return compiled(lambda x: x + 1, **options)(torch.ones(2))

    run(mode="default")
    run(options={"threads": 1, "cache": False})
    for options, message in (
        ({"mode": "max-autotune"}, "mode: expected 'default'"),
        ({"options": {"speed": 1}}, "no option is named 'speed': there are"),
        ({"options": {"threads": "2"}}, "threads: expected a whole number"),
        ({"options": {"strict": 1}}, "strict: expected a bool, got 1"),
    ):
        torch._dynamo.reset()
        with pytest.raises(opc.torch.OptionError, match=message) as caught:
            run(**options)
        assert isinstance(caught.value, opc.UsageError)


def test_threads_share_a_module():
    module = compiled(torch.nn.Linear(3, 2))
    x = torch.randn(4, 3)
    wanted = module(x).detach()
    failures = []

    def work():
        for _ in range(5):
            if not torch.allclose(module(x), wanted):
                failures.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_the_back_end_needs_no_import():
    code = (
        "import sys, torch\n"
        "found = torch._dynamo.lookup_backend('opc')\n"
        "print(found.__module__, found.__name__)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["opc.torch.entry", "backend"]
