"""What a receiver's answer means for the event that was posted, and for those behind it."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from http import HTTPStatus

from edgeclassify.http.response import Headers, header_of
from edgeclassify.lazy_dataclass import dataclass

LONGEST_RETRY_AFTER_S = 3600.0
"""A receiver that asks for more is asked again after so long."""
EVENT_AT_FAULT = (400, 413, 414, 422)
"""It may be this event that the receiver can't take: too large, or not as it expects one."""


class Reaction(Enum):
    """What is done with the event: it has arrived; it waits, and all behind it; it may be at fault itself; none is
    sent any more."""

    TAKEN = auto()
    WAITS = auto()
    AT_FAULT = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, as far as it counts: the body is nobody's."""

    status: int
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`found`: what to say of it, a noun phrase, with what to do. `wait_s`: the wait that the receiver asks for;
    None: it leaves that to us."""

    reaction: Reaction
    found: str = ""
    wait_s: float | None = None


def judge(answer: Answer, now: float) -> Judgement:
    """`now`: seconds since 1970, for a Retry-After that is a date where the answer has none itself."""
    status = answer.status
    said = f"the answer {status}{_in_words(status)}"
    if 200 <= status < 300:
        return Judgement(Reaction.TAKEN)
    if status == HTTPStatus.GONE:
        return Judgement(Reaction.GONE, said)
    if status in EVENT_AT_FAULT:
        return Judgement(Reaction.AT_FAULT, said)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        advice = "Check user and password in webhook.url, webhook.secret_file, and this machine's clock"
        return Judgement(Reaction.WAITS, f"{said}. {advice}")
    if 300 <= status < 400:
        return Judgement(Reaction.WAITS, f"{said}, a redirect. {_REDIRECT}")
    wait_s = _retry_after_s(answer.headers, now)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT) or status >= 500:
        return Judgement(Reaction.WAITS, said, wait_s)
    return Judgement(Reaction.WAITS, f"{said}. Check webhook.url, and the receiver", wait_s)


_REDIRECT = "Write the address to which it leads as webhook.url"


def _in_words(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _retry_after_s(headers: Headers, now: float) -> float | None:
    """Seconds, at most LONGEST_RETRY_AFTER_S; None where the header is not there, or is nonsense."""
    value = header_of(headers, "retry-after")
    if re.fullmatch(r"[0-9]+", value):
        return min(float(value), LONGEST_RETRY_AFTER_S)
    until = _date(value)
    if until is None:
        return None
    # By the receiver's own clock where it tells: ours may be unset.
    since = _date(header_of(headers, "date"))
    return min(max(0.0, until - (now if since is None else since)), LONGEST_RETRY_AFTER_S)


def _date(value: str) -> float | None:
    """An HTTP date in seconds since 1970; None where it is none."""
    try:
        found = parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
