"""What is told of the battery: text of a file or a topic → a number that can be believed, or none."""

import json
import logging
import math
import threading
import time
from collections.abc import Callable

from edgeclassify.config import GovernorConfig
from edgeclassify.once import Once

log = logging.getLogger(__name__)

MOST = {"percent": 100.0, "volts": 1000.0}
"""What is above, or below 0, is no battery's."""
LONGEST_SHOWN = 40
"""Characters of what was found, in a message."""


class NonsenseError(ValueError):
    """What was told is no number of a battery: expected, and found."""


class BatteryGauge:
    """The last good number, while it counts. Thread-safe: a topic tells from another thread.

    `config`: with a battery. `clock`: monotonic seconds.
    """

    def __init__(self, config: GovernorConfig, clock: Callable[[], float] = time.monotonic) -> None:
        assert config.battery is not None, "there is one"
        self._where, self._unit = config.battery, config.battery_unit
        self._key, self._factor, self._stale_s = config.battery_key, config.battery_factor, config.battery_stale_s
        self._clock, self._lock = clock, threading.Lock()
        self._said = Once()
        self._value: float | None = None
        self._since_s = clock()

    def tell(self, text: str, at_s: float | None = None) -> None:
        """This was read, or came. `at_s`: then, by its clock; None: now. Nonsense is said once, and changes
        nothing."""
        try:
            value = self._number(text)
        except NonsenseError as error:
            self._complain(str(error))
            return
        with self._lock:
            self._value, self._since_s = value, self._clock() if at_s is None else at_s
            if self._said.is_over():
                log.info("governor: %s tells of the battery again: %g %s", self._where, value, self._unit)

    def fail(self, why: str) -> None:
        """Nothing could be read: said once."""
        self._complain(why)

    @property
    def value(self) -> float | None:
        """The last good number; None: none came for battery_stale_s, or ever."""
        with self._lock:
            silent_s = self._clock() - self._since_s
            value = self._value if silent_s <= self._stale_s else None
        if silent_s > self._stale_s:
            self._complain(f"nothing for {self._stale_s:g} s")
        return value

    def _complain(self, what: str) -> None:
        with self._lock:
            news, value, age_s = self._said.is_news(), self._value, self._clock() - self._since_s
        if not news:
            return
        if value is None:
            follows = "The battery is unknown, and changes nothing."
        elif age_s <= self._stale_s:
            follows = f"Its last good number, {value:g} {self._unit}, counts for {self._stale_s:g} s."
        else:
            follows = "The battery is unknown; what was asked for because of it stays as it was."
        log.warning("governor: %s: %s. %s", self._where, what, follows)

    def _number(self, text: str) -> float:
        """In the battery's unit. Raises NonsenseError."""
        found: object = text.strip()
        if self._key is not None:
            found = _under(self._key, text)
        try:
            value = float(found) * self._factor if isinstance(found, str | int | float) else math.nan
        except (ValueError, OverflowError):
            value = math.nan
        if isinstance(found, bool) or not 0 <= value <= MOST[self._unit]:
            place = "" if self._key is None else f" under {self._key!r}"
            times = "" if self._factor == 1 else f" that times {self._factor:g} is"
            expected = (
                f"a number{place}{times} {'0 to' if times else 'from 0 to'} {MOST[self._unit]:g} {self._unit}"
            )
            raise NonsenseError(f"expected {expected}, found {_shown(found)}")
        return value


def _under(key: str, text: str) -> object:
    """What JSON has there. Raises NonsenseError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NonsenseError(f"expected JSON with the key {key!r}, found {_shown(text)}") from None
    for name in key.split("."):
        if not isinstance(found, dict) or name not in found:
            raise NonsenseError(f"expected JSON with the key {key!r}, found {_shown(text)}")
        found = found[name]
    return found


def _shown(found: object) -> str:
    text = repr(found)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
