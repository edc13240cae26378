"""What shape an operator's output must have, by its inputs and options; and whether the options make sense.

A runtime derives the shapes itself, but some of its kernels (and what it hands to XNNPACK) believe the file.
"""

from edgeclassify.model.soundness.arranging import ARRANGING_RULES
from edgeclassify.model.soundness.layers import LAYER_RULES
from edgeclassify.model.soundness.numbered_operator import NumberedOperator

_RULES = {**LAYER_RULES, **ARRANGING_RULES}

_KINDS = {
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 2,
    "AVERAGE_POOL_2D": 5,
    "MAX_POOL_2D": 5,
    "L2_POOL_2D": 5,
    "FULLY_CONNECTED": 8,
    "CONCATENATION": 10,
    "TRANSPOSE_CONV": 49,
}
"""The number in the schema of the table of options that such an operator reads."""

_WITHOUT = ("FULLY_CONNECTED", "CONCATENATION")
"""Those of them whose options have values by default. A stride of 0, the default, divides by zero."""


def check_shapes(step: NumberedOperator) -> None:
    """Raise UnsoundError where the operator's options or shapes can't be."""
    wanted = _KINDS.get(step.operator.name)
    found = step.operator.options.kind
    if wanted is not None and found != wanted and (found != 0 or step.operator.name not in _WITHOUT):
        raise step.fault("its options (padding, stride, axis) are missing or those of another operator")
    rule = _RULES.get(step.operator.name)
    if rule is not None:
        rule(step)
