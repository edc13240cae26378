"""Who asks over MQTT, and how they are answered: on a response topic, or by an option's topic alone."""

import logging
from collections.abc import Callable

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Asker, Option, Response

log = logging.getLogger(__name__)


class ResponseTopics(Asker):
    """Whoever writes on a request topic listens on the response topic of the same name.

    Answers go out by the sink there is: one that a reload puts in the place of another takes over who asked
    that one. While there is none, answers are lost. May be used from any thread.
    """

    def __init__(self) -> None:
        self._publish: Callable[[Response], None] | None = None

    def answered_by(self, publish: Callable[[Response], None]) -> None:
        """From now on answers go out by this; it returns at once."""
        self._publish = publish

    def answer(self, response: Response) -> None:
        """Kept until it has arrived."""
        if (publish := self._publish) is not None:
            publish(response)


class ProfileTopic(Asker):
    """Whoever writes on the profile's topic sees on the other one which is on. Why it is not goes to the log."""

    def answer(self, response: Response) -> None:
        """Said where it is an error."""
        if response.error is not None:
            log.warning("profile: not set: %s", response.error)


@dataclass(frozen=True, slots=True)
class OptionTopic(Asker):
    """Whoever writes on an option's topic sees on it what the option is set to. Why it is not goes to the log."""

    view: str
    option: Option

    def answer(self, response: Response) -> None:
        """Said where it is an error."""
        if response.error is not None:
            log.warning(
                "view %s, %s: not set: %s", self.view, self.option, response.error, extra={"view": self.view}
            )
