"""Until when a view is left alone."""

from typing import ClassVar, Self

from edgeclassify.contract.bodies.base import Time, Versioned, about
from edgeclassify.contract.encoding import rfc3339


class Snooze(Versioned):
    """Until when the view is not classified: it goes on by itself then."""

    keeps_null: ClassVar[bool] = True

    until: Time | None = about("When it goes on; null: it is not snoozed.", default=None)

    @classmethod
    def of(cls, until: float | None) -> Self:
        """`until`: seconds since the epoch."""
        return cls.made(until=None if until is None else rfc3339(until))
