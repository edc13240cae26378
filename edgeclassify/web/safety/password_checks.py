"""Whether a password is right: counted before it is looked at, and dear checks one at a time."""

import asyncio
from http import HTTPStatus

from edgeclassify.web.safety.access_in_force import AccessInForce
from edgeclassify.web.safety.attempts import Attempts
from edgeclassify.web.safety.refusals import RefusedAtDoorError

MOST_WAITING = 4
"""Passwords that wait to be checked; more are refused."""


class PasswordChecks:
    """Used by the server's loop. Drop policy: of more than MOST_WAITING that wait the newest is refused."""

    def __init__(self, access: AccessInForce, attempts: Attempts) -> None:
        self._access, self._attempts = access, attempts
        self._under_way: dict[tuple[str, str], asyncio.Task[bool]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def check(self, password: str, address: str) -> None:
        """Raises RefusedAtDoorError where it is wrong, or must not be tried now by this address."""
        # First of all: whoever guesses must not learn which password is known.
        if (wait_s := self._attempts.wait_s(address)) > 0:
            raise _too_many(wait_s)
        if self._access.is_known(password):
            return
        # Who asks for several pictures at once says the same password with each: it is checked once.
        key = (address, password)
        check = self._under_way.get(key)
        if check is None:
            check = self._under_way[key] = self._begin(password, address)
            check.add_done_callback(lambda _: self._under_way.pop(key))
        if not await asyncio.shield(check):
            raise RefusedAtDoorError(HTTPStatus.UNAUTHORIZED, "wrong password")

    def _begin(self, password: str, address: str) -> "asyncio.Task[bool]":
        if len(self._under_way) >= MOST_WAITING:
            raise _too_many(1.0)
        self._attempts.tries(address)
        return asyncio.get_running_loop().create_task(self._is_right(password, address))

    async def _is_right(self, password: str, address: str) -> bool:
        # Guessing must not take more than one core, and 16 MiB.
        held = self._access.password
        async with self._one_at_a_time:
            is_right = await asyncio.to_thread(self._access.is_right, password)
        if not is_right or held != self._access.password:  # another one may hold by now
            self._attempts.was_wrong(address)
            return False
        self._attempts.was_right(address)
        self._access.remember(password)
        return True


def _too_many(wait_s: float) -> RefusedAtDoorError:
    seconds = max(1, round(wait_s))
    return RefusedAtDoorError(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"too many wrong passwords: try again in {seconds} s",
        {"Retry-After": str(seconds)},
    )
