"""The access file as it holds now."""

import logging
import shutil
from pathlib import Path

import pytest

from edgeclassify.errors import PageError
from edgeclassify.web.safety.access_file import AccessFile, write_access
from edgeclassify.web.safety.access_in_force import LOOKS_S, REMEMBERED, AccessInForce
from edgeclassify.web.safety.passwords import password_hash
from tests.support.clock import Clock

ONE, OTHER = AccessFile(password_hash("one password")), AccessFile(password_hash("other password"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "web-access.json"


def test_without_a_file_nothing_is_needed_and_nothing_right(path: Path, clock: Clock) -> None:
    access = AccessInForce(path, is_needed=False, clock=clock)
    assert not access.is_needed
    assert access.password == ""
    assert not access.is_right("")
    assert access.token("") is None
    assert AccessInForce(None, is_needed=True, clock=clock).is_needed


def test_one_that_is_made_meanwhile_holds(path: Path, clock: Clock) -> None:
    access = AccessInForce(path, is_needed=False, clock=clock)
    write_access(path, ONE)
    clock.now += LOOKS_S
    assert access.is_needed
    assert access.is_right("one password")
    assert not access.is_right("other password")


def test_another_password_makes_the_one_before_unknown(path: Path, clock: Clock) -> None:
    write_access(path, ONE)
    access = AccessInForce(path, is_needed=False, clock=clock)
    before = access.password
    access.remember("one password")
    assert access.is_known("one password")
    assert not access.is_known("one passwor")
    write_access(path, OTHER)
    clock.now += LOOKS_S
    assert not access.is_known("one password")
    assert access.password != before
    assert access.is_right("other password")


@pytest.mark.parametrize("damage", ["gone", "damaged", "a folder"])
def test_what_goes_wrong_with_it_lets_nobody_in(
    damage: str, path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    write_access(path, ONE.with_token("a", "ect_a", may_change=True))
    access = AccessInForce(path, is_needed=False, clock=clock)
    access.remember("one password")
    assert access.token("ect_a")
    path.unlink()
    if damage == "damaged":
        path.write_text("{")
    if damage == "a folder":
        path.mkdir()
    clock.now += LOOKS_S
    with caplog.at_level(logging.ERROR):
        assert access.is_needed, "it was needed, and is from then on"
        assert access.token("ect_a") is None
        assert not access.is_known("one password")
        assert not access.is_right("one password")
        assert access.password == ""
    assert len(caplog.messages) == (damage != "gone")
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    write_access(path, ONE)
    clock.now += LOOKS_S
    assert access.password
    assert access.is_right("one password")


def test_a_damaged_one_at_the_start_is_one_message(path: Path) -> None:
    path.write_text("{")
    with pytest.raises(PageError, match="expected a file that"):
        AccessInForce(path, is_needed=False)


def test_tokens_are_told_apart(path: Path, clock: Clock) -> None:
    write_access(
        path, AccessFile().with_token("a", "ect_a", may_change=False).with_token("b", "ect_b", may_change=True)
    )
    access = AccessInForce(path, is_needed=False, clock=clock)
    a, b = access.token("ect_a"), access.token("ect_b")
    assert a is not None
    assert b is not None
    assert (a.may_change, b.may_change) == (False, True)
    assert access.token("ect_c") is None
    assert access.password == ""


def test_few_passwords_are_remembered(path: Path, clock: Clock) -> None:
    write_access(path, ONE)
    access = AccessInForce(path, is_needed=False, clock=clock)
    for i in range(REMEMBERED + 1):
        access.remember(f"p{i}")
    assert [access.is_known(f"p{i}") for i in (0, 1, REMEMBERED)] == [False, True, True]


def test_one_that_comes_damaged_lets_nobody_in(path: Path, clock: Clock) -> None:
    access = AccessInForce(path, is_needed=False, clock=clock)
    path.write_text("{")
    clock.now += LOOKS_S
    assert access.is_needed
