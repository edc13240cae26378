"""Output tensor → the real values that it stands for."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.tensors import OutputTensor

Values = NDArray[np.float32]


class OutputValues:
    """Reads one output of a network; an 8-bit one by a table that is computed once."""

    def __init__(self, tensor: OutputTensor, then: Callable[[Values], Values] | None = None) -> None:
        """`then`: what is made of each value, whatever the others are; of an 8-bit output alone."""
        self.is_quantized = tensor.dtype != "float32"
        """True where every value is a number."""
        self._table = _dequantization(tensor) if self.is_quantized else None
        if self._table is not None and then is not None:
            self._table = then(self._table)

    def read(self, output: NDArray[Any]) -> Values:
        """The values of an array of that tensor: float32 (elements,), freshly allocated."""
        flat = output.reshape(-1)
        if self._table is not None:
            # int8 is looked up by its bit pattern; the table is in that order. No index is beyond it, so numpy
            # need not look for one that is.
            return self._table.take(flat.view(np.uint8), mode="clip")
        return flat.astype(np.float32)


def _dequantization(tensor: OutputTensor) -> Values:
    """Real value of each of the 256 bit patterns of an 8-bit output."""
    # Widened to float64 first: q - zero_point does not fit 8 bits.
    values = np.arange(256, dtype=np.uint8).view(tensor.dtype).astype(np.float64)
    return (tensor.scale * (values - tensor.zero_point)).astype(np.float32)
