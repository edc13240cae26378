"""Who is let in: by a session's cookie, a token, or the password; and how one logs in and out."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from http import HTTPStatus, cookies

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.web.safety.access_in_force import AccessInForce
from edgeclassify.web.safety.password_checks import PasswordChecks
from edgeclassify.web.safety.passwords import TOKEN_MARK
from edgeclassify.web.safety.refusals import RefusedAtDoorError
from edgeclassify.web.safety.sessions import LASTS_S, Sessions
from edgeclassify.web.safety.visitors import Visitor

LONGEST_SECRET = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """Who was let in. `is_ambient`: a browser says so by itself, or nobody had to say. `secret`: its cookie's.
    `is_valid`: whether it would be let in still."""

    may_change: bool
    is_ambient: bool
    is_valid: Callable[[], bool]
    secret: str | None = None


class Door:
    """Used by the server's loop."""

    def __init__(self, access: AccessInForce, sessions: Sessions, passwords: PasswordChecks, *, node: str) -> None:
        """`node`: its name; a host may have several, which a browser's cookies don't tell apart by their ports."""
        self._access, self._sessions, self._passwords = access, sessions, passwords
        self._cookie = f"edgeclassify-{hashlib.sha256(node.encode()).hexdigest()[:12]}"
        self._writing = asyncio.Lock()

    @property
    def is_password_needed(self) -> bool:
        """Whether one must say who one is."""
        return self._access.is_needed

    async def entry(self, visitor: Visitor, headers: Mapping[str, str]) -> Entry | None:
        """Who it is; None: nobody that is let in. Raises RefusedAtDoorError for a wrong password."""
        if said := headers.get("authorization"):
            return await self._entry_by(said, visitor)
        if not self._access.is_needed:
            return self._entry_without(visitor)
        secret = self._secret_in(headers.get("cookie", ""))
        if secret is None or not self._is_session(secret):
            return None
        return Entry(may_change=True, is_ambient=True, is_valid=lambda: self._is_session(secret), secret=secret)

    async def log_in(self, password: str, visitor: Visitor) -> str:
        """The Set-Cookie header of a new session. Raises RefusedAtDoorError for a wrong password."""
        if not self._access.is_needed:
            raise RefusedAtDoorError(HTTPStatus.CONFLICT, "expected no password: none is needed here")
        await self._passwords.check(password, visitor.address)
        secret = self._sessions.begin(self._access.password)
        await self._keep_sessions()
        return self._set_cookie(secret, LASTS_S, visitor)

    async def renewed(self, entry: Entry, visitor: Visitor) -> str | None:
        """The Set-Cookie header for a session that goes on to be used; None: it lasts as it is."""
        if entry.secret is None or not self._sessions.renew(entry.secret):
            return None
        await self._keep_sessions()
        return self._set_cookie(entry.secret, LASTS_S, visitor)

    async def log_out(self, entry: Entry | None, visitor: Visitor) -> str:
        """End the session, where there is one; the Set-Cookie header that forgets it."""
        if entry is not None and entry.secret is not None and self._sessions.end(entry.secret):
            await self._keep_sessions()
        return self._set_cookie("", 0, visitor)

    def _is_session(self, secret: str) -> bool:
        password = self._access.password
        return bool(password) and self._sessions.is_valid(secret, password)

    async def _keep_sessions(self) -> None:
        async with self._writing:
            await asyncio.to_thread(self._sessions.write)

    def _entry_without(self, visitor: Visitor) -> Entry:
        if visitor.is_passed_on:
            raise RefusedAtDoorError(
                HTTPStatus.FORBIDDEN,
                "expected a password, since a proxy lets others reach this page; nobody was given one. On the "
                "node: edgeclassify web password",
            )
        return Entry(may_change=True, is_ambient=True, is_valid=lambda: not self._access.is_needed)

    async def _entry_by(self, said: str, visitor: Visitor) -> Entry | None:
        kind, _, rest = said.strip().partition(" ")
        secret = (
            rest.strip()
            if kind.lower() == "bearer"
            else _basic_password(rest)
            if kind.lower() == "basic"
            else None
        )
        if not secret or len(secret) > LONGEST_SECRET:
            return None
        # A browser that was told of a name and password once says them by itself from then on.
        is_ambient = kind.lower() == "basic"
        if (token := self._access.token(secret)) is not None:
            return Entry(token.may_change, is_ambient, lambda: self._access.token(secret) is not None)
        if secret.startswith(TOKEN_MARK) or not self._access.password:
            return None
        password = self._access.password
        await self._passwords.check(secret, visitor.address)
        return Entry(may_change=True, is_ambient=is_ambient, is_valid=lambda: self._access.password == password)

    def _secret_in(self, header: str) -> str | None:
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == self._cookie and 0 < len(value) <= LONGEST_SECRET:
                return value
        return None

    def _set_cookie(self, secret: str, lasts_s: float, visitor: Visitor) -> str:
        morsel = cookies.SimpleCookie({self._cookie: secret})[self._cookie]
        morsel["path"], morsel["max-age"] = visitor.folder, int(lasts_s)
        morsel["httponly"], morsel["samesite"], morsel["secure"] = True, "Strict", visitor.is_https
        return morsel.OutputString()


def _basic_password(said: str) -> str | None:
    try:
        decoded = base64.b64decode(said.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return decoded.partition(":")[2]
