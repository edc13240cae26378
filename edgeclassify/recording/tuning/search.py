"""Searches settings: some anywhere, then more near the best ones. The same seed finds the same."""

from collections.abc import Callable, Iterator, Sequence

from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.recording.replay.judgement import Judgement
from edgeclassify.recording.tuning.settings import Drawing, Setting

SECONDS_OF_A_MISTAKE = 30.0
"""So much delay, added up over all scenes, weighs as much as a scene missed or a wrong start."""
_ANYWHERE = 0.5
"""The share of tries that are drawn anywhere."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting, and how well it did."""

    setting: Setting
    judgement: Judgement

    @property
    def wrong_per_hour(self) -> float:
        """False and repeated starts."""
        return self.judgement.false_per_hour + self.judgement.repeated_per_hour

    @property
    def cost(self) -> float:
        """Mistakes, and delay counted as such; lower is better."""
        one = self.judgement
        return one.missed + one.false + one.repeated + sum(one.delays_s) / SECONDS_OF_A_MISTAKE

    @property
    def delay_s(self) -> float:
        """Mean delay; infinite where nothing was found."""
        delay_s = self.judgement.mean_delay_s
        return float("inf") if delay_s is None else delay_s

    def beats(self, other: "Tried") -> bool:
        """True where it is better in one respect and worse in none: wrong starts, delay, missed."""
        mine = self.wrong_per_hour, self.delay_s, self.judgement.missed
        its = other.wrong_per_hour, other.delay_s, other.judgement.missed
        return mine != its and all(one <= another for one, another in zip(mine, its, strict=True))


class Search:
    """`judge`: replays by a setting; raises ConfigError where a view's rules forbid it."""

    def __init__(self, judge: Callable[[Setting], Judgement], present: Setting, seed: int) -> None:
        self._judge, self._drawing = judge, Drawing(seed)
        self.present = Tried(present, judge(present))
        """What is set now."""
        self._tried = {present: self.present}

    def run(self, tries: int) -> Iterator[Tried]:
        """Each that was tried."""
        for i in range(tries):
            setting = self._drawing.anywhere() if i < tries * _ANYWHERE else self._near_the_best()
            if setting in self._tried:
                continue
            try:
                tried = Tried(setting, self._judge(setting))
            except ConfigError:
                continue
            self._tried[setting] = tried
            yield tried

    @property
    def tried(self) -> list[Tried]:
        """All, the present one first."""
        return list(self._tried.values())

    @property
    def best(self) -> Tried:
        """The one with the least cost; of equals the first, so that nothing is changed for nothing."""
        return min(self.tried, key=lambda one: one.cost)

    @property
    def undominated(self) -> list[Tried]:
        """Those that no other one beats, by their wrong starts."""
        return undominated(self.tried)

    def _near_the_best(self) -> Setting:
        best = sorted(self.tried, key=lambda one: one.cost)[:5]
        return self._drawing.near(self._drawing.choice([one.setting for one in best]))


def undominated(tried: Sequence[Tried]) -> list[Tried]:
    """Those that no other one beats, fewest wrong starts first; of equal ones the first."""
    found: dict[tuple[float, float, int], Tried] = {}
    for one in tried:
        if not any(other.beats(one) for other in tried):
            found.setdefault((one.wrong_per_hour, one.delay_s, one.judgement.missed), one)
    return [found[key] for key in sorted(found)]
