"""Which target has which evidence that its kernels are right, and by which means."""

import collections

EXECUTED, SIMULATED, COMPILED = "executed", "simulated", "compiled"

# One column of docs/generated/Coverage.md.
Row = collections.namedtuple("Row", "column target evidence means")

# Targets whose code `opc.compile` does not run here; a new one is a row. The means are
# those of python/tests/machines/device_evidence.py.
ROWS = [
    Row(f"sim:{target}", target, SIMULATED, "simulation headers")
    for target in (
        "cuda:sm_80",
        "hip:gfx906",
        "sunway:sw26010",
        "sunway:sw26010-pro",
    )
]
ROWS += [
    Row(target, target, COMPILED, "ptxas")
    for target in ("cuda:sm_80", "cuda:sm_90")
]
ROWS += [
    Row(target, target, COMPILED, "lld")
    for target in ("hip:gfx906", "hip:gfx9-generic")
]
OF_COLUMN = {row.column: row for row in ROWS}
