"""Quantization that a kernel can work with: what it only asserts, or uses as an index, is checked here."""

from edgeclassify.model.soundness.numbered_operator import NumberedOperator, UnsoundError
from edgeclassify.model.tflite.graph import Tensor

_RANGES = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767), "int4": (-8, 7)}
"""Element types whose zero point is a value of the type itself."""

_LEFT_SHIFTS = {"int8": 20, "uint8": 20, "int16": 15}
"""How far ADD and SUB shift their inputs to the left, by the type of the output."""


_SMALLEST, _LARGEST = 1e-20, 1e20
"""Scales of results beyond these are no image's: ratios of them overflow a float."""


def check_quantization(tensor: Tensor) -> None:
    """Raise UnsoundError where a result's scale is absurd, or a zero point is no value of the tensor's type.

    Kernels divide by the one and index tables with the other.
    """
    if not tensor.is_constant and any(not _SMALLEST < scale < _LARGEST for scale in tensor.scales):
        raise UnsoundError(f"tensor {tensor.index} ({tensor.name[:60]}) has the scale {tensor.scales[0]:g}")
    if tensor.dtype not in _RANGES:
        return
    lowest, highest = _RANGES[tensor.dtype]
    for zero_point in tensor.zero_points:
        if not lowest <= zero_point <= highest:
            raise UnsoundError(
                f"tensor {tensor.index} ({tensor.name[:60]}): the zero point of {tensor.dtype} must be from "
                f"{lowest} to {highest}, found {zero_point}"
            )


def check_scales(step: NumberedOperator) -> None:
    """Raise UnsoundError where ADD or SUB would abort: the output's scale is too small for those of its inputs."""
    if step.operator.name not in ("ADD", "SUB"):
        return
    output, inputs = step.outputs[0], (step.required(0), step.required(1))
    if output.dtype not in _LEFT_SHIFTS or not all(tensor.scales for tensor in (output, *inputs)):
        return
    largest = 2 * max(tensor.scales[0] for tensor in inputs)
    # The kernel's multiplier for its output must be below 1.
    if largest >= output.scales[0] * 2 ** _LEFT_SHIFTS[output.dtype]:
        raise step.fault(f"the scale of its output, {output.scales[0]:g}, does not fit that of its inputs")
