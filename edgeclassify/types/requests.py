"""What may be asked of a running daemon, and what it answers."""

from dataclasses import field
from enum import StrEnum
from typing import Any, Protocol

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types.history import HistoryQuery
from edgeclassify.types.teaching import TeachingOrder

TEACHING = "teach/"
"""Before the last level of the topics of what is asked of taught models."""


class Command(StrEnum):
    """What may be asked of a running daemon over MQTT."""

    PING = "ping"
    INFO = "info"
    SNAPSHOT = "snapshot"
    CLASSIFY_NOW = "classify_now"
    PAUSE = "pause"
    RESUME = "resume"
    RELOAD = "reload"
    MODELS = "models"
    SET = "set"
    HISTORY = "history"
    PROFILE = "profile"
    ANNOUNCE = "announce"
    TEACH_ADD = "teach/add"
    TEACH_CORRECT = "teach/correct"
    TEACH_FIT = "teach/fit"
    TEACH_LIST = "teach/list"
    TEACH_MOVE = "teach/move"
    TEACH_REMOVE = "teach/remove"
    TEACH_UNDO = "teach/undo"
    TEACH_COLLECT = "teach/collect"
    TEACH_CLUSTERS = "teach/clusters"
    TEACH_REVIEW = "teach/review"
    TEACH_LABEL = "teach/label"

    @property
    def family(self) -> str:
        """What stands before the last level of its topic: "teach/", or nothing."""
        return self[: self.rfind("/") + 1]

    @property
    def permission(self) -> "Permission":
        """What allows it."""
        return Permission(self.family.rstrip("/") or self)


class Permission(StrEnum):
    """What may be allowed to whoever asks: a command, or all of a family."""

    PING = "ping"
    INFO = "info"
    SNAPSHOT = "snapshot"
    CLASSIFY_NOW = "classify_now"
    PAUSE = "pause"
    RESUME = "resume"
    RELOAD = "reload"
    MODELS = "models"
    SET = "set"
    HISTORY = "history"
    PROFILE = "profile"
    ANNOUNCE = "announce"
    TEACH = "teach"


class Option(StrEnum):
    """What may be set of a view while the daemon runs."""

    ENABLED = "enabled"  # bool: is the view classified
    THRESHOLD = "threshold"  # 0-1: its threshold_enter
    INTERVAL = "interval"  # seconds between two frames that are classified


OptionValue = bool | float


class Asker(Protocol):
    """Who asked for something: answered where it was asked."""

    def answer(self, response: "Response") -> None:
        """Give the answer. Returns at once, may be called from any thread, and never raises."""


@dataclass(frozen=True, slots=True)
class Request:
    """A valid command, not carried out yet.

    `view`: which one; None: all of them, or not needed. `option` and `value` belong to SET, `query` to HISTORY,
    `seconds` to PAUSE, `profile` (None: none is to be on) to PROFILE, `teaching` to those of taught models, which
    name their view there. `transaction`: what the asker wants to see in the answer.
    """

    command: Command
    transaction: str | int | None = None
    view: str | None = None
    option: Option | None = None
    value: OptionValue | None = None
    query: HistoryQuery | None = None
    seconds: float | None = None
    profile: str | None = None
    teaching: TeachingOrder | None = None
    asker: Asker = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request; `error` says what was wrong, None when all went well.

    `command` is the end of the request's topic, which may be none that exists.
    """

    command: str
    transaction: str | int | None
    data: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
