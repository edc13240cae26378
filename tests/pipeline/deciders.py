"""A decider that a test writes the lines for, and a view with one."""

from typing import Any

from edgeclassify.errors import ConfigError
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.interface import Decider, Rules, Step
from edgeclassify.types import (
    FULL_FRAME,
    PLAIN_SURROUNDINGS,
    UNKNOWN,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Roi,
    Surroundings,
    ViewState,
)
from tests.postprocess.benches import make_rules
from tests.support.classifiers import BrightnessClassifier


def shows(label: str = UNKNOWN) -> ViewState:
    return ViewState("gate", label, 0.0, 0.0, 0.0, 0, None, (), "m")


class ScriptedDecider(Decider):
    """Answers with `step`, and time that passes with `passed`; keeps the calls, each with its arguments."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.calls: list[tuple[str, Any]] = []
        self.step, self.passed = Step(shows("day")), Step(None)
        self.kept: OpenOccurrence | None = None
        self.error: Exception | None = None
        self.given: list[Surroundings] = []

    def of(self, kind: str) -> list[Any]:
        return [value for name, value in self.calls if name == kind]

    def _note(self, kind: str, value: object) -> Step:
        self.calls.append((kind, value))
        if self.error is not None:
            raise self.error
        return self.step

    @property
    def rules(self) -> Rules:
        return self._rules

    def adopt(self, rules: Rules) -> None:
        if rules.top > 100:
            raise ConfigError("so many labels there are not")
        self._note("adopt", rules)
        self._rules = rules

    def renew(self) -> None:
        self._note("renew", None)

    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        self.given.append(surroundings)
        return self._note("see", prediction)

    def still(self, now: Moment, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        self.given.append(surroundings)
        return self._note("still", now)

    def pass_time(self, now: Moment) -> Step:
        self._note("pass_time", now)
        return self.passed

    def gap(self, now: Moment, reason: Reason) -> Step:
        return self._note("gap", (now, reason))

    def end(self, now: Moment, reason: Reason) -> Step:
        return self._note("end", reason)

    def look(self, prediction: Prediction) -> ViewState:
        self._note("look", prediction)
        return shows("night")

    @property
    def told(self) -> ViewState | None:
        return self.step.state

    def open(self, now: Moment) -> OpenOccurrence | None:
        self._note("open", now)
        return self.kept

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        self._note("resume", (kept, now))
        return kept.label == "day"


class ScriptedView(View):
    """A view whose decider is `decider`."""

    def __init__(
        self,
        name: str = "gate",
        camera: str = "front",
        region: Roi = FULL_FRAME,
        classifier: ImageClassifier | None = None,
        *,
        enabled: bool = True,
    ) -> None:
        self.decider = ScriptedDecider(make_rules())
        super().__init__(
            name=name, camera=camera, region=region,
            classifier=BrightnessClassifier() if classifier is None else classifier,
            decider=self.decider, enabled=enabled,
        )  # fmt: skip
