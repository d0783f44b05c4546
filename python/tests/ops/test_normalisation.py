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
    wide = normal(3, 1000)
    yield Case("LayerNormalization", wide, normal(1000, seed=1), scale=16)


test_normalisation = ops_test(norms())
