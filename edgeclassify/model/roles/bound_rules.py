"""The rule of each operator: from the bounds of its inputs to those of its output."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from edgeclassify.model.roles.bounds import ANYTHING, UNCLEAR, Bounds, OperatorBounds, clipped, constant_values

Rule = Callable[[OperatorBounds], Bounds]


def bounds_of_step(step: OperatorBounds) -> Bounds:
    """The bounds of one operator's output. An operator without a rule leaves them unclear."""
    rule = _RULES.get(step.operator.name)
    if rule is None or not step.inputs:
        return UNCLEAR
    found = rule(step)
    if math.isnan(found.low) or math.isnan(found.high) or math.isnan(found.most):
        found = ANYTHING
    if found.is_unit or found.is_log:
        most = found.most if found.is_log else min(found.most, step.size * found.high)
        return replace(found, most=most, is_sure=True)
    return found


def _shares(step: OperatorBounds) -> Bounds:
    """A softmax: each row of the last dimension adds up to one."""
    return Bounds(0.0, 1.0, step.size / step.width)


def _chances(step: OperatorBounds) -> Bounds:
    return Bounds(0.0, 1.0, step.size)


def _log_shares(step: OperatorBounds) -> Bounds:
    return Bounds(high=0.0, most=step.size / step.width, is_log=True)


def _layer(step: OperatorBounds) -> Bounds:
    """Weights make anything of anything; of probabilities they may have made others (groups of classes)."""
    return UNCLEAR if step.inputs[0].is_unit and not step.inputs[0].is_constant else ANYTHING


def _unbounded(_: OperatorBounds) -> Bounds:
    return ANYTHING


def _moved(step: OperatorBounds) -> Bounds:
    """The same values in another shape or order, a part of them, or each of them several times."""
    return _of_size(step.inputs[0], step.sizes[0], step.size)


def _moved_second(step: OperatorBounds) -> Bounds:
    """The same of SPLIT, whose first input is the dimension."""
    return _of_size(step.inputs[-1], step.sizes[-1], step.size)


def _of_size(bounds: Bounds, before: int, after: int) -> Bounds:
    if after > before:
        return replace(bounds, most=bounds.most * after / before)
    return replace(bounds, most=math.inf) if after < before and bounds.low < 0 else bounds


def _gathered(step: OperatorBounds) -> Bounds:
    """Classes chosen by their index: chosen twice, they count twice."""
    indices = constant_values(step.tensors[1]) if len(step.tensors) > 1 else None
    is_once = indices is not None and len(np.unique(indices)) == len(indices)
    return _moved(step) if is_once else replace(step.inputs[0], most=math.inf)


def _mean(step: OperatorBounds) -> Bounds:
    bounds = step.inputs[0]
    return replace(bounds, most=bounds.most * step.size / step.sizes[0], is_log=False, is_constant=False)


def _sum(step: OperatorBounds) -> Bounds:
    bounds, count = step.inputs[0], step.sizes[0] / step.size
    high = bounds.high * count
    return Bounds(
        bounds.low * count,
        min(high, bounds.most) if bounds.low >= 0 else high,
        bounds.most,
        is_sure=bounds.is_sure,
    )


def _one_of_several(step: OperatorBounds) -> Bounds:
    """The largest or smallest of several values each."""
    bounds = step.inputs[0]
    return replace(bounds, most=bounds.most if bounds.low >= 0 else math.inf, is_log=False)


def _together(step: OperatorBounds) -> Bounds:
    return _union(step.inputs)


def _chosen(step: OperatorBounds) -> Bounds:
    """SELECT: from one or the other, by its first input."""
    return _union(step.inputs[1:]) if len(step.inputs) > 2 else UNCLEAR


def _union(parts: tuple[Bounds, ...]) -> Bounds:
    return Bounds(
        min(part.low for part in parts),
        max(part.high for part in parts),
        sum(part.most for part in parts),
        is_log=all(part.is_log for part in parts),
        is_sure=all(part.is_sure for part in parts),
    )


def _padded(step: OperatorBounds) -> Bounds:
    return replace(_union((step.inputs[0], Bounds(0.0, 0.0, 0.0))), is_log=False)


def _pairs(rule: Callable[[Bounds, Bounds, int], Bounds]) -> Rule:
    """The rule of an operator on two tensors, the smaller of which is repeated."""

    def of_step(step: OperatorBounds) -> Bounds:
        if len(step.inputs) < 2:
            return UNCLEAR
        a, b = (
            replace(bounds, most=bounds.most * step.size / size)
            for bounds, size in zip(step.inputs[:2], step.sizes[:2], strict=True)
        )
        return replace(rule(a, b, step.size), is_sure=a.is_sure and b.is_sure)

    return of_step


def _added(a: Bounds, b: Bounds, _: int) -> Bounds:
    return Bounds(a.low + b.low, a.high + b.high, a.most + b.most)


def _all_added(step: OperatorBounds) -> Bounds:
    return Bounds(
        sum(part.low for part in step.inputs),
        sum(part.high for part in step.inputs),
        sum(part.most for part in step.inputs),
        is_sure=all(part.is_sure for part in step.inputs),
    )


def _subtracted(a: Bounds, b: Bounds, size: int) -> Bounds:
    return Bounds(a.low - b.high, a.high - b.low, a.most - size * b.low)


def _multiplied(a: Bounds, b: Bounds, _: int) -> Bounds:
    products = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    if any(map(math.isnan, products)):
        return ANYTHING
    is_positive = a.low >= 0 and b.low >= 0
    most = min(a.most * b.high, b.most * a.high) if is_positive else math.inf
    return Bounds(min(products), max(products), most)


def _divided(step: OperatorBounds) -> Bounds:
    """By a constant; or values by their own sum, as a softmax that the converter wrote out."""
    if _is_by_own_sum(step):
        return _shares(step)
    if len(step.inputs) < 2 or not step.inputs[1].low > 0:
        return UNCLEAR
    value, divisor = step.inputs[:2]
    factor = Bounds(1 / divisor.high, 1 / divisor.low, step.size / divisor.low)
    found = _multiplied(replace(value, most=value.most * step.size / step.sizes[0]), factor, step.size)
    return replace(found, is_sure=value.is_sure and divisor.is_constant)


def _is_by_own_sum(step: OperatorBounds) -> bool:
    value, total = (*step.made_by, None)[:2]
    if value is not None and value.name in ("EXP", "STABLEHLO_EXPONENTIAL"):
        return len(step.inputs) < 2 or not step.inputs[1].is_constant
    is_sum = total is not None and total.name == "SUM" and total.inputs[:1] == step.operator.inputs[:1]
    return is_sum and step.inputs[0].low >= 0


def _smaller(a: Bounds, b: Bounds, _: int) -> Bounds:
    return Bounds(min(a.low, b.low), min(a.high, b.high), min(a.most, b.most))


def _larger(a: Bounds, b: Bounds, _: int) -> Bounds:
    most = math.inf
    if a.low >= 0 and b.low >= 0:
        most = a.most + b.most
    elif max(a.low, b.low) >= min(a.high, b.high):
        most = a.most if a.low >= b.low else b.most  # the other one is always below it
    return Bounds(max(a.low, b.low), max(a.high, b.high), most)


def _clip(low: float, high: float) -> Rule:
    return lambda step: clipped(step.inputs[0], low, high)


def _exponential(step: OperatorBounds) -> Bounds:
    bounds = step.inputs[0]
    if bounds.is_log:
        return Bounds(0.0, 1.0, bounds.most)
    return Bounds(0.0, math.exp(bounds.high) if bounds.high < 700 else math.inf, is_sure=bounds.is_sure)


def _logarithm(step: OperatorBounds) -> Bounds:
    bounds = step.inputs[0]
    return Bounds(high=0.0, most=bounds.most, is_log=True) if bounds.is_unit else UNCLEAR


def _power(step: OperatorBounds) -> Bounds:
    """Squares, roots and powers keep what is in 0-1 there."""
    return _chances(step) if step.inputs[0].is_unit else replace(UNCLEAR, low=0.0)


def _absolute(step: OperatorBounds) -> Bounds:
    bounds = step.inputs[0]
    if bounds.low >= 0:
        return bounds
    return Bounds(0.0, max(-bounds.low, bounds.high), is_sure=bounds.is_sure)


def _negative(step: OperatorBounds) -> Bounds:
    bounds = step.inputs[0]
    return Bounds(-bounds.high, -bounds.low, -step.size * bounds.low, is_sure=bounds.is_sure)


def _named(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


_RULES: dict[str, Rule] = {
    **_named(_shares, "SOFTMAX"),
    **_named(_chances, "LOGISTIC STABLEHLO_LOGISTIC"),
    **_named(_chances, "LESS GREATER EQUAL NOT_EQUAL LESS_EQUAL GREATER_EQUAL LOGICAL_AND LOGICAL_OR LOGICAL_NOT"),
    **_named(_log_shares, "LOG_SOFTMAX"),
    **_named(_layer, "FULLY_CONNECTED CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV CONV_3D BATCH_MATMUL"),
    **_named(_unbounded, "HARD_SWISH GELU ELU PRELU LEAKY_RELU SIN COS LOCAL_RESPONSE_NORMALIZATION"),
    **_named(
        _moved,
        "QUANTIZE DEQUANTIZE RESHAPE SQUEEZE EXPAND_DIMS CAST TRANSPOSE SLICE STRIDED_SLICE REVERSE_V2 FAKE_QUANT "
        "TILE BROADCAST_TO SPLIT_V UNPACK ROUND STABLEHLO_RESHAPE STABLEHLO_TRANSPOSE STABLEHLO_SLICE "
        "STABLEHLO_CONVERT STABLEHLO_BROADCAST_IN_DIM",
    ),
    **_named(_moved_second, "SPLIT"),
    **_named(_gathered, "GATHER GATHER_ND"),
    **_named(_mean, "MEAN AVERAGE_POOL_2D"),
    **_named(_sum, "SUM"),
    **_named(_one_of_several, "REDUCE_MAX REDUCE_MIN MAX_POOL_2D"),
    **_named(_together, "CONCATENATION PACK STABLEHLO_CONCATENATE"),
    **_named(_chosen, "SELECT SELECT_V2"),
    **_named(_padded, "PAD"),
    **_named(_pairs(_added), "ADD STABLEHLO_ADD"),
    **_named(_all_added, "ADD_N"),
    **_named(_pairs(_subtracted), "SUB STABLEHLO_SUBTRACT"),
    **_named(_pairs(_multiplied), "MUL STABLEHLO_MULTIPLY"),
    **_named(_divided, "DIV STABLEHLO_DIVIDE"),
    **_named(_pairs(_smaller), "MINIMUM STABLEHLO_MINIMUM"),
    **_named(_pairs(_larger), "MAXIMUM STABLEHLO_MAXIMUM"),
    **_named(_clip(0.0, math.inf), "RELU"),
    **_named(_clip(0.0, 6.0), "RELU6"),
    **_named(_clip(0.0, 1.0), "RELU_0_TO_1"),
    **_named(_clip(-1.0, 1.0), "RELU_N1_TO_1"),
    **_named(_clip(-1.0, 1.0), "TANH STABLEHLO_TANH L2_NORMALIZATION"),
    **_named(_exponential, "EXP STABLEHLO_EXPONENTIAL"),
    **_named(_logarithm, "LOG STABLEHLO_LOG"),
    **_named(_power, "SQUARE SQRT POW"),
    **_named(_absolute, "ABS STABLEHLO_ABS"),
    **_named(_negative, "NEG STABLEHLO_NEGATE"),
}
