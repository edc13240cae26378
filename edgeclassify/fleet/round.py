"""Who has been asked, who has answered, and who is next. Pure: the time comes with each call.

At most `at_once` targets are asked at a time. One that is offline, goes offline or says nothing is asked again
while there is time to wait: an order is safe to repeat. An answer counts however late it comes, once.
"""

from collections import deque
from collections.abc import Callable, Sequence

from edgeclassify.fleet.interface import Answer, Outcome, Result, Target
from edgeclassify.lazy_dataclass import dataclass

_FAILED = (Outcome.REFUSED, Outcome.SILENT)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a round goes. `answer_s`: how long an answer may take; `wait_s`: how long to wait for who is not there.

    `stop_after`: so many that refuse or are silent end it; 0: none do.
    """

    at_once: int = 20
    answer_s: float = 15.0
    wait_s: float = 0.0
    stop_after: int = 0


class Round:
    """One order to some targets. `online` says whether a node is (None: nobody knows).

    `now`: monotonic seconds.
    """

    def __init__(
        self, targets: Sequence[Target], pace: Pace, online: Callable[[str], bool | None], now: float
    ) -> None:
        self._pace, self._online = pace, online
        self._targets = tuple(dict.fromkeys(targets))
        self._wait_until = now + pace.wait_s
        self._waiting = deque(self._targets)
        self._away: dict[Target, None] = {}
        self._deadlines: dict[Target, float] = {}
        self._first_asked: dict[Target, float] = {}
        self._results: dict[Target, Result] = {}
        self._failed = 0

    @property
    def finished(self) -> bool:
        """Nobody is to be asked, or waited for, any more."""
        return not (self._deadlines or self._away or (self._waiting and not self.stopped))

    @property
    def stopped(self) -> str:
        """Why the rest are not asked; "": they are."""
        return f"{self._failed} have failed" if 0 < self._pace.stop_after <= self._failed else ""

    @property
    def settled(self) -> int:
        """Targets of which it is known what came of it."""
        return len(self._results)

    def due(self, now: float) -> list[Target]:
        """Whom to ask now."""
        found: list[Target] = []
        while self._waiting and len(self._deadlines) < self._pace.at_once and not self.stopped:
            target = self._waiting.popleft()
            if self._online(target.node) is False:
                self._park(target, now)
                continue
            self._first_asked.setdefault(target, now)
            self._deadlines[target] = now + self._pace.answer_s
            found.append(target)
        return found

    def answered(self, target: Target, answer: Answer, now: float) -> None:
        """An answer has come. One of somebody who was not asked, or a second one, is left out."""
        done = self._results.get(target)
        if target not in self._first_asked or (
            done is not None and done.outcome in (Outcome.DONE, Outcome.REFUSED)
        ):
            return
        self._forget(target)
        outcome = Outcome.DONE if answer.error is None else Outcome.REFUSED
        took_s = now - self._first_asked[target]
        self._settle(Result(target, outcome, answer.error or "", answer.data, took_s))

    def presence(self, node: str, online: bool, now: float) -> None:
        """A node has said that it is there, or its broker that it is not."""
        if online:
            for target in [one for one in self._away if one.node == node]:
                del self._away[target]
                self._waiting.append(target)
            return
        for target in [one for one in self._deadlines if one.node == node]:
            del self._deadlines[target]
            self._park(target, now)

    def ask_again(self) -> None:
        """What was said meanwhile may be lost: whoever has not answered is asked once more."""
        self._waiting.extendleft(reversed(self._deadlines))
        self._deadlines.clear()

    def pause(self, seconds: float) -> None:
        """Nobody could be heard for so long: it does not count."""
        self._wait_until += seconds
        self._deadlines = {target: until + seconds for target, until in self._deadlines.items()}

    def tick(self, now: float) -> None:
        """Time has passed."""
        for target in [one for one, until in self._deadlines.items() if now >= until]:
            del self._deadlines[target]
            if now < self._wait_until:
                self._waiting.append(target)
            else:
                self._settle(Result(target, Outcome.SILENT, f"no answer within {self._pace.answer_s:g} s"))
        if now >= self._wait_until or self.stopped:
            for target in self._away:
                self._settle(Result(target, Outcome.OFFLINE, self._why_offline(target)))
            self._away.clear()

    def results(self) -> tuple[Result, ...]:
        """Of all targets, in their order; also before it is finished."""
        return tuple(self._results.get(target) or self._open(target) for target in self._targets)

    def _open(self, target: Target) -> Result:
        if target in self._away:
            return Result(target, Outcome.OFFLINE, self._why_offline(target))
        if target in self._first_asked:
            return Result(target, Outcome.SILENT, "it was asked, and had not answered yet")
        return Result(target, Outcome.NOT_ASKED)

    def _why_offline(self, target: Target) -> str:
        return "it went offline before it answered" if target in self._first_asked else ""

    def _park(self, target: Target, now: float) -> None:
        if now < self._wait_until:
            self._away[target] = None
        else:
            self._settle(Result(target, Outcome.OFFLINE, self._why_offline(target)))

    def _settle(self, result: Result) -> None:
        before = self._results.get(result.target)
        self._failed += (result.outcome in _FAILED) - (before is not None and before.outcome in _FAILED)
        self._results[result.target] = result

    def _forget(self, target: Target) -> None:
        self._deadlines.pop(target, None)
        self._away.pop(target, None)
        if target in self._waiting:
            self._waiting.remove(target)
