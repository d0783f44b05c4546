"""Adding something does not come to cost more (docs/generated/AddingCosts.md)."""

import sys

from support import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import adding_costs

TEXTS = adding_costs.sources()


def others(kind):
    """The files of others that name what there is one of."""
    (found,) = (row for row in adding_costs.other_rows(TEXTS) if kind in row)
    return int(found.split("|")[4].split(":")[0])


def test_a_target_is_named_nowhere_else():
    assert others("a target") == 0


def test_a_front_end_is_named_where_it_is_chosen():
    assert others("a front end") <= 2


def test_scaffolds_change_no_more_than_their_table():
    rows = list(adding_costs.scaffold_rows())
    assert [row.rsplit("|", 2)[1].strip() for row in rows] == [
        "`include/opc/Dialect/Opc/IR/Ops/MovementOps.td`",
        "none",
        "none",
        "none",
    ]


def test_movement_is_named_only_for_a_reason():
    """A cast that is new needs a row in NAMED, or an interface to ask instead."""
    named = {path: count for path, (count, _) in adding_costs.NAMED.items()}
    assert dict(adding_costs.movement_rows(TEXTS)) == named


def test_the_count_sees_a_cast():
    """That it is low says something."""
    text = "if (auto slice = dyn_cast<SliceOp>(op)) return isa<TransposeOp>(x);"
    found = dict(adding_costs.movement_rows({"lib/Kernel/Made.cpp": text}))
    assert found == {"lib/Kernel/Made.cpp": 2}
    assert not list(adding_costs.movement_rows({"lib/Frontend/A.cpp": text}))
