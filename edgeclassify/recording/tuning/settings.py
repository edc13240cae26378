"""What is searched: the keys of a view that say how sure and how quick its decisions are."""

import math
import random
from dataclasses import replace

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import FilterKind, Rules


@dataclass(frozen=True, slots=True)
class Setting:
    """As of Rules and its filter; each is a key of a [[view]]."""

    threshold_enter: float
    threshold_exit: float
    confirm_s: float
    expire_s: float
    filter: FilterKind
    memory_s: float
    smoothing_s: float

    @classmethod
    def of(cls, rules: Rules) -> "Setting":
        """What rules say by now."""
        kept, expire_s = rules.filter, rules.confirm_s if rules.expire_s is None else rules.expire_s
        return cls(
            rules.threshold_enter, rules.exit_score, rules.confirm_s, expire_s,
            kept.kind, kept.memory_s, kept.smoothing_s,
        )  # fmt: skip

    def applied(self, rules: Rules) -> Rules:
        """Rules with these in the place of their own. Raises ConfigError where a label's own rules forbid it."""
        kept = replace(rules.filter, kind=self.filter, memory_s=self.memory_s, smoothing_s=self.smoothing_s)
        return replace(
            rules,
            threshold_enter=self.threshold_enter,
            threshold_exit=self.threshold_exit,
            confirm_s=self.confirm_s,
            expire_s=self.expire_s,
            filter=kept,
        )

    def keys(self) -> dict[str, float | str]:
        """As keys of a config's [[view]], in their order there; without what has no effect by its filter."""
        found: dict[str, float | str] = {
            "threshold_enter": self.threshold_enter,
            "threshold_exit": self.threshold_exit,
            "confirm_s": self.confirm_s,
            "expire_s": self.expire_s,
            "filter": str(self.filter),
        }
        if self.filter is FilterKind.BAYES:
            found["memory_s"] = self.memory_s
        if self.filter is FilterKind.EXPONENTIAL:
            found["smoothing_s"] = self.smoothing_s
        return found

    def lines(self) -> list[str]:
        """The same as lines of TOML."""
        return [
            f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value:g}"
            for key, value in self.keys().items()
        ]


class Drawing:
    """Draws settings: anywhere, or near one that is known. The same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def anywhere(self) -> Setting:
        """A setting within the bounds of what makes sense."""
        kind = self._random.choice([FilterKind.BAYES, FilterKind.BAYES, FilterKind.EXPONENTIAL, FilterKind.NONE])
        enter = self._even(0.3, 0.95)
        return _rounded(
            Setting(
                threshold_enter=enter,
                threshold_exit=enter * self._even(0.3, 0.9),
                confirm_s=self._spread(0.3, 6.0) if self._random.random() < 0.8 else 0.0,
                expire_s=self._spread(0.3, 8.0),
                filter=kind,
                memory_s=self._spread(0.3, 6.0),
                smoothing_s=self._spread(0.3, 8.0),
            )
        )

    def near(self, one: Setting) -> Setting:
        """One that differs a little in some keys."""
        enter = one.threshold_enter
        if self._random.random() < 0.6:
            enter = 1 - min(0.8, max(0.01, (1 - enter) * self._spread(0.6, 1.6)))
        share = one.threshold_exit / max(one.threshold_enter, 1e-6)
        if self._random.random() < 0.5:
            share = min(0.95, max(0.2, share * self._spread(0.75, 1.3)))
        stays_at_once = one.confirm_s == 0 and self._random.random() < 0.7
        return _rounded(
            Setting(
                threshold_enter=enter,
                threshold_exit=enter * share,
                confirm_s=0.0 if stays_at_once else min(10.0, max(one.confirm_s, 0.2) * self._spread(0.6, 1.6)),
                expire_s=min(20.0, max(one.expire_s, 0.2) * self._spread(0.6, 1.6)),
                filter=one.filter,
                memory_s=min(20.0, max(0.1, one.memory_s * self._spread(0.6, 1.6))),
                smoothing_s=min(20.0, max(0.1, one.smoothing_s * self._spread(0.6, 1.6))),
            )
        )

    def choice(self, found: list[Setting]) -> Setting:
        """One of these."""
        return self._random.choice(found)

    def _even(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def _spread(self, low: float, high: float) -> float:
        """Evenly by its logarithm."""
        return low * math.exp(self._random.random() * math.log(high / low))


def _rounded(one: Setting) -> Setting:
    """To as many digits as a person would write."""
    enter = round(one.threshold_enter, 3)
    return Setting(
        enter,
        min(enter, round(one.threshold_exit, 2)),
        round(one.confirm_s, 1),
        round(one.expire_s, 1),
        one.filter,
        round(one.memory_s, 1),
        round(one.smoothing_s, 1),
    )
