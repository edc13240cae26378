"""A first look at a model that was just opened: a few made pictures, and what their outputs say of it."""

import logging
from itertools import islice

import numpy as np

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.scores import ScoreReader, Scores
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.roles.output_role import OutputRole
from edgeclassify.model.roles.sample_outputs import judge, sample_frames
from edgeclassify.model.roles.settled import OutputWord, settled_role
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.tensors import InputTensor, OutputTensor

log = logging.getLogger(__name__)

_FOR_NAN_ALONE = 2
"""Pictures that are enough where nothing else is asked than whether the outputs are numbers."""


class FirstLook:
    """Runs the sample pictures through a model. `name` names it in messages."""

    def __init__(
        self, name: str, interpreter: Interpreter, preprocessor: Preprocessor, input_contract: InputTensor
    ) -> None:
        self._name, self._interpreter, self._preprocessor = name, interpreter, preprocessor
        self._size = input_contract.width, input_contract.height

    def settle(self, contract: OutputTensor, said: OutputWord | None, broken: BrokenScores) -> OutputRole:
        """The role of the output. `said`: the sidecar's `output`.

        What the graph does not tell, and what is not as the sidecar says, is logged. Raises ModelError where no
        output of any picture is a number, or the runtime fails.
        """
        role = contract.role
        is_open = not role.is_sure or role.has_several or said is not None
        if not is_open and contract.dtype != "float32":
            return role
        outputs = self._outputs(ScoreReader(contract), None if is_open else _FOR_NAN_ALONE)
        settled, note = settled_role(role, said, judge(outputs), contract.classes)
        if note is not None:
            log.warning("%s: %s", self._name, note)
        reader = ScoreReader(contract, settled)
        never_sound = np.logical_and.reduce([reader.broken(values) for values in outputs])
        if never_sound.any():
            broken.look(never_sound)
        return settled

    def _outputs(self, reader: ScoreReader, most: int | None) -> list[Scores]:
        """The real values of the outputs, one array per sample picture."""
        outputs = []
        for frame in islice(sample_frames(*self._size), most):
            self._preprocessor.fill(frame, self._interpreter.input_view())
            try:
                self._interpreter.invoke()
            except (RuntimeError, ValueError) as error:
                reason = str(error).strip()[:160]
                raise ModelError(f"{self._name}: {self._interpreter.runtime} failed: {reason}") from error
            outputs.append(reader.values(self._interpreter.output_view()))
        return outputs
