"""A database whose pages are whole, and what declares its tables is not: set aside, and salvaged."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.disk import FILE_NAME, DiskSpool
from edgeclassify.types import DayTally, OpenOccurrence, TallyRecord, ViewRecord

CAT = TallyRecord("gate", "cat", (DayTally(739_000, 3, 1200.5),), 1.7e9, 739_000)
OPEN = ViewRecord("gate", 1, OpenOccurrence(view="gate", id="id1", label="cat", score=0.9, started_at=1.7e9))
SINKS = ("history", "mqtt")


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """Of a database with something in each of its tables."""
    spool = DiskSpool(tmp_path, SpoolConfig())
    spool.serve(SINKS)
    spool.append(SpooledEvent(1, "gate", b"{}", OPEN, CAT))
    spool.append(SpooledEvent(2, "yard", b"{}"))
    spool.reader("mqtt").delivered([1])
    spool.close()
    return (tmp_path / FILE_NAME).read_bytes()


@pytest.mark.parametrize(
    ("before", "after", "views", "labels"),
    [
        (b"(view TEXT PRIMARY KEY, seq", b"(vied TEXT PRIMARY KEY, seq", {"gate"}, {"cat"}),
        (b"seq INTEGER NOT NULL, body BLOB, crc", b"seq INTEGER NOT NULL, bodx BLOB, crc", {"gate"}, {"cat"}),
        (b"label TEXT NOT NULL, body", b"labem TEXT NOT NULL, body", {"gate"}, set()),
        (b"body BLOB NOT NULL, crc", b"body BLOB NOT NULL, cra", {"gate"}, {"cat"}),
        (b"TEXT NOT NULL, body BLOB, crc", b"TEXT NOT NULL, body BLOB, crb", {"gate"}, {"cat"}),
        (b"(seq INTEGER PRIMARY", b"(seq INTFGER PRIMARY", {"gate"}, {"cat"}),
        (b"(seq INTEGER PRIMARY KEY", b"(seq INTEGER PRIMARY\x83KEY", {"gate"}, {"cat"}),
        (b"first INTEGER, last", b"first INTEGER, lasu", {"gate"}, {"cat"}),
    ],
)
def test_what_declares_a_table_is_damaged(
    content: bytes,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    before: bytes,
    after: bytes,
    views: set[str],
    labels: set[str],
) -> None:
    assert (content.count(before), len(after)) == (1, len(before))
    (tmp_path / FILE_NAME).write_bytes(content.replace(before, after))
    with caplog.at_level(logging.WARNING):
        spool = DiskSpool(tmp_path, SpoolConfig())
        spool.serve(SINKS)
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
        f"{tmp_path / FILE_NAME}: damaged"
    ]
    assert not any(record.exc_info for record in caplog.records)
    assert (tmp_path / f"{FILE_NAME}.damaged-1").exists()
    assert [event.seq for event in spool.pending(9)] == [1, 2]
    assert set(spool.views()) == views
    assert {record.label for record in spool.tallies_of("gate")} == labels
    spool.append(SpooledEvent(3, "gate", b"{}", ViewRecord("gate", 3, None), CAT))
    assert spool.on_disk
    spool.close()


def test_what_was_delivered_does_not_count_as_lost(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = DiskSpool(tmp_path, SpoolConfig())
    spool.append(SpooledEvent(3, "gate", b"{}", ViewRecord("gate", 3, None), CAT))
    spool.delivered([1, 2, 3])
    spool.close()
    content = (tmp_path / FILE_NAME).read_bytes()
    assert content.count(b"view TEXT NOT NULL, body BLOB, crc") == 1
    (tmp_path / FILE_NAME).write_bytes(content.replace(b"NULL, body BLOB, crc", b"NULL, body BLOB, crd"))
    with caplog.at_level(logging.WARNING):
        spool = DiskSpool(tmp_path, SpoolConfig())
    assert (len(caplog.records), spool.last_seq, spool.depth) == (1, 3, 0)
    spool.close()


def schema(content: bytes) -> Iterator[int]:
    """Where what declares the tables stands."""
    at = content.find(b"CREATE TABLE")
    begins = min(at, content.find(b"tableevents"))
    return iter(range(begins - 40, content.rfind(b"CREATE TABLE") + 180))


@pytest.mark.parametrize("bit", [0x01, 0x10, 0x80])
def test_a_bit_of_it_is_wrong(content: bytes, tmp_path: Path, bit: int) -> None:
    """Whatever that costs, the spool works."""
    for number, place in enumerate(schema(content)):
        if number % 5 or place >= 1024:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        wrong = bytearray(content)
        wrong[place] ^= bit
        (folder / FILE_NAME).write_bytes(wrong)
        spool = DiskSpool(folder, SpoolConfig())
        spool.serve(SINKS)
        seq = spool.last_seq + 1
        spool.append(SpooledEvent(seq, "gate", b"{}", ViewRecord("gate", seq, None), CAT))
        assert spool.on_disk
        assert spool.pending(9)[-1].seq == seq
        spool.close()
