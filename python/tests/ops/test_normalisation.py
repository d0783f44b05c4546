"""Normalisations, dropout in inference, local response."""

from support import Case, normal, ops_test, uniform


def norms():
    x = normal(2, 6, 5, 4)
    per_channel = [normal(6, seed=i) for i in range(3)]
    variance = uniform(0.2, 2, 6, seed=5)
    batch = [x, *per_channel, variance]
    yield Case("BatchNormalization", *batch, fixed=(1, 2, 3, 4), scale=4)
    yield Case("BatchNormalization", *batch, scale=4, epsilon=1e-2)
    yield Case("InstanceNormalization", x, *per_channel[:2], scale=8)
    tail = [normal(4, seed=1), normal(4, seed=2)]
    yield Case("LayerNormalization", x, *tail, scale=8)
    yield Case("LayerNormalization", x, tail[0], scale=8)
    # onnxruntime's own, from before the op was standard.
    yield Case("LayerNormalization", x, *tail, opset=13, scale=8)
    yield Case("SimplifiedLayerNormalization", x, tail[0], scale=8)
    two = [normal(5, 4, seed=1), normal(5, 4, seed=2)]
    yield Case("LayerNormalization", x, *two, axis=2, scale=8)
    group = [normal(6, seed=1), normal(6, seed=2)]
    yield Case("GroupNormalization", x, *group, opset=21, num_groups=3, scale=8)
    yield Case("LpNormalization", x, axis=1, scale=4)
    yield Case("LpNormalization", x, axis=1, p=1, scale=4)
    yield Case("MeanVarianceNormalization", x, scale=8)
    yield Case("LRN", x, size=3, scale=4)
    yield Case("Dropout", x)
    # The epsilon counts, and is within the root.
    options = {"epsilon": 0.3, "scale": 8}
    yield Case("InstanceNormalization", x, *per_channel[:2], **options)
    yield Case("LayerNormalization", x, *tail, **options)
    yield Case("RMSNormalization", x, tail[0], opset=23, **options)
    yield Case("RMSNormalization", x, two[0], axis=2, opset=23, **options)
    yield Case(
        "GroupNormalization", x, *group, opset=21, num_groups=2, **options
    )
    for size in (12, 37, 129):
        rows, factor = 3 * normal(5, size) + 1, normal(size, seed=1)
        yield Case("LayerNormalization", rows, factor, factor, **options)
        yield Case("RMSNormalization", rows, factor, opset=23, **options)
        square = normal(2, size, 5, size)
        channels = [normal(size, seed=2), normal(size, seed=3)]
        yield Case("InstanceNormalization", square, *channels, **options)
        yield Case("LpNormalization", rows, axis=0, scale=8)
        yield Case(
            "LRN", square, size=5, alpha=0.3, beta=0.6, bias=1.5, scale=8
        )
        yield Case("MeanVarianceNormalization", square, axes=[0, 3], scale=32)
    wide = normal(3, 1000)
    yield Case("LayerNormalization", wide, normal(1000, seed=1), scale=16)


test_normalisation = ops_test(norms())
