"""Graphs as text whose extents agree only if a binding says so."""


def graph(inputs, body, results, symbols=0):
    """@main of these inputs and ops, each extent a symbol or a number.

    inputs: extents by name, with the element type after them. results: values
    and their types.
    """
    arguments = []
    for name, (*dims, element) in inputs.items():
        maps = f"affine_map<()[{listed(symbols)}] -> ({', '.join(dims)})>"
        attributes = f'opc.dims = {maps}, opc.name = "{name}"'
        kind = tensor(*dims, element)
        arguments.append(f"%{name}: {kind} {{{attributes}}}")
    names = ", ".join(f'"n{i}"' for i in range(symbols))
    kinds = ", ".join(results.values())
    values = ", ".join(f"%{name}" for name in results)
    return (
        f"func.func @main({', '.join(arguments)}) -> ({kinds})"
        f" attributes {{opc.symbols = [{names}]}} {{\n{body}\n"
        f"return {values} : {kinds} }}"
    )


def listed(symbols):
    return ", ".join(f"s{i}" for i in range(symbols))


def tensor(*dims_and_element):
    *dims, element = dims_and_element
    sizes = [f"{d if d.isdigit() else '?'}x" for d in dims]
    return f"tensor<{''.join(sizes)}{element}>"


def dims_of(symbols, *dims):
    return f"affine_map<()[{listed(symbols)}] -> ({', '.join(dims)})>"


OPEN = "tensor<?xf32>"
TWO_OPEN = {"x": ("s0", "f32"), "y": ("s1", "f32")}


def on_two(body, kind=OPEN, inputs=None, symbols=3):
    """Symbols 0 and 1 are the extents of x and y; 2 is for the body to bind."""
    return graph(inputs or TWO_OPEN, body, {"r": kind}, symbols)


def relu_to(extent):
    return (
        f"%r = opc.relu %x {{opc.dims = [{dims_of(3, extent)}]}}"
        f" : ({OPEN}) -> {OPEN}"
    )


def bound(op, expressions, more=""):
    field = "pair" if op == "broadcast" else "bounds"
    return (
        f"opc.bind_{op} {{{field} = {dims_of(3, *expressions)},"
        f" symbol = 2 : i64{more}}}\n"
    )


def demand(value, low, high):
    return bound("clamp", (value, low, high), ', opc.demand = "{0}, not {1}"')


def added(op="add", symbol="s2"):
    return (
        f"%r = opc.{op} %x, %y {{opc.dims = [{dims_of(3, symbol)}]}}"
        f" : ({OPEN}, {OPEN}) -> {OPEN}"
    )


MATMUL = (
    "%r = opc.matmul %x, %y {transpose_a = false, transpose_b = false}"
    " : (tensor<2x?xf32>, tensor<?x2xf32>) -> tensor<2x2xf32>"
)
MATRICES = {"x": ("2", "s0", "f32"), "y": ("s1", "2", "f32")}
BATCHES = {"x": ("s0", "2", "2", "f32"), "y": ("s1", "2", "2", "f32")}
BATCH = "tensor<?x2x2xf32>"
ROWS = {"x": ("s0", "2", "f32"), "y": ("s1", "2", "f32")}
BYTES = {"x": ("s0", "ui8"), "y": ("s1", "f32")}
SCALED = {"x": ("s0", "i8"), "y": ("s1", "f32")}


def batched(extent):
    return (
        "%r = opc.matmul %x, %y {transpose_a = false, transpose_b = false,"
        f" opc.dims = [{dims_of(3, extent, '2', '2')}]}}"
        f" : ({BATCH}, {BATCH}) -> {BATCH}"
    )


def widened(extent, kind=OPEN):
    return (
        f"%r = opc.broadcast %x {{dims = {dims_of(3, extent)}}}"
        f" : ({OPEN}) -> {kind}"
    )


def unpacked(extent):
    return (
        f"%r = opc.unpack %x {{bits = 4 : i64, dims = {dims_of(3, extent)}}}"
        " : (tensor<?xui8>) -> tensor<?xui4>\n"
        "%w = opc.cast %r : (tensor<?xui4>) -> tensor<?xf32>"
    )


def side_by_side():
    kind = "tensor<?x2xf32>"
    return (
        f"%r = opc.concat %x, %y {{axis = 1 : i64}} : ({kind}, {kind})"
        " -> tensor<?x4xf32>"
    )


def dequantized(block):
    return (
        f"%r = opc.dequantize %x, %y {{axis = 0 : i64, block = {block} : i64}}"
        f" : (tensor<?xi8>, {OPEN}) -> {OPEN}"
    )


def bits_on_x(bits):
    return (
        f"%c = opc.cast %x : ({OPEN}) -> tensor<?x{bits}>\n"
        "opc.bind_element %c {index = 0 : i64, symbol = 2 : i64}"
        f" : tensor<?x{bits}>\n%r = opc.relu %x : ({OPEN}) -> {OPEN}"
    )


RELU = f"%r = opc.relu %x : ({OPEN}) -> {OPEN}"

# Extents that would be read beyond, or that nothing says: what is said of them.
UNTIED = {
    "pinned beyond its operand": (
        graph(
            {"x": ("2", "3", "f32")},
            "%r = opc.transpose %x {perm = array<i64: 1, 0>, opc.dims ="
            " [affine_map<() -> (100, 100)>]} : (tensor<2x3xf32>)"
            " -> tensor<100x100xf32>",
            {"r": "tensor<100x100xf32>"},
        ),
        "opc.dims is not supported",
    ),
    "relu to another symbol": (
        on_two(relu_to("s1")),
        "extent s0 is not known to broadcast to s1",
    ),
    "a bound pair in the wrong direction": (
        on_two(
            bound("broadcast", ("s0", "s1"))
            + f"%q = opc.add %x, %y {{opc.dims = [{dims_of(3, 's2')}]}}"
            f" : ({OPEN}, {OPEN}) -> {OPEN}\n"
            f"%r = opc.relu %q {{opc.dims = [{dims_of(3, 's0')}]}}"
            f" : ({OPEN}) -> {OPEN}"
        ),
        "extent s2 is not known to broadcast to s0",
    ),
    "broadcast to a number": (
        on_two(widened("5", "tensor<5xf32>"), "tensor<5xf32>"),
        "extent s0 is not known to broadcast to 5",
    ),
    "a sum of symbols that nobody ties": (
        on_two(bound("clamp", ("s0", "0", "s1")) + added()),
        "extent s0 is not known to broadcast to s2",
    ),
    "a demand of no more than a bound": (
        on_two(demand("s0", "0", "s1") + widened("s1")),
        "extent s0 is not known to broadcast to s1",
    ),
    "a number and a symbol without a pair": (
        graph(
            {"x": ("s0", "f32"), "y": ("5", "f32")},
            f"%r = opc.add %x, %y : ({OPEN}, tensor<5xf32>) -> tensor<5xf32>",
            {"r": "tensor<5xf32>"},
            3,
        ),
        "extent s0 is not known to broadcast to 5",
    ),
    "inner extents": (
        on_two(MATMUL, "tensor<2x2xf32>", MATRICES),
        "extents s0 and s1 are not known to be equal",
    ),
    "batches": (
        on_two(batched("s1"), BATCH, BATCHES),
        "extent s0 is not known to broadcast to s1",
    ),
    "concat off its axis": (
        on_two(side_by_side(), "tensor<?x4xf32>", ROWS),
        "extents s1 and s0 are not known to be equal",
    ),
    "unpack": (
        graph(BYTES, unpacked("s1"), {"w": OPEN}, 3),
        "extents s0 and s1 ceildiv 2 are not known to be equal",
    ),
    "dequantize": (
        on_two(dequantized(1), OPEN, SCALED),
        "extent s1 is not known to broadcast to s0",
    ),
    "bound as input and as clamp": (
        on_two(
            f"opc.bind_clamp {{bounds = {dims_of(3, 's1', '0', '4')},"
            f" symbol = 0 : i64}}\n{RELU}"
        ),
        "symbol 0 is bound twice",
    ),
    "bound twice": (
        on_two(bound("clamp", ("s1", "0", "4")) * 2 + RELU),
        "symbol 2 is bound twice",
    ),
    "an alias": (
        on_two(
            f"%r = opc.broadcast %x {{dims = {dims_of(3, 's0')}, opc.may_alias}}"
            f" : ({OPEN}) -> {OPEN}"
        ),
        "opc.may_alias is not supported",
    ),
    "an element of four bits": (
        on_two(bits_on_x("i4")),
        "elements of 'i4' are not supported; nearest supported form: i8",
    ),
    "a kernel": (
        on_two(RELU).replace("opc.symbols", "opc.kernel, opc.symbols"),
        "opc.kernel is not supported",
    ),
    "a packed product": (
        graph(
            {"x": ("s0", "4", "f32"), "y": ("1", "4", "8", "f32")},
            "%r = opc.packed_matmul %x, %y {columns = 8 : i64} :"
            " (tensor<?x4xf32>, tensor<1x4x8xf32>) -> tensor<?x8xf32>",
            {"r": "tensor<?x8xf32>"},
            3,
        ),
        "does not stand in a graph",
    ),
    "a demand that is no string": (
        on_two(bound("clamp", ("s0", "0", "4"), ", opc.demand = 3") + RELU),
        "opc.demand is no string",
    ),
}

# The same where bindings say enough.
TIED = {
    "a pair": on_two(bound("broadcast", ("s0", "s1")) + added()),
    "a pair with a number": on_two(
        bound("broadcast", ("s0", "5")) + widened("5", "tensor<5xf32>"),
        "tensor<5xf32>",
    ),
    "a demand": on_two(demand("s0", "s1", "s1") + widened("s1")),
    "a demand of parts": on_two(
        demand("s0 + 1", "s1 + 1", "s1 + 1") + relu_to("s1")
    ),
    "inner extents": on_two(
        demand("s0", "s1", "s1") + MATMUL, "tensor<2x2xf32>", MATRICES
    ),
    "batches": on_two(
        bound("broadcast", ("s0", "s1")) + batched("s2"), BATCH, BATCHES
    ),
    "unpack": graph(BYTES, unpacked("s0 * 2"), {"w": OPEN}, 3),
    "concat": on_two(
        demand("s0", "s1", "s1") + side_by_side(), "tensor<?x4xf32>", ROWS
    ),
    "dequantize": on_two(
        demand("s1", "s0 ceildiv 2", "s0 ceildiv 2") + dequantized(2),
        OPEN,
        SCALED,
    ),
    "an element of eight bits": on_two(bits_on_x("i8")),
}


def squares(count, backwards):
    """Extents of inputs, each demanded to be the square of the one before it."""
    symbols = 2 * count - 1
    demands = [
        f"opc.bind_clamp {{bounds = {dims_of(symbols, f's{i}', *[f's{i - 1} * s{i - 1}'] * 2)},"
        f' symbol = {count + i - 1} : i64, opc.demand = "{{0}}, not {{1}}"}}\n'
        for i in range(1, count)
    ]
    body = "".join(reversed(demands) if backwards else demands)
    body += f"%r = opc.relu %x{count - 1} : ({OPEN}) -> {OPEN}"
    inputs = {f"x{i}": (f"s{i}", "f32") for i in range(count)}
    return graph(inputs, body, {"r": OPEN}, symbols)
