"""Answers of one model by two ways, held against each other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.runtime.interpreter import Interpreter, TensorSpec, run_on

_SHARE, _STEPS, _LEAST = 0.1, 3.0, 1e-3
"""How far an answer may be off: this share of the span of all values, so many steps of a quantized one, or this.

An accelerator rounds in its own way, and some count in 16 bits: that is a percent. What is broken is off by far
more.
"""


def noise(spec: TensorSpec) -> bytes:
    """An input on which something must come out, always the same: where there is no picture to try it with."""
    values = np.random.default_rng(1)
    if spec.dtype.kind == "f":
        return values.random(spec.shape).astype(spec.dtype).tobytes()
    limits = np.iinfo(spec.dtype)
    return values.integers(limits.min, limits.max, spec.shape, spec.dtype, endpoint=True).tobytes()


def answers(opened: Interpreter, sample: bytes) -> list[NDArray[np.float64]]:
    """The outputs for an input of these bytes, as real numbers, flat."""
    run_on(opened, sample)
    return [_real(opened.output_views[i], spec) for i, spec in enumerate(opened.outputs)]


def difference(
    right: Sequence[NDArray[np.float64]], found: Sequence[NDArray[np.float64]], specs: Sequence[TensorSpec]
) -> str | None:
    """What is said of the value that is off by most, where that is too much; None: none is."""
    for right_one, found_one, spec in zip(right, found, specs, strict=True):
        span = float(right_one.max() - right_one.min()) if right_one.size else 0.0
        allowed = max(_SHARE * span, _STEPS * (spec.scale if spec.is_quantized else 0.0), _LEAST)
        # Not a number is off by any measure.
        off = np.nan_to_num(np.abs(found_one - right_one), nan=np.inf)
        place = int(off.argmax()) if off.size else 0
        if off.size and off[place] > allowed:
            return (
                f"{found_one[place]:.3g} where the CPU says {right_one[place]:.3g} (value {place} of {spec.name})"
            )
    return None


def _real(values: NDArray[np.generic], spec: TensorSpec) -> NDArray[np.float64]:
    flat = values.reshape(-1).astype(np.float64)
    return (flat - spec.zero_point) * spec.scale if spec.is_quantized else flat
