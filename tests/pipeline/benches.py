"""Views between fakes."""

from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.types import FULL_FRAME, Roi
from tests.postprocess.benches import make_rules
from tests.support.classifiers import BrightnessClassifier


def make_view(
    name: str,
    camera: str = "front",
    classifier: BrightnessClassifier | None = None,
    region: Roi = FULL_FRAME,
    **rules: object,
) -> View:
    """A view in which labels enter at once, where `rules` say nothing else."""
    classifier = BrightnessClassifier() if classifier is None else classifier
    made = make_rules(**({"confirm_s": 0.0} | rules))
    decider = ViewDecider(name, classifier.labels, "m", made)
    return View(name=name, camera=camera, region=region, classifier=classifier, decider=decider)
