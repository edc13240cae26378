"""docs/ingest.md: each query gives what stands below it, on a fleet that is made up here, in a real PostgreSQL."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.ingest.interface import Message, Row
from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.ingest.postgres.store import PostgresStore
from edgeclassify.ingest.reading import row_of
from tests.support.broker import Mosquitto, needs_mosquitto
from tests.support.postgres import running_cluster
from tests.support.waiting import patient

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ingest.md"
PAIR = re.compile(r"```sql\n(.*?)```\n\n```text\n(.*?)```\n", re.DOTALL)
T0 = 1_795_420_800.0  # 2026-11-23T08:00:00Z
HOUR, DAY = 3600.0, 86_400.0


def fleet() -> Iterator[Message]:
    """Three nodes over three days: one that flaps, one that lost its card, one whose camera is gone."""
    for day in range(3):
        for number, (label, at) in enumerate([("cat", 0.0), ("fox", 2.0), ("cat", 5.0)][: 3 - day % 2]):
            seq, begin = day * 10 + number * 2 + 1, T0 + day * DAY + at * HOUR
            yield event("porch", "gate", seq, label, begin, f"p{seq}", "start")
            yield event("porch", "gate", seq + 1, label, begin + 90, f"p{seq}", "end", duration_s=84.5 + number)
    # While the broker was away.
    yield event("porch", "gate", 7, "fox", T0 + 6 * HOUR, "p7", "start", late_by=1520.0)
    for seq in (1, 2, 3, 5):
        yield event("yard", "bin", seq, "open", T0 + seq * 60, f"y{seq}", "start")
    for seq in (1, 2):  # a new card
        yield event("yard", "bin", seq, "open", T0 + DAY + seq * 60, f"z{seq}", "start")
    yield message("edgeclassify/porch/status", b"online", T0, kept=True)
    yield message("edgeclassify/yard/status", b"offline", T0 + 2 * DAY + 1.5)
    yield message("edgeclassify/barn/status", b"offline", T0, kept=True)
    yield message("edgeclassify/porch/drive/availability", b"offline", T0 + 2 * DAY + 600)
    for turn in range(6):
        yield message("edgeclassify/attic/status", b"offline" if turn % 2 else b"online", T0 + HOUR + turn * 300)
    yield message("edgeclassify/attic/status", b"online", T0 + 3 * HOUR)
    for node, fps, depth in (("porch", 2.0, 0), ("yard", 4.99, 3)):
        body = {"v": 1, "fps": fps, "spool_depth": depth, "temperature_c": 48.5, "rss_mb": 81.2}
        yield message(f"edgeclassify/{node}/health", json.dumps(body).encode(), T0 + DAY)
        yield message(f"edgeclassify/{node}/info", b'{"v":1,"version":"0.1.0"}', T0 + DAY)
    yield message("edgeclassify/barn/hay/event", b'{"v":1,"seq":"three"}', T0)


def message(topic: str, payload: bytes, at: float, kept: bool = False) -> Message:
    return Message(topic, payload, at, kept)


def event(
    node: str, view: str, seq: int, label: str, ts: float, name: str, kind: str, late_by: float = 0.0, **why: Any
) -> Message:
    body = {"v": 1, "event_type": kind, "label": label, "score": 0.8789, "seq": seq, "id": name, "ts": rfc3339(ts)}
    late = {"historical": True} if late_by else {}
    topic = f"edgeclassify/{node}/{view}/{'history' if late_by else 'event'}"
    return message(topic, json.dumps(body | {"why": why} | late).encode(), ts + late_by + 0.25)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_cluster() as cluster:
        url = cluster.new_database("fleet")
        store = PostgresStore(address_of(url))
        rows: list[Row] = [row for one in fleet() if (row := row_of(one, "edgeclassify"))]
        store.write(rows)
        store.close()
        yield url


def answer(url: str, query: str) -> str:
    """As psql shows it, to who is in UTC."""
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("psql is not installed (Debian: apt-get install postgresql-client)")
    command = [psql, "--no-psqlrc", "-d", f"{url}?options=-ctimezone%3DUTC", "-c", query]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=True).stdout
    return "\n".join(line.rstrip() for line in shown.strip("\n").splitlines()) + "\n"


def test_mosquitto_takes_the_settings(tmp_path: Path) -> None:
    needs_mosquitto()
    (block,) = re.findall(r"```conf\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    broker = Mosquitto(tmp_path, f"allow_anonymous true\npersistence_location {tmp_path}/\n{block}").start()
    broker.stop()


def test_each_query_answers_what_the_page_shows(url: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    pairs = PAIR.findall(text)
    assert len(pairs) == text.count("```sql") >= 8
    for query, shown in pairs:
        assert answer(url, query) == shown, query
