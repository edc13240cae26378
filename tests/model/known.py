"""Models that count as known, so that none is tried in a process of its own."""

from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.runtime.delegates import DelegateChoice
from edgeclassify.model.speed.known_speeds import KnownSpeeds
from edgeclassify.model.speed.speeds import Speeds
from edgeclassify.model.trial_run.tried_models import TriedModels


class EveryModel(TriedModels):
    """Each model has run here."""

    def holds(self, sha256: str, runtime: str, delegate: DelegateChoice | None = None) -> bool:
        return True


ALL_KNOWN = Trials(EveryModel(None), speeds=Speeds(KnownSpeeds(None), budget_s=0.0))
"""No time is spent on how fast one is either."""
