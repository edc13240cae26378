"""A first look at a network that was just opened: a few made frames, and what its outputs say of them."""

import logging
from itertools import islice

import numpy as np

from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.output_values import OutputValues, Values
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.interface import Network
from edgeclassify.model.roles.output_role import OutputRole
from edgeclassify.model.roles.sample_outputs import judge, sample_frames
from edgeclassify.model.roles.settled_output_role import OutputWord, settled_role
from edgeclassify.model.tensors import ClassifierTensors

log = logging.getLogger(__name__)

_FOR_NAN_ALONE = 2
"""Frames that are enough where nothing else is asked than whether the outputs are numbers."""


def settle_role(
    name: str, network: Network, tensors: ClassifierTensors, said: OutputWord | None, broken: BrokenScores
) -> OutputRole:
    """The role of a classifier's output. `name` names the model in messages; `said`: the sidecar's `output`.

    What the graph does not tell, and what is not as the sidecar says, is logged. Raises ModelError where no
    output of any frame is a number, or the runtime fails.
    """
    role = tensors.role
    is_open = not role.is_sure or role.has_several or said is not None
    if not is_open and tensors.output.dtype != "float32":
        return role
    values = _sample_values(network, tensors, None if is_open else _FOR_NAN_ALONE)
    settled, note = settled_role(role, said, judge(values), tensors.output.elements)
    if note is not None:
        log.warning("%s: %s", name, note)
    reader = ScoreReader(tensors.output, settled)
    never_sound = np.logical_and.reduce([reader.broken(found) for found in values])
    if never_sound.any():
        broken.look(never_sound)
    return settled


def _sample_values(network: Network, tensors: ClassifierTensors, most: int | None) -> list[Values]:
    """The real values of the output, one array per sample frame."""
    values, found = OutputValues(tensors.output), []
    for frame in islice(sample_frames(tensors.input.width, tensors.input.height), most):
        outputs = network.infer(network.prepare(frame))
        found.append(values.read(outputs[tensors.output.index]))
    return found
