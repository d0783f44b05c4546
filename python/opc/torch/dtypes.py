"""Element types as opc names them."""

import torch

NAMED = {
    "bool": torch.bool,
    "i8": torch.int8,
    "i16": torch.int16,
    "i32": torch.int32,
    "i64": torch.int64,
    "u8": torch.uint8,
    "u16": torch.uint16,
    "u32": torch.uint32,
    "u64": torch.uint64,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
}
_NAMES = {dtype: name for name, dtype in NAMED.items()}


def name_of(dtype: torch.dtype) -> str:
    """opc's name of a type; PyTorch's of one that opc has not."""
    return _NAMES.get(dtype) or str(dtype).removeprefix("torch.")
