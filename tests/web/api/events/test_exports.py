"""The log of events as one file."""

import asyncio
import csv
import io
import json

import httpx
import pytest

from edgeclassify.history.csv_lines import COLUMNS, csv_of
from edgeclassify.web.api.events import pages
from edgeclassify.web.api.events.bodies import WhichEvents
from tests.web.api.routed import SilentNode, around


def test_all_of_them_as_a_spreadsheet_has_them(api: httpx.Client) -> None:
    found = api.get("api/events.csv?type=start")
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert found.headers["content-disposition"].startswith('attachment; filename="bench-events-2')
    heading, *rows = csv.reader(io.StringIO(found.text))
    assert tuple(heading) == COLUMNS
    numbers = [int(row[0]) for row in rows]
    assert numbers[0] == 1
    assert numbers == sorted(numbers)
    assert {row[3] for row in rows} == {"start"}


def test_all_of_them_as_lines_of_json(api: httpx.Client) -> None:
    found = api.get("api/events.jsonl")
    events = [json.loads(line) for line in found.text.splitlines()]
    assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
    assert len(events) >= 6


def test_of_none_there_is_a_file_too(api: httpx.Client) -> None:
    assert api.get("api/events.csv?label=unicorn").text == csv_of([], heading=True)
    assert api.get("api/events.jsonl?label=unicorn").text == ""


def test_what_is_refused_is_no_file(api: httpx.Client) -> None:
    found = api.get("api/events.csv?since=2026-02-31T00:00:00.000Z")
    assert found.status_code == 422
    assert "since" in found.json()["error"]


def test_what_a_spreadsheet_would_take_for_a_formula_is_text() -> None:
    assert "'=1+1" in csv_of([{"label": "=1+1"}], heading=False)


def test_every_page_comes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    async def ask(_: object, command: object, body: dict[str, int]) -> dict[str, object]:
        asked.append(body["after_seq"])
        events = [{"seq": number} for number in range(body["after_seq"] + 1, body["after_seq"] + 4)]
        return {"events": events, "more": body["after_seq"] < 6}

    async def collect() -> list[int]:
        which = WhichEvents()
        return [one["seq"] async for page in pages.every_page(around(SilentNode()), which) for one in page]

    monkeypatch.setattr(pages, "ask", ask)
    assert asyncio.run(collect()) == list(range(1, 10))
    assert asked == [0, 3, 6]
