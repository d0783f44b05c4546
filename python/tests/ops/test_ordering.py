"""Top-k, unique values, suppression of boxes: what puts elements in order."""

import numpy as np
from support import Case, integers, normal, ops_test, uniform


def counts(number):
    return np.array([number], np.int64)


def top():
    ties = integers(0, 4, 5, 8).astype(np.float32)
    many = integers(0, 500, 2, 3001).astype(np.float32)
    for largest in (0, 1):
        for x, k in ((ties, 3), (ties, 1), (ties, 8), (many, 3001), (many, 40)):
            options = dict(fixed=(1,), outputs=2, axis=1, largest=largest)
            yield Case("TopK", x, counts(k), label=f"k{k}", **options)
    yield Case("TopK", normal(6, 4), counts(3), fixed=(1,), outputs=2, axis=0)
    yield Case("TopK", normal(6, 4), counts(0), fixed=(1,), outputs=2)
    whole = integers(0, 99, 4, 9)
    yield Case("TopK", whole, counts(3), fixed=(1,), outputs=2)


def unique():
    line = integers(-20, 20, 300)
    for order in (0, 1):
        yield Case("Unique", line, outputs=4, sorted=order)
        yield Case("Unique", line, label="values alone", sorted=order)
        yield Case("Unique", integers(0, 9000, 9000), outputs=4, sorted=order)
        floats = line.astype(np.float32) / 8
        yield Case("Unique", floats.reshape(30, 10), outputs=4, sorted=order)
        for axis in (0, 1):
            table = integers(0, 2, 12, 3).astype(np.float32)
            if axis == 1:
                table = table.T.copy()
            yield Case("Unique", table, outputs=4, axis=axis, sorted=order)


def boxes(batches, count, side=100.0):
    """Corners of boxes up to 30 wide; the corners in any order."""
    low = uniform(0, side, batches, count, 2)
    return np.concatenate(
        [low, low + uniform(-30, 30, batches, count, 2, seed=1)], axis=-1
    )


def suppressed():
    few, many = boxes(2, 40), boxes(1, 1500, side=400.0)
    scores = uniform(0, 1, 2, 3, 40)
    tied = integers(0, 4, 2, 3, 40).astype(np.float32)
    half, none = np.array([0.5], np.float32), np.array([0.0], np.float32)
    for label, values in (("", scores), ("tied", tied)):
        for most in (0, 1, 5, 1000):
            for overlap, least in ((half, none), (none, half), (half, half)):
                yield Case(
                    "NonMaxSuppression",
                    *(few, values, counts(most), overlap, least),
                    label=f"{label}{most}-{overlap[0]}-{least[0]}",
                )
    yield Case("NonMaxSuppression", few, scores, counts(9), label="open")
    yield Case(
        "NonMaxSuppression",
        *(np.abs(few), scores, counts(9), half),
        center_point_box=1,
    )
    # Much wider than high, by their centres.
    places, wide = uniform(0, 60, 2, 40, 2), uniform(20, 40, 2, 40, 1)
    flat = np.concatenate([places, wide, wide / 8], axis=-1)
    yield Case(
        "NonMaxSuppression",
        *(flat, scores, counts(40), np.array([0.2], np.float32)),
        center_point_box=1,
        label="flat",
    )
    yield Case(
        "NonMaxSuppression", many, uniform(0, 1, 1, 2, 1500), counts(2000), half
    )
    yield Case(
        "NonMaxSuppression",
        *(few[:, :0], scores[:, :, :0], counts(9), half),
        label="no boxes",
    )


test_top = ops_test(top())
test_unique = ops_test(unique())
test_suppressed = ops_test(suppressed())
