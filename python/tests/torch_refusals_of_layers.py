"""Calls of layers that opc refuses, by the file of lib/Frontend/Torch/Ops that says so."""

from torch_values import KNOWN, OPEN, REALS, b, d, f, h, i, row

IMAGES = "integers are not supported; nearest supported form: images of reals"


SEGMENT = {"has_biases": False, "train": True, "batch_first": False}
CELL = {
    **SEGMENT,
    "input": f(2, 1, 3),
    "hx": f(1, 1, 4),
    "params": [f(12, 3), f(12, 4)],
    "num_layers": 1,
    "dropout": 0.0,
    "bidirectional": False,
}
STATISTICS = {
    "weight": None,
    "bias": None,
    "running_mean": None,
    "running_var": None,
    "training": False,
    "momentum": 0.1,
    "eps": 1e-5,
}
RUNNING = {"running_mean": f(3), "running_var": f(3), "training": True}
BATCH_NORM = {**STATISTICS, "cudnn_enabled": False}
NORM_GRADIENT = {
    "grad_out": f(2, 3),
    "input": f(2, 3),
    "weight": None,
    "running_mean": None,
    "running_var": None,
    "save_mean": None,
    "save_invstd": None,
    "train": True,
    "eps": 1e-5,
    "output_mask": [True, True, True],
}
GROUP_GRADIENT = {
    "grad_out": f(3),
    "input": f(3),
    "mean": f(1, 1),
    "rstd": f(1, 1),
    "weight": None,
    "N": 1,
    "C": 3,
    "HxW": 1,
    "group": 1,
    "output_mask": [True, True, True],
}
FORM = {
    "padding": [0, 0],
    "dilation": [1, 1],
    "transposed": False,
    "output_padding": [0, 0],
    "groups": 1,
}
CONVOLUTION_GRADIENT = {
    "grad_output": f(1, 3, "Symbol('b')", 2),
    "input": f(1, 2, OPEN, 5),
    "weight": f(3, 2, 3, 3),
    "bias_sizes": [3],
    "stride": [2, 2],
    **FORM,
    "output_mask": [True, True, True],
}
CONVOLUTION = {
    "input": i(1, 2, 5, 5),
    "weight": i(3, 2, 3, 3),
    "bias": None,
    "stride": [1, 1],
    **FORM,
}
MAX_POOL_GRADIENT = {
    "grad_output": f(2, 2),
    "self": f(2, 2),
    "kernel_size": [1, 1],
    "stride": [1, 1],
    "padding": [0, 0],
    "dilation": [1, 1],
    "ceil_mode": False,
    "indices": i(2, 2),
}
AVERAGE_GRADIENT = {
    "grad_output": f(1, 1, 2, 2),
    "self": f(1, 1, 4, 4),
    "kernel_size": [],
    "stride": [],
    "padding": [0, 0],
    "ceil_mode": False,
    "count_include_pad": True,
    "divisor_override": None,
}
HEADS = f(1, 2, 5, 4)
FLASH_GRADIENT = {
    "grad_out": HEADS,
    "query": HEADS,
    "key": HEADS,
    "value": HEADS,
    "out": HEADS,
    "logsumexp": f(1, 2, 5),
    "dropout_p": 0.0,
    "is_causal": False,
}
ATTENTION = {"query": HEADS, "key": HEADS, "value": HEADS}

REFUSALS = {
    "AttentionGradientNodes": [
        row(
            "_scaled_dot_product_flash_attention_for_cpu_backward",
            "dropout in attention is not supported",
            **{**FLASH_GRADIENT, "dropout_p": 0.5},
        ),
        row(
            "_scaled_dot_product_flash_attention_for_cpu_backward",
            "a query [batch, heads, n, d] is wanted",
            **{**FLASH_GRADIENT, "query": f(2, 5, 4)},
        ),
        row(
            "_scaled_dot_product_flash_attention_for_cpu_backward",
            "logarithms [batch, heads, n] are wanted",
            **{**FLASH_GRADIENT, "logsumexp": f(1, 2, 5, 5)},
        ),
    ],
    "AttentionOverloads": [
        row(
            "scaled_dot_product_attention",
            "rank 1 is less than 2",
            query=f(4),
            key=f(4),
            value=f(4),
        ),
        row(
            "scaled_dot_product_attention",
            "dropout in attention is not supported",
            **ATTENTION,
            dropout_p=0.5,
        ),
        row(
            "scaled_dot_product_attention",
            "operands of other ranks or dtypes than the query are not supported",
            **{**ATTENTION, "key": d(1, 2, 5, 4)},
        ),
        row(
            "scaled_dot_product_attention",
            "a mask of more than four axes is not supported",
            **ATTENTION,
            attn_mask=b(1, 1, 1, 5, 5),
        ),
    ],
    "LayerGradientNodes": [
        row(
            "native_batch_norm_backward",
            "output_mask has no three values",
            **{**NORM_GRADIENT, "output_mask": [True]},
        ),
        row(
            "native_batch_norm_backward",
            "rank 1 is less than 2",
            **{**NORM_GRADIENT, "input": f(3)},
        ),
        row(
            "native_batch_norm_backward",
            "it has no statistics",
            **NORM_GRADIENT,
        ),
        row(
            "native_group_norm_backward",
            "an input [N, C, ...] is wanted",
            **GROUP_GRADIENT,
        ),
        row(
            "native_group_norm_backward",
            "-3 groups",
            **{**GROUP_GRADIENT, "input": f(1, 3, 2), "group": -3},
        ),
        row(
            "embedding_dense_backward",
            "scale_grad_by_freq=True is not supported",
            grad_output=f(2, 3),
            indices=i(2),
            num_weights=4,
            padding_idx=-1,
            scale_grad_by_freq=True,
        ),
        row(
            "max_pool2d_with_indices_backward",
            "an image is wanted",
            **MAX_POOL_GRADIENT,
        ),
        row(
            "convolution_backward",
            f"an open spatial extent is not supported; {KNOWN}",
            **CONVOLUTION_GRADIENT,
        ),
        row(
            "slice_backward",
            "a step is not supported",
            grad_output=f(2),
            input_sizes=[4],
            dim=0,
            start=0,
            end=4,
            step=2,
        ),
    ],
    "LossOverloads": [
        row(
            "mse_loss",
            "reduction 5 is not known",
            self=f(2),
            target=f(2),
            reduction=5,
        ),
        row("mse_loss", REALS, self=i(2), target=i(2)),
        row(
            "mse_loss_backward",
            REALS,
            grad_output=i(),
            self=i(2),
            target=i(2),
            reduction=1,
        ),
        row(
            "nll_loss",
            "labels of this form are not supported",
            self=f(2, 3),
            target=f(2),
        ),
        row(
            "cross_entropy_loss",
            "label_smoothing is not supported",
            self=f(2, 3),
            target=i(2),
            label_smoothing=0.1,
        ),
    ],
    "NormNodes": [
        row(
            "layer_norm",
            "normalized_shape has 3 axes, the input 2",
            input=f(2, 3),
            normalized_shape=[1, 2, 3],
        ),
        row("group_norm", "0 groups", input=f(2, 4), num_groups=0),
        row("layer_norm", REALS, input=i(2, 3), normalized_shape=[3]),
        row(
            "rms_norm",
            "halves without eps are not supported",
            input=h(2, 3),
            normalized_shape=[3],
        ),
        row("batch_norm", "rank 1 is less than 2", input=f(3), **BATCH_NORM),
        row("batch_norm", "it has no statistics", input=f(2, 3), **BATCH_NORM),
        row(
            "batch_norm",
            "training=True, which changes running statistics, is not supported; "
            "nearest supported form: a functional graph",
            input=f(2, 3),
            **{**BATCH_NORM, **RUNNING},
        ),
        row(
            "native_batch_norm",
            "training=True, which changes running statistics, is not supported; "
            "nearest supported form: aten._native_batch_norm_legit_functional",
            input=f(2, 3),
            **{**STATISTICS, **RUNNING},
        ),
        row(
            "_native_batch_norm_legit.no_stats",
            "it has no statistics",
            input=f(2, 3),
            weight=None,
            bias=None,
            training=False,
            momentum=0.1,
            eps=1e-5,
        ),
        row(
            "group_norm",
            "an input [N, C, ...] is wanted",
            input=f(4),
            num_groups=2,
        ),
    ],
    "RecurrentOverloads": [
        row(
            "gru.input",
            "dropout between layers is not supported",
            **{**CELL, "num_layers": 2, "dropout": 0.5},
        ),
        row(
            "gru.input",
            "2 parameters for 4 are not supported",
            **{**CELL, "num_layers": 2},
        ),
        row(
            "gru.input",
            "an input without a batch is not supported",
            **{**CELL, "input": f(2, 3)},
        ),
        row("gru.input", REALS, **{**CELL, "input": i(2, 1, 3)}),
    ],
    "ResampleGradientNodes": [
        row(
            "upsample_nearest2d_backward",
            REALS,
            grad_output=i(1, 1, 4, 4),
            output_size=[4, 4],
            input_size=[1, 1, 2, 2],
        ),
        row(
            "upsample_nearest2d_backward",
            f"an extent that is open, 0 or large is not supported; {KNOWN}",
            grad_output=f(1, 1, OPEN, 4),
            output_size=[4, 4],
            input_size=[1, 1, 2, 2],
        ),
        row("avg_pool2d_backward", "it has no kernel_size", **AVERAGE_GRADIENT),
        row(
            "reflection_pad2d_backward",
            "2 pads for 2 axes",
            grad_output=f(1, 4, 4),
            self=f(1, 2, 2),
            padding=[1, 1],
        ),
    ],
    "WindowNodes": [
        row(
            "avg_pool2d",
            "kernel_size has 3 values for 2 axes",
            self=f(1, 1, 4, 4),
            kernel_size=[1, 1, 1],
        ),
        row(
            "avg_pool2d",
            "rank 2 for 2 spatial axes",
            self=f(4, 4),
            kernel_size=[2, 2],
        ),
        row("convolution", REALS, **CONVOLUTION),
        row(
            "avg_pool2d",
            "it has no kernel_size",
            self=f(1, 1, 4, 4),
            kernel_size=[],
        ),
        row(
            "avg_pool2d",
            "padding 2 is more than half of a kernel of 2",
            self=f(1, 1, 4, 4),
            kernel_size=[2, 2],
            padding=[2, 2],
        ),
        row("avg_pool2d", REALS, self=i(1, 1, 4, 4), kernel_size=[2, 2]),
        row(
            "adaptive_max_pool2d",
            "parts of an extent that is open, or as many of them, are not supported; "
            "nearest supported form: up to 256 parts of known extents",
            self=f(1, 1, OPEN, 4),
            output_size=[2, 2],
        ),
        row(
            "adaptive_avg_pool2d",
            "2 parts of an extent that may be open are not supported",
            self=f(1, 1, OPEN, 4),
            output_size=[2, 2],
        ),
        row(
            "adaptive_avg_pool2d", REALS, self=i(1, 1, 4, 4), output_size=[2, 2]
        ),
        row(
            "upsample_nearest2d", IMAGES, self=i(1, 1, 4, 4), output_size=[2, 2]
        ),
        row(
            "upsample_nearest2d",
            f"resampling an open extent is not supported; {KNOWN}",
            self=f(1, 1, OPEN, 4),
            output_size=[2, 2],
        ),
        row(
            "upsample_nearest2d",
            "an extent of 0 is not supported",
            self=f(1, 1, 4, 4),
            output_size=[0, 2],
        ),
        row(
            "upsample_nearest2d.vec",
            "as many sizes as spatial axes are wanted",
            input=f(1, 1, 4, 4),
            output_size=[2],
            scale_factors=None,
        ),
    ],
}
