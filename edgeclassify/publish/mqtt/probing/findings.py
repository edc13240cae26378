"""What a broker lacks, as far as it was tried, and how that is said: once, with what to do."""

import logging
from collections.abc import Sequence
from enum import StrEnum

from edgeclassify.once import Once

log = logging.getLogger(__name__)


class Lack(StrEnum):
    """What is not given to who subscribes late."""

    RETAINED = "retained"  # any retained message
    WILDCARDS = "wildcards"  # those that a filter with + or # would find
    SERVERS = "servers"  # those that another server of the broker got


def lacks_in(said: object) -> tuple[Lack, ...] | None:
    """What `broker_lacks` of a node's figures says, in the order of Lack; None: it is not known."""
    return tuple(one for one in Lack if one in said.split(", ")) if isinstance(said, str) else None


REMEDY = (
    "Let who comes late ask for it on {ask}, as `edgeclassify watch` does, or set mqtt.announce_interval_s "
    "(docs/brokers.md)."
)
TEXTS = {
    Lack.RETAINED: "it gives no retained messages: who subscribes late sees nothing of this node",
    Lack.WILDCARDS: "it gives no retained messages to subscriptions with + or #: who subscribes so and late sees "
    "nothing of this node",
    Lack.SERVERS: "what another of its servers keeps is not known at this one: who subscribes late sees nothing "
    "of a node that is at another server, or what was true once",
}


class Findings:
    """Of one broker, all its servers together: what one of them lacks the broker lacks; of
    what they know of each other the last trial counts.

    Used by one thread, `lacks` by any. `broker`: its name; `ask`: where all nodes are asked to announce
    themselves. None: nothing is logged.
    """

    def __init__(self, broker: str | None = None, ask: str = "") -> None:
        self._broker, self._remedy = broker, REMEDY.format(ask=ask)
        self._said = Once()
        self._found: dict[Lack, bool] = {}

    @property
    def lacks(self) -> Sequence[Lack] | None:
        """In the order of Lack; None: nothing was found out yet."""
        found = dict(self._found)
        return [one for one in Lack if found.get(one)] if found else None

    @property
    def keeps_all(self) -> bool:
        """True where it is known to give what it keeps to who subscribes late, in whichever way."""
        return self._found.get(Lack.WILDCARDS) is False and not any(self._found.values())

    def found(self, lack: Lack, *, lacks: bool) -> None:
        """It was tried."""
        # Servers that did not know each other while the network between them was down may do so later.
        self._found[lack] = lacks or (lack is not Lack.SERVERS and self._found.get(lack, False))
        if lacks and self._broker is not None and self._said.is_news(lack):
            log.warning("%s: %s. %s", self._broker, TEXTS[lack], self._remedy)

    def told(self, lack: Lack) -> None:
        """The broker itself has said so, and that is logged elsewhere."""
        self._said.is_news(lack)
        self._found[lack] = True
