"""Passwords that are checked while another one comes to hold."""

import asyncio
from pathlib import Path

import pytest

from edgeclassify.web.safety.access_file import AccessFile, write_access
from edgeclassify.web.safety.access_in_force import LOOKS_S, AccessInForce
from edgeclassify.web.safety.attempts import Attempts
from edgeclassify.web.safety.password_checks import PasswordChecks
from edgeclassify.web.safety.passwords import password_hash
from edgeclassify.web.safety.refusals import RefusedAtDoorError
from tests.support.clock import Clock


class Slow(AccessInForce):
    """Another password comes to hold while one is being checked."""

    path: Path
    clock: Clock

    def is_right(self, said: str) -> bool:
        was_right = super().is_right(said)
        write_access(self.path, AccessFile(password_hash("another one")))
        self.clock.now += LOOKS_S
        return was_right


def test_the_one_before_is_not_right_under_the_new_one(tmp_path: Path) -> None:
    path, clock = tmp_path / "web-access.json", Clock()
    write_access(path, AccessFile(password_hash("the first one")))
    access = Slow(path, is_needed=True, clock=clock)
    access.path, access.clock = path, clock
    with pytest.raises(RefusedAtDoorError, match="wrong password"):
        asyncio.run(PasswordChecks(access, Attempts(clock)).check("the first one", "192.0.2.9"))
    assert not access.is_known("the first one")
