"""What the numbers of a graph's output are, and so what makes scores of 0-1 of them."""

import math
from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.roles.bounds import ANYTHING
from edgeclassify.model.roles.graph_bounds import tensor_bounds
from edgeclassify.model.tflite.model_file import ModelFile

ONE_LABEL = 1.05
"""What scores add up to at most where one label excludes the others, with what rounding adds."""


class Activation(StrEnum):
    """What the graph's output is, and so what turns it into scores of 0-1."""

    PROBABILITIES = "probabilities"  # nothing left to do
    LOGITS = "logits"  # softmax
    LOG_PROBABILITIES = "log probabilities"  # exp
    SEPARATE_LOGITS = "separate logits"  # sigmoid, each for itself


@dataclass(frozen=True, slots=True)
class OutputRole:
    """What the output is. `is_sure`: False where the graph can't tell. `has_several`: several labels can hold at
    once (sigmoids, several heads). `largest`: what stands for 1 in probabilities (100 for percents)."""

    activation: Activation
    is_sure: bool = True
    has_several: bool = False
    largest: float = 1.0


def output_role(model: ModelFile, output: int = 0) -> OutputRole:
    """The role of one of the outputs, told from the graph alone: values can't tell logits from scores."""
    tensor = model.output_tensors[output]
    bounds = tensor_bounds(model).get(tensor.index, ANYTHING)
    has_several = tensor.elements > 1 and bounds.most > ONE_LABEL
    if bounds.is_log:
        return OutputRole(Activation.LOG_PROBABILITIES, has_several=has_several)
    if bounds.is_unit:
        return OutputRole(Activation.PROBABILITIES, has_several=has_several)
    if abs(bounds.low) < 1e-6 and math.isfinite(bounds.most) and bounds.high > 0:
        # Probabilities that were multiplied or added up: nothing else is bounded from both sides.
        has_several = tensor.elements > 1 and bounds.most > ONE_LABEL * bounds.high
        return OutputRole(Activation.PROBABILITIES, has_several=has_several, largest=bounds.high)
    # A single value has no others to share with: its softmax would be 1 whatever it is.
    activation = Activation.LOGITS if tensor.elements > 1 else Activation.SEPARATE_LOGITS
    return OutputRole(activation, is_sure=bounds.is_sure)
