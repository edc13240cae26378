"""Models that count as known, so that none is tried in a process of its own."""

from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.trial_run.tried_models import TriedModels


class EveryModel(TriedModels):
    """Each model has run here."""

    def holds(self, sha256: str, runtime: str) -> bool:
        return True


ALL_KNOWN = Trials(EveryModel(None))
