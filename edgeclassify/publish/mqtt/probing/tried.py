"""What became of trials at one server: kept from one connection to the next."""

from edgeclassify.lazy_dataclass import dataclass

MOST_ATTEMPTS = 2
"""At each server: a broker may end the connection on what its rules forbid."""


@dataclass(slots=True)
class Tried:
    """What became of trials at one server. `kept`: a message of theirs is still there; `asked`: how often
    it was asked there for what another server has, without an end of that."""

    attempts: int = 0
    done: bool = False
    kept: bool = False
    asked: int = 0

    @property
    def given_up(self) -> bool:
        """True where no more is tried, and a message is still there."""
        return self.kept and (self.done or self.attempts >= MOST_ATTEMPTS)
