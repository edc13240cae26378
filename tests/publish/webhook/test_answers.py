"""What an answer means for the event, and when the receiver is asked again."""

import pytest

from edgeclassify.publish.webhook.answers import Answer, Judgement, Reaction, judge

NOW = 1_795_000_000.0
"""Thu, 18 Nov 2026 11:06:40 GMT"""


def of(status: int, *headers: tuple[str, str]) -> Judgement:
    return judge(Answer(status, headers), NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_taken(status: int) -> None:
    assert of(status, ("retry-after", "5")) == Judgement(Reaction.TAKEN)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_the_receiver_has_no_time_or_a_fault(status: int) -> None:
    found = of(status)
    assert (found.reaction, found.wait_s) == (Reaction.WAITS, None)
    assert f"the answer {status}" in found.found


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399, 401, 403, 404, 405, 409, 418, 451])
def test_only_a_change_helps(status: int) -> None:
    assert of(status).reaction is Reaction.WAITS


def test_what_to_do_is_said() -> None:
    assert of(301).found == (
        "the answer 301 (Moved Permanently), a redirect. Write the address to which it leads as webhook.url"
    )
    assert all("a redirect" in of(status).found for status in (300, 399))
    assert "webhook.secret_file" in of(401).found
    assert "webhook.secret_file" in of(403).found
    assert of(404).found == "the answer 404 (Not Found). Check webhook.url, and the receiver"
    assert of(503).found == "the answer 503 (Service Unavailable)"
    assert of(500).found == "the answer 500 (Internal Server Error)"
    assert of(499).found == "the answer 499. Check webhook.url, and the receiver"
    assert of(599).found == "the answer 599"


@pytest.mark.parametrize("status", [400, 413, 414, 422])
def test_the_event_may_be_at_fault(status: int) -> None:
    assert of(status).reaction is Reaction.AT_FAULT


def test_gone() -> None:
    assert of(410).reaction is Reaction.GONE


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("0", 0.0), ("7", 7.0), ("3600", 3600.0), ("3601", 3600.0), ("9" * 400, 3600.0), ("0" * 12 + "5", 5.0),
        ("Wed, 18 Nov 2026 11:07:00 GMT", 20.0), ("Wed, 18 Nov 2026 11:06:00 GMT", 0.0),
        ("Wed, 18 Nov 2027 11:06:40 GMT", 3600.0), ("Wednesday, 18-Nov-26 11:07:00 GMT", 20.0),
        ("Wed Nov 18 11:07:00 2026", 20.0), ("Wed, 18 Nov 2026 12:07:00 +0100", 20.0),
        ("", None), ("soon", None), ("-1", None), ("1.5", None), ("Wed, 99 Nov 2026 11:07:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value: str, wait_s: float | None) -> None:
    for status in (429, 503):
        assert of(status, ("retry-after", value)).wait_s == wait_s


def test_a_date_counts_by_the_receivers_own_clock() -> None:
    date = ("date", "Thu, 01 Jan 1970 00:10:00 GMT")
    assert of(503, date, ("retry-after", "Thu, 01 Jan 1970 00:10:09 GMT")).wait_s == 9.0
