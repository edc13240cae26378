"""The last lines of the log, kept in memory."""

import logging
from collections.abc import Iterator

import pytest

from edgeclassify import redaction
from edgeclassify.web.live.log_lines import KEPT, MOST_CHARACTERS, LogLines

log = logging.getLogger("edgeclassify.test")


@pytest.fixture
def lines() -> Iterator[LogLines]:
    logging.getLogger("edgeclassify").setLevel(logging.INFO)
    made = LogLines()
    made.start()
    yield made
    made.stop()


def test_what_is_logged_is_kept_with_its_level(lines: LogLines) -> None:
    log.warning("%s is %d", "this", 1)
    (one,) = lines.last(5)
    assert (one.level, one.text) == ("warning", "this is 1")


def test_the_newest_stay(lines: LogLines) -> None:
    for number in range(KEPT + 3):
        log.info("line %d", number)
    kept = lines.last(KEPT + 3)
    assert (len(kept), kept[0].text, kept[-1].text) == (KEPT, "line 3", f"line {KEPT + 2}")
    assert [one.text for one in lines.last(1)] == [f"line {KEPT + 2}"]


def test_secrets_are_left_out(lines: LogLines) -> None:
    redaction.KNOWN.remember(["hunter2hunter2"])
    log.info("the password hunter2hunter2")
    assert "hunter2" not in lines.last(1)[0].text


def test_of_a_long_one_its_end_stays(lines: LogLines) -> None:
    log.info("x" * 10 * MOST_CHARACTERS + "the reason")
    text = lines.last(1)[0].text
    assert len(text) <= MOST_CHARACTERS + 2
    assert text.endswith("the reason")


def test_a_traceback_is_part_of_its_line(lines: LogLines) -> None:
    try:
        raise ValueError("so")
    except ValueError:
        log.exception("it failed")
    assert "ValueError: so" in lines.last(1)[0].text


def test_who_logs_wrongly_goes_on(lines: LogLines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.info("%d", "no number")
    assert lines.last(5) == []


def test_nothing_is_kept_before_and_after() -> None:
    made = LogLines()
    log.warning("before")
    made.start()
    made.stop()
    log.warning("after")
    assert made.last(5) == []
