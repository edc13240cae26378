"""The rules of convolutions, pools and dense layers: weights, biases and windows that fit their input."""

from edgeclassify.model.soundness.demands import (
    LARGEST_OPTION,
    Rule,
    must_have_elements,
    must_have_shape,
    shape_of_rank,
)
from edgeclassify.model.soundness.numbered_operator import NumberedOperator, Shape, shown


def _sides(step: NumberedOperator, given: Shape, window: tuple[int, int]) -> tuple[int, int]:
    """Height and width of what a window gives that goes over an image."""
    options = step.operator.options
    numbers = (*options.stride, *options.dilation, *window)
    if not all(0 < number <= LARGEST_OPTION for number in numbers):
        raise step.fault(f"stride, dilation and window must be positive, found {', '.join(map(str, numbers))}")
    sides = []
    for size, stride, dilation, taps in zip(given, options.stride, options.dilation, window, strict=True):
        covered = (taps - 1) * dilation if options.padding == "VALID" else 0
        sides.append(-(-(size - covered) // stride))
    if min(sides) < 1:
        raise step.fault(f"a window of {window[0]} x {window[1]} finds nothing in {given[0]} x {given[1]}")
    return sides[0], sides[1]


def _bias(step: NumberedOperator, channels: int) -> None:
    bias = step.input(2)
    if bias is not None and bias.elements != channels:
        raise step.fault(f"it has {bias.elements} biases for {channels} channels")


def _convolution(step: NumberedOperator) -> None:
    batch, *sides, channels = shape_of_rank(step, 0, 4)
    out, height, width, per_group = shape_of_rank(step, 1, 4)
    if not (out > 0 and per_group > 0 and channels % per_group == 0 and out % (channels // per_group) == 0):
        raise step.fault(f"weights of {per_group} to {out} channels don't fit an input of {channels}")
    _bias(step, out)
    must_have_shape(step, (batch, *_sides(step, tuple(sides), (height, width)), out))


def _depthwise(step: NumberedOperator) -> None:
    batch, *sides, channels = shape_of_rank(step, 0, 4)
    one, height, width, out = shape_of_rank(step, 1, 4)
    times = step.operator.options.depth_multiplier
    if one != 1 or out < 1 or channels < 1 or out % channels or times not in (0, out // channels):
        raise step.fault(
            f"weights {shown((one, height, width, out))} with a depth multiplier of {times} don't fit an input of "
            f"{channels} channels"
        )
    if step.required(0).dtype in ("int8", "uint8") and step.input(2) is None:
        raise step.fault("a quantized one must have biases")
    _bias(step, out)
    must_have_shape(step, (batch, *_sides(step, tuple(sides), (height, width)), out))


def _pool(step: NumberedOperator) -> None:
    batch, *sides, channels = shape_of_rank(step, 0, 4)
    must_have_shape(step, (batch, *_sides(step, tuple(sides), step.operator.options.window), channels))


def _fully_connected(step: NumberedOperator) -> None:
    out, depth = shape_of_rank(step, 1, 2)
    given = step.required(0).elements
    if out < 1 or depth < 1 or given % depth:
        raise step.fault(f"weights of {depth} to {out} values don't fit an input of {given}")
    _bias(step, out)
    must_have_elements(step, given // depth * out)


def _transpose_convolution(step: NumberedOperator) -> None:
    shape_of_rank(step, 1, 4), shape_of_rank(step, 2, 4)
    wanted = step.integers(0)
    if any(not 0 < number <= LARGEST_OPTION for number in step.operator.options.stride):
        raise step.fault(f"the stride must be positive, found {step.operator.options.stride}")
    if wanted is not None:
        if len(wanted) != 4 or min(wanted) < 1:
            raise step.fault(f"its output can't have the shape {shown(wanted)}")
        must_have_shape(step, wanted)


LAYER_RULES: dict[str, Rule] = {
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"), _pool),
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "TRANSPOSE_CONV": _transpose_convolution,
}
"""By the operator's name."""
