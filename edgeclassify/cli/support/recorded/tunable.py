"""A recording as `tune` replays it: kept in memory, and judged as a whole for each setting."""

from pathlib import Path

from edgeclassify.cli.support.recorded.recordings import Recorded, Say
from edgeclassify.cli.support.recorded.replays import judged_views, truth_of
from edgeclassify.config import Config
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.errors import RecordingError, UsageError
from edgeclassify.recording.interface import Input as RecordedInput, RulesChanged, ViewBegins
from edgeclassify.recording.replay.judgement import NOTHING_JUDGED, Judgement
from edgeclassify.recording.replay.replaying import NewRules, Replay
from edgeclassify.recording.replay.tally import Tally
from edgeclassify.recording.tuning.settings import Setting


class Tunable:
    """Raises RecordingError where nobody says what was to be seen.

    `views`: those that are judged, all by the same setting.
    """

    def __init__(self, recorded: Recorded, new_rules: NewRules, truth: Path | None, say: Say) -> None:
        self._recorded, self._truth = recorded, truth_of(truth, recorded, new_rules)
        self._records = list(recorded.records(say))
        self._made_of = {
            record.facts.view: new_rules(record.facts) or (record.facts, record.rules)
            for record in self._records
            if isinstance(record, ViewBegins)
        }
        if not any(isinstance(one, RecordedInput) for one in self._records):
            raise RecordingError(f"{recorded.name}: expected inputs to decide on, found none")
        judged = self._judged_views(lambda facts: self._made_of[facts.view])
        self.views = list(judged)
        if not sum(judged.values(), NOTHING_JUDGED).scenes:
            raise RecordingError(
                f"{recorded.name}: expected to be told what was to be seen in it: a CSV with the columns t, view, "
                "label by --truth, or y0, y1, … in a .npz"
            )

    @property
    def whose(self) -> str:
        """In words, what a setting is for."""
        if self._recorded.streams:
            return "the [[view]] that such scores are of"
        return f"the [[view]] {self.views[0]}" if len(self.views) == 1 else "each [[view]]"

    def section_of(self, config: Config) -> str:
        """The name of the view of a config that a proposed setting is for. Raises UsageError for several."""
        names = [one.name for one in config.views()] if self._recorded.streams else self.views
        if len(names) != 1:
            raise UsageError(f"--write: expected one view, found {', '.join(names)}. Choose one by --view.")
        return names[0]

    @property
    def present(self) -> Setting:
        """What the first of the views has now."""
        return Setting.of(self._made_of[self.views[0]][1])

    def judged(self, setting: Setting) -> Judgement:
        """All views together, by this setting. Raises ConfigError."""
        made_of = {view: (facts, setting.applied(rules)) for view, (facts, rules) in self._made_of.items()}
        judged = self._judged_views(lambda facts: made_of[facts.view])
        return sum(judged.values(), NOTHING_JUDGED)

    def _judged_views(self, rules: NewRules) -> dict[str, Judgement]:
        tally = Tally(self._recorded.seconds_of())
        replay = Replay(decider_of, rules)
        for one in replay.run(one for one in self._records if not _changes_rules(one)):
            tally.count(one)
        return judged_views(self._recorded, tally, self._truth)


def _changes_rules(record: object) -> bool:
    return isinstance(record, RecordedInput) and isinstance(record.what, RulesChanged)
