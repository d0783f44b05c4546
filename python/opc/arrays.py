"""Arrays that results are, where numpy alone does not do."""

from typing import Any

import ml_dtypes
import numpy

from . import _opc


class BFloat16Array(numpy.ndarray):
    """A numpy array of bfloat16 that other frameworks can take.

    numpy has no bfloat16 of its own (this is ml_dtypes') and refuses to hand it
    out through DLPack; `torch.from_dlpack` and others take this one, without a
    copy.
    """

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """A DLPack capsule; see the Python array API standard."""
        if self.dtype != ml_dtypes.bfloat16:
            return super().__dlpack__(
                stream=stream,
                max_version=max_version,
                dl_device=dl_device,
                copy=copy,
            )
        if stream is not None:
            raise BufferError("a stream is for devices; this is the processor")
        # DLPack before its version 1 has no word for read-only memory.
        array = self if self.flags.writeable and not copy else self.copy()
        return _opc.export_bfloat16(array).__dlpack__(
            max_version=max_version, dl_device=dl_device
        )
