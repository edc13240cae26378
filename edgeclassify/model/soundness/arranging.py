"""The rules of what keeps, joins, splits, picks, pads and turns values: axes, places and sizes that are there."""

import math

from edgeclassify.model.soundness.demands import (
    LARGEST_OPTION,
    Rule,
    axis_in,
    must_have_elements,
    must_have_shape,
    shape_of_rank,
)
from edgeclassify.model.soundness.numbered_operator import NumberedOperator, Shape, shown

_SAME = "ABS CAST CEIL COS DEQUANTIZE ELU EXP FAKE_QUANT FLOOR GELU HARD_SWISH L2_NORMALIZATION LEAKY_RELU"
_SAME += " LOCAL_RESPONSE_NORMALIZATION LOG LOGISTIC LOGICAL_NOT LOG_SOFTMAX NEG PRELU QUANTIZE RELU RELU6"
_SAME += " RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SIGN SIN SOFTMAX SQRT SQUARE TANH ZEROS_LIKE"
_BROADCAST = "ADD SUB MUL DIV MAXIMUM MINIMUM POW SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD EQUAL NOT_EQUAL LESS"
_BROADCAST += " LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR"
_REDUCING = "MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD REDUCE_ALL REDUCE_ANY"


def _same(step: NumberedOperator) -> None:
    must_have_elements(step, step.required(0).elements)


def _broadcast(step: NumberedOperator) -> None:
    one, other = step.required(0).shape, step.required(1).shape
    length = max(len(one), len(other))
    pairs = list(zip((1,) * (length - len(one)) + one, (1,) * (length - len(other)) + other, strict=True))
    if any(a != b and 1 not in (a, b) for a, b in pairs):
        raise step.fault(f"inputs of the shapes {shown(one)} and {shown(other)} don't go together")
    must_have_shape(step, tuple(b if a == 1 else a for a, b in pairs))


def _reduction(step: NumberedOperator) -> None:
    shape, axes = step.required(0).shape, step.integers(1)
    if axes is None:
        return
    reduced = {axis_in(step, axis, len(shape)) for axis in axes}
    must_have_elements(step, math.prod(size for i, size in enumerate(shape) if i not in reduced))


def _reshape(step: NumberedOperator) -> None:
    elements, wanted = step.required(0).elements, step.integers(1)
    if wanted is not None and (min(wanted, default=1) < -1 or wanted.count(-1) > 1):
        raise step.fault(f"its target can't be {shown(wanted)}")
    must_have_elements(step, elements)


def _concatenation(step: NumberedOperator) -> None:
    shapes = [step.required(place).shape for place in range(len(step.operator.inputs))]
    if not shapes or not shapes[0]:
        raise step.fault("it has nothing to join")
    axis = axis_in(step, step.operator.options.axis, len(shapes[0]))
    others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    if len(others) != 1 or len({len(shape) for shape in shapes}) != 1:
        raise step.fault(f"inputs of the shapes {', '.join(map(shown, shapes[:4]))} don't go together")
    total = sum(shape[axis] for shape in shapes)
    must_have_shape(step, (*shapes[0][:axis], total, *shapes[0][axis + 1 :]))


def _padding(step: NumberedOperator) -> None:
    shape, pads = step.required(0).shape, step.integers(1)
    if pads is None:
        return
    if len(pads) != 2 * len(shape) or min(pads, default=0) < 0:
        raise step.fault(f"its padding must be {2 * len(shape)} numbers, none negative, found {shown(pads)}")
    must_have_shape(step, tuple(size + pads[2 * i] + pads[2 * i + 1] for i, size in enumerate(shape)))


def _resize(step: NumberedOperator) -> None:
    batch, _, _, channels = shape_of_rank(step, 0, 4)
    sides = step.integers(1)
    if sides is None:
        return
    if len(sides) != 2 or min(sides) < 1:
        raise step.fault(f"it must have a height and a width, found {shown(sides)}")
    must_have_shape(step, (batch, *sides, channels))


def _transpose(step: NumberedOperator) -> None:
    shape, order = step.required(0).shape, step.integers(1)
    if order is None:
        return
    if sorted(order) != list(range(len(shape))):
        raise step.fault(f"its order of {len(shape)} dimensions can't be {shown(order)}")
    must_have_shape(step, tuple(shape[i] for i in order))


def _gather(step: NumberedOperator) -> None:
    shape, picked = step.required(0).shape, step.integers(1)
    axis = axis_in(step, step.operator.options.axis, max(1, len(shape)))
    if picked is not None and shape and any(not 0 <= index < shape[axis] for index in picked):
        raise step.fault(f"it picks from places outside of {shape[axis]}")


def _split(step: NumberedOperator) -> None:
    shape, axis = step.required(1).shape, step.integers(0)
    count = step.operator.options.count
    if count != len(step.outputs):
        raise step.fault(f"it has {len(step.outputs)} outputs, not {count}")
    if axis is None:
        return
    place = axis_in(step, axis[0] if axis else len(shape), len(shape))
    if shape[place] % count:
        raise step.fault(f"{shape[place]} values can't be split into {count} parts")
    for output in step.outputs:
        if output.shape and output.elements * count != math.prod(shape):
            raise step.fault(f"an output has the shape {shown(output.shape)}, of {shown(shape)} in {count} parts")


def _pack(step: NumberedOperator) -> None:
    given, options = step.operator.inputs, step.operator.options
    shape = step.required(0).shape
    if options.count != len(given) or any(step.required(i).shape != shape for i in range(len(given))):
        raise step.fault(f"its {len(given)} inputs must be {options.count} of one shape")
    axis_in(step, options.axis, len(shape) + 1)
    must_have_elements(step, math.prod(shape) * len(given))


def _unpack(step: NumberedOperator) -> None:
    shape, options = step.required(0).shape, step.operator.options
    axis = axis_in(step, options.axis, len(shape))
    if options.count != len(step.outputs) or shape[axis] != options.count:
        raise step.fault(f"it has {len(step.outputs)} outputs, and makes {options.count} of {shape[axis]} parts")


def _strides(step: NumberedOperator, shape: Shape) -> None:
    """Each dimension's begin, end and stride must leave something of it."""
    begins, ends, strides = step.integers(1), step.integers(2), step.integers(3)
    if begins is None or ends is None or strides is None:
        return
    masks = step.operator.options.masks or (0, 0, 0, 0, 0)
    if masks[2] or masks[3]:  # an ellipsis or a new axis: the dimensions are counted otherwise
        if 0 in strides:
            raise step.fault("its stride is 0")
        return
    if not len(begins) == len(ends) == len(strides):
        raise step.fault("begin, end and stride are of different lengths")
    left = math.prod(shape[len(begins) :])
    for i, (size, begin, end, stride) in enumerate(zip(shape, begins, ends, strides, strict=False)):
        shrinks, open_begin, open_end = (masks[mask] >> i & 1 for mask in (4, 0, 1))
        if shrinks:
            count = int(open_begin or -size <= begin < size)
        else:
            part = slice(None if open_begin else begin, None if open_end else end, stride or 1)
            count = len(range(*part.indices(size))) if stride else 0
        if count == 0:
            raise step.fault(f"{begin}:{end}:{stride} leaves nothing of {size} values")
        left *= count
    must_have_elements(step, left)


def _corner(step: NumberedOperator, shape: Shape) -> None:
    """Each begin and size must lie inside; a size of -1 is all the rest."""
    begins, sizes = step.integers(1), step.integers(2)
    if begins is None or sizes is None:
        return
    if not len(begins) == len(sizes) == len(shape):
        raise step.fault(f"it has {len(begins)} begins and {len(sizes)} sizes for {len(shape)} dimensions")
    for whole, begin, size in zip(shape, begins, sizes, strict=True):
        if not (0 <= begin < whole and (size == -1 or 0 < size <= whole - begin)):
            raise step.fault(f"{size} values from {begin} on are not inside of {whole}")
    corner = zip(shape, begins, sizes, strict=True)
    must_have_shape(step, tuple(whole - begin if size == -1 else size for whole, begin, size in corner))


def _tile(step: NumberedOperator) -> None:
    shape, times = step.required(0).shape, step.integers(1)
    if times is None:
        return
    if len(times) != len(shape) or min(times, default=1) < 1:
        raise step.fault(f"it can't be repeated {shown(times)} times in {len(shape)} dimensions")
    must_have_shape(step, tuple(size * count for size, count in zip(shape, times, strict=True)))


def _blocks(step: NumberedOperator) -> None:
    """SPACE_TO_DEPTH: blocks of pixels become channels. DEPTH_TO_SPACE: the other way round."""
    batch, height, width, channels = shape_of_rank(step, 0, 4)
    side = step.operator.options.count
    if not 0 < side <= LARGEST_OPTION:
        raise step.fault(f"blocks must have a positive side, found {side}")
    if step.operator.name == "SPACE_TO_DEPTH":
        wanted, rest = (batch, height // side, width // side, channels * side**2), height % side + width % side
    else:
        wanted, rest = (batch, height * side, width * side, channels // side**2), channels % side**2
    if rest:
        raise step.fault(
            f"{shown((batch, height, width, channels))} has no whole number of blocks of {side} x {side}"
        )
    must_have_shape(step, wanted)


def _batches(step: NumberedOperator) -> None:
    """SPACE_TO_BATCH_ND: blocks of pixels, padded before, become images of a batch; or the other way round."""
    shape, sides, edges = step.required(0).shape, step.integers(1), step.integers(2)
    if sides is None or edges is None:
        return
    if len(edges) != 2 * len(sides) or len(sides) >= len(shape) or not all(0 < n <= LARGEST_OPTION for n in sides):
        raise step.fault(f"blocks of {shown(sides)} don't fit an input of {shown(shape)}")
    if not all(0 <= n <= LARGEST_OPTION for n in edges):
        raise step.fault(f"its edges must not be negative, or absurdly wide, found {shown(edges)}")
    is_to_batch, elements = step.operator.name == "SPACE_TO_BATCH_ND", math.prod(shape[len(sides) + 1 :])
    for size, side, start, end in zip(shape[1:], sides, edges[::2], edges[1::2], strict=False):
        whole = size + start + end if is_to_batch else size * side - start - end
        if whole < 1 or (is_to_batch and whole % side):
            raise step.fault(f"{size} values with edges of {start} and {end} make no blocks of {side}")
        elements *= whole
    must_have_elements(step, elements * (shape[0] if is_to_batch else shape[0] // math.prod(sides)))


def _slice(step: NumberedOperator) -> None:
    shape = step.required(0).shape
    for place in range(1, len(step.operator.inputs)):
        given = step.required(place)
        if given.elements > len(shape):
            raise step.fault(f"it has {given.elements} places for {len(shape)} dimensions")
    if step.operator.name == "STRIDED_SLICE":
        _strides(step, shape)
    else:
        _corner(step, shape)
    most, output = math.prod(shape), step.outputs[0]
    if output.elements > most and output.shape:
        raise step.fault(f"its output has {output.elements} values, more than the {most} of its input")


def _for(names: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


ARRANGING_RULES: dict[str, Rule] = {
    **_for(_SAME, _same),
    **_for(_BROADCAST, _broadcast),
    **_for(_REDUCING, _reduction),
    **_for("RESHAPE SQUEEZE EXPAND_DIMS", _reshape),
    **_for("PAD PADV2 MIRROR_PAD", _padding),
    **_for("RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR", _resize),
    **_for("SLICE STRIDED_SLICE", _slice),
    **_for("SPACE_TO_DEPTH DEPTH_TO_SPACE", _blocks),
    **_for("SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND", _batches),
    "TILE": _tile,
    "CONCATENATION": _concatenation,
    "TRANSPOSE": _transpose,
    "GATHER": _gather,
    "SPLIT": _split,
    "PACK": _pack,
    "UNPACK": _unpack,
}
"""By the operator's name."""
