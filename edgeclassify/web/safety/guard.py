"""Who gets past: the layers around the page's answers, from the outside in."""

import logging
from collections.abc import Collection, Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.web.safety.bodies import Bodies
from edgeclassify.web.safety.door import Door, Entry
from edgeclassify.web.safety.failures import Failures
from edgeclassify.web.safety.headers import SafeHeaders
from edgeclassify.web.safety.hosts import host_and_port, is_right
from edgeclassify.web.safety.lasting import while_allowed
from edgeclassify.web.safety.origins import HARMLESS, OWN_HEADER, fault_of_origin
from edgeclassify.web.safety.pixels import NoPixels
from edgeclassify.web.safety.refusals import RefusedAtDoorError
from edgeclassify.web.safety.visitors import Visitor, visitor_of

log = logging.getLogger(__name__)

MOST_SAID = 20
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="edgeclassify", charset="UTF-8"'}
_PASSED = "edgeclassify.passed"


@dataclass(frozen=True, slots=True)
class Rules:
    """`names`: by which the page may be asked for. `proxies`: addresses whose word counts. `open_paths`: what
    nobody need log in for, as (method, path). `most_bytes`: of any body. `shows_pictures`: False where no pixel
    may get out."""

    names: frozenset[str]
    proxies: frozenset[str]
    open_paths: Collection[tuple[str, str]]
    most_bytes: int
    shows_pictures: bool = True


@dataclass(frozen=True, slots=True)
class Passed:
    """Who got past: what the endpoints for logging in and out work with. `entry` None: nobody yet."""

    door: Door
    visitor: Visitor
    entry: Entry | None


def passed(request: Request) -> Passed:
    """Who has sent this request."""
    found: Passed = request.scope[_PASSED]
    return found


def guarded(app: ASGIApp, door: Door, rules: Rules) -> ASGIApp:
    """The app with all that guards it around it."""
    inner = app if rules.shows_pictures else NoPixels(app)
    return SafeHeaders(Bodies(Failures(_Guard(inner, door, rules)), rules.most_bytes))


class _Guard:
    """An ASGI layer: asks for the name, the origin, and who it is. What it does not know it does not let past."""

    def __init__(self, app: ASGIApp, door: Door, rules: Rules) -> None:
        self._app, self._door, self._rules = app, door, rules
        self._said = Once()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers, method = Headers(scope=scope), scope["method"]
        visitor = visitor_of(scope, self._rules.proxies)
        host = host_and_port(visitor.host)
        if host is None or not is_right(host.name, self._rules.names):
            raise self._wrong_name(visitor)
        is_open = (method, scope["path"]) in self._rules.open_paths
        entry = await self._entry(visitor, headers, is_open)
        # Who is nobody yet, and may be here all the same, has the browser say nothing by itself; a stranger's page
        # that logs people in is no better than one that does other things.
        is_ambient = entry is None or entry.is_ambient
        if fault := fault_of_origin(method, headers, host, is_ambient=is_ambient):
            raise RefusedAtDoorError(HTTPStatus.FORBIDDEN, fault)
        if entry is not None and not entry.may_change and method not in HARMLESS:
            sentence = (
                "expected a token that may change things, found one that may look: see edgeclassify web token"
            )
            raise RefusedAtDoorError(HTTPStatus.FORBIDDEN, sentence)
        scope[_PASSED] = Passed(self._door, visitor, entry)
        if visitor.is_https:
            scope["scheme"] = "https"
        await self._app(scope, receive, send if entry is None else while_allowed(send, entry.is_valid))

    async def _entry(self, visitor: Visitor, headers: Headers, is_open: bool) -> Entry | None:
        try:
            entry = await self._door.entry(visitor, headers)
        except RefusedAtDoorError as error:
            # Who has guessed too often may still read the page; where a proxy lets everybody in, nobody may.
            if is_open and error.status != HTTPStatus.FORBIDDEN:
                return None
            if error.status == HTTPStatus.UNAUTHORIZED:
                error.headers.update(_challenge(headers))
            raise
        if entry is None and not is_open:
            sentence = "expected you to log in first"
            raise RefusedAtDoorError(HTTPStatus.UNAUTHORIZED, sentence, _challenge(headers))
        return entry

    def _wrong_name(self, visitor: Visitor) -> RefusedAtDoorError:
        name = visitor.host[:100]
        if len(self._said) < MOST_SAID and self._said.is_news(name):
            log.warning("page: refused a request for %s: a name of this node belongs into web.hosts", ascii(name))
        return RefusedAtDoorError(
            HTTPStatus.MISDIRECTED_REQUEST,
            f"expected a name of this node, found {name!r}. Where it is one, add it to web.hosts in the config",
        )


def _challenge(headers: Mapping[str, str]) -> dict[str, str]:
    """Programs are told how to say who they are. Browsers are not: they would ask by a window of their own."""
    if OWN_HEADER in headers or "mozilla/" in headers.get("user-agent", "").lower():
        return {}
    return _CHALLENGE
