"""The log of events over HTTP, of a daemon that has seen some."""

import httpx
import pytest

from edgeclassify.contract import bodies


def test_the_newest_come_first_page_by_page(api: httpx.Client) -> None:
    first = api.get("api/events?limit=2").json()
    assert (len(first["events"]), first["more"]) == (2, True)
    second = api.get(f"api/events?limit=2&before_seq={first['next_before_seq']}").json()
    numbers = [one["seq"] for one in first["events"] + second["events"]]
    assert numbers == list(range(numbers[0], numbers[0] - 4, -1))


def test_the_oldest_come_first_behind_a_number(api: httpx.Client) -> None:
    found = api.get("api/events?after_seq=0&limit=3").json()
    assert [one["seq"] for one in found["events"]] == [1, 2, 3]
    assert (found["more"], found["next_before_seq"]) == (True, None)


def test_the_last_page_has_no_next_one(api: httpx.Client) -> None:
    found = api.get("api/events?before_seq=3").json()
    assert [one["seq"] for one in found["events"]] == [2, 1]
    assert (found["more"], found["next_before_seq"]) == (False, None)


def test_an_event_is_that_of_the_contract_with_its_view(api: httpx.Client) -> None:
    (event,) = api.get("api/events?before_seq=2").json()["events"]
    assert (event.pop("view"), event.pop("has_picture")) == ("table", True)
    assert "picture" not in event  # where it lies is the node's own affair
    bodies.Event.model_validate(event)


def test_only_what_is_asked_for(api: httpx.Client) -> None:
    found = api.get("api/events", params={"type": "start", "label": "espresso", "view": "table"}).json()["events"]
    assert found
    assert {(one["event_type"], one["label"]) for one in found} == {("start", "espresso")}
    assert api.get("api/events?view=else").json()["events"] == []


def test_within_a_span_of_time(api: httpx.Client) -> None:
    all_of_them = api.get("api/events?after_seq=0&limit=6").json()["events"]
    since, until = all_of_them[2]["ts"], all_of_them[5]["ts"]
    found = api.get("api/events", params={"after_seq": 0, "since": since, "until": until}).json()["events"]
    assert found == [one for one in all_of_them if since <= one["ts"] < until]
    assert api.get("api/events?until=2020-01-01T00:00:00.000Z").json()["events"] == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("limit=0", "limit: expected a number of at least 1, found '0'"),
        ("limit=101", "limit: expected a number of at most 100, found '101'"),
        ("since=yesterday", "since: expected text like"),
        ("since=2026-02-31T00:00:00.000Z", "since: expected a time such as 2026-11-29T06:54:00.000Z"),
        ("type=begin", "type: expected 'start', 'update', 'lasting' or 'end', found 'begin'"),
        ("before_seq=3&after_seq=1", "after_seq: expected the number of an event, and no before_seq, found 1"),
        ("per=day", "'per': expected one of"),
    ],
)
def test_what_is_refused_is_one_sentence(api: httpx.Client, query: str, error: str) -> None:
    found = api.get(f"api/events?{query}")
    assert (found.status_code, found.json()["error"][: len(error)]) == (422, error)


def test_how_often_labels_started(api: httpx.Client) -> None:
    counts = api.get("api/events/counts?per=hour&label=espresso").json()["counts"]
    assert counts[0]["view"] == "table"
    starts = api.get("api/events", params={"type": "start", "label": "espresso", "limit": 100}).json()
    assert 0 < sum(one["starts"] for one in counts) <= len(starts["events"]) or starts["more"]
    assert len(api.get("api/events/counts").json()["counts"][0]["name"]) == len("2026-11-29")
