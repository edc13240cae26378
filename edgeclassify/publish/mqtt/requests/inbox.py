"""What arrives over MQTT: a topic and a payload become a Request, or the Response that says what is wrong."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

from edgeclassify.config import CommandsConfig
from edgeclassify.contract import requests
from edgeclassify.contract.refusals import RequestError, choices, hint, shown
from edgeclassify.contract.request_payload import body_of
from edgeclassify.contract.topics import Topics, is_command_like
from edgeclassify.once import Once
from edgeclassify.publish.mqtt.requests.askers import OptionTopic, ProfileTopic
from edgeclassify.replaced_files import ReplacedFilesError
from edgeclassify.types import Asker, Command, Option, Request, Response

log = logging.getLogger(__name__)

ANSWERS_PER_REQUEST = 4
"""How many times commands.per_minute messages are answered in a minute, most of them with an error."""
UNKNOWN_COMMAND = "unknown"
"""End of the answer's topic where that of the request can't be one."""
_MINUTE_S = 60.0


class Inbox:
    """Understands what arrives. Used by the delivery thread alone.

    Whoever may publish on the broker can send anything, as often as they like. So at most `config.per_minute`
    valid requests are let through in any 60 seconds; more of them get an error. Of all that arrives at most
    ANSWERS_PER_REQUEST times as many messages are looked at in any 60 seconds: the rest is dropped without an
    answer, logged once until it ends, so that nobody can use the node as a loudspeaker.
    `views`: the names of the views; `has_profiles`: there are some to choose from. `asker`: who is answered on
    response topics. `clock`: monotonic seconds.
    """

    def __init__(
        self,
        *,
        topics: Topics,
        views: Sequence[str],
        config: CommandsConfig,
        asker: Asker,
        has_profiles: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._topics, self._views, self._asker = topics, tuple(views), asker
        self._allowed = tuple(one for one in Command if config.enabled and one.permission in config.allow)
        self._request_prefix = topics.request("")
        self._plain: dict[str, Callable[[bytes], Request]] = {}
        """Topics of plain text, and what is asked for there."""
        if Command.SET in self._allowed:
            for view, option in product(self._views, Option):
                self._plain[topics.option_set(view, option)] = partial(_option, view, option)
        if Command.PROFILE in self._allowed and has_profiles:
            self._plain[topics.profile_set] = lambda payload: requests.profile_request(payload, ProfileTopic())
        self._announces = Command.ANNOUNCE in self._allowed
        self._per_minute = config.per_minute
        self._requests = _Limit(config.per_minute, clock)
        self._messages = _Limit(config.per_minute * ANSWERS_PER_REQUEST, clock)
        self._bad_options, self._drops, self._retained, self._replaced = (Once() for _ in range(4))

    def subscriptions(self) -> tuple[str, ...]:
        """What to subscribe to: nothing where nothing is obeyed.

        All requests, also for commands that are none, since each is answered; option topics one by one.
        """
        if not self._allowed:
            return ()
        # Where no command of a family is obeyed a broker need not let the node listen there.
        families = {"", *(command.family for command in self._allowed)}
        requests = (topic for topic, (first, *_) in self._topics.all_requests.items() if first.family in families)
        return (*requests, *self._plain, *((self._topics.announce_all,) if self._announces else ()))

    def take(self, topic: str, payload: bytes, retain: bool) -> Request | Response | None:
        """What to carry out, or what to answer; None: neither. Never raises.

        Retained requests are ignored: nobody asked just now. So is everything while nothing is obeyed, and what is
        dropped for its mass.
        """
        is_plain, is_request = topic in self._plain, topic.startswith(self._request_prefix)
        if not self._allowed or not (is_plain or is_request):
            return None
        if not self._is_asked_now(topic, retain):
            return None
        return self._plain_text(topic, payload) if is_plain else self._request(topic, payload)

    def take_of_all(self, payload: bytes, retain: bool) -> float | None:
        """All nodes are asked to announce themselves: within how many seconds; None: it is not done. Never raises.

        Nobody can be answered, so what is wrong with it is logged once.
        """
        topic = self._topics.announce_all
        if not self._announces:
            return None
        if not self._is_asked_now(topic, retain):
            return None
        try:
            within_s = requests.AnnounceAllRequest.read(body_of(payload)).within_s
        except (RequestError, ReplacedFilesError) as fault:
            if self._bad_options.is_news(topic):
                log.warning("%s: not done: %s", topic, fault)
            return None
        self._bad_options.is_over(topic)
        return within_s

    def _is_asked_now(self, topic: str, retain: bool) -> bool:
        """False, which is said, for what the broker had kept, and for one of too many."""
        if retain:
            self._say_retained(topic)
            return False
        if not self._messages.take():
            self._say_dropping()
            return False
        self._drops.is_over()
        return True

    def _request(self, topic: str, payload: bytes) -> Request | Response:
        name, transaction = topic.removeprefix(self._request_prefix), None
        try:
            body = body_of(payload)
            transaction = requests.transaction_of(body)
            request = requests.request_of(self._command(name), body, self._views, self._asker)
            self._spend()
        except ReplacedFilesError as fault:
            if self._replaced.is_news():
                log.error("requests can't be answered: %s", fault)
            return Response(name if is_command_like(name) else UNKNOWN_COMMAND, transaction, {}, str(fault))
        except RequestError as fault:
            return Response(name if is_command_like(name) else UNKNOWN_COMMAND, transaction, {}, str(fault))
        return request

    def _plain_text(self, topic: str, payload: bytes) -> Request | None:
        try:
            request = self._plain[topic](payload)
            self._spend()
        except (RequestError, ReplacedFilesError) as fault:
            if self._bad_options.is_news(topic):
                log.warning("%s: not set: %s", topic, fault)
            return None
        self._bad_options.is_over(topic)
        return request

    def _command(self, name: str) -> Command:
        if name not in list(Command):
            expected = f"expected one of {choices(self._allowed)}"
            raise RequestError(f"command: {expected}, found {shown(name)}{hint(name, self._allowed)}")
        if name not in self._allowed:
            raise RequestError(f"{name}: not allowed by commands.allow in this node's config")
        return Command(name)

    def _spend(self) -> None:
        if not self._requests.take():
            raise RequestError(f"too many requests: at most {self._per_minute} in a minute (commands.per_minute)")

    def _say_retained(self, topic: str) -> None:
        level = logging.WARNING if self._retained.is_news() else logging.DEBUG
        log.log(level, "%s: ignored, for it is retained. Send requests without the retain flag.", ascii(topic))

    def _say_dropping(self) -> None:
        if self._drops.is_news():
            log.warning(
                "more than %d messages on request topics in a minute: the rest is dropped without an answer",
                self._per_minute * ANSWERS_PER_REQUEST,
            )


def _option(view: str, option: Option, payload: bytes) -> Request:
    return requests.option_request(view, option, payload, OptionTopic(view, option))


class _Limit:
    """At most `most` in any minute."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._most, self._clock = most, clock

    def take(self) -> bool:
        """True where one more may pass, which then counts."""
        now = self._clock()
        if len(self._times) == self._most and now - self._times[0] < _MINUTE_S:
            return False
        self._times.append(now)
        return True
