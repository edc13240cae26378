"""What the rules of the operators demand of shapes and options. All raise UnsoundError."""

from collections.abc import Callable

from edgeclassify.model.soundness.numbered_operator import NumberedOperator, Shape, shown

Rule = Callable[[NumberedOperator], None]

LARGEST_OPTION = 1 << 16
"""Strides, windows and dilations above this are no image's."""


def must_have_shape(step: NumberedOperator, wanted: Shape) -> None:
    """The first output must have the shape `wanted`, where the file gives it one."""
    output = step.outputs[0]
    if not output.shape or any(size < 0 for size in output.shape_signature):
        return
    if output.shape != wanted:
        raise step.fault(f"its output has the shape {shown(output.shape)} but its inputs make {shown(wanted)}")


def must_have_elements(step: NumberedOperator, elements: int) -> None:
    """The first output must have so many values, where the file gives it a shape."""
    output = step.outputs[0]
    if any(size < 0 for size in output.shape_signature) or (not output.shape and elements > 1):
        return
    if output.elements != elements:
        raise step.fault(f"its output has {output.elements} values but its inputs have {elements}")


def shape_of_rank(step: NumberedOperator, place: int, rank: int) -> Shape:
    """The shape of an input that must have so many dimensions."""
    shape = step.required(place).shape
    if len(shape) != rank:
        raise step.fault(f"its input {place} must have {rank} dimensions, found {shown(shape)}")
    return shape


def axis_in(step: NumberedOperator, axis: int, rank: int) -> int:
    """Which of so many dimensions an axis means, counted from the end where it is negative."""
    if not -rank <= axis < rank:
        raise step.fault(f"it has the axis {axis} with {rank} dimensions")
    return axis % rank
