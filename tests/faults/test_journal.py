"""What a kill leaves of a journal can be read."""

from pathlib import Path

from edgeclassify.types import Event, EventType
from tests.faults.journal import JournalWriter, read_journal


def event(seq: int, name: str) -> Event:
    return Event(name, seq, "gate", EventType.START, "cat", 0.5, 0.0)


def test_killed_between_before_and_after(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    first = JournalWriter(path)
    first.started()
    first.before(event(1, "a"))
    first.after(event(1, "a"))
    first.before(event(2, "b"))
    second = JournalWriter(path)
    second.started()
    second.before(event(2, "c"))
    second.after(event(2, "c"))
    second.before(event(3, "d"))
    second.failed(event(3, "d"), "no")
    with path.open("a") as file:
        file.write('{"kind": "bef')
    journal = read_journal(path)
    assert [(made.seq, made.id, made.returned) for made in journal.made] == [
        (1, "a", True), (2, "b", False), (2, "c", True), (3, "d", False)
    ]  # fmt: skip
    assert journal.failures == ("seq 3: no",)
    assert len(journal.starts) == 2


def test_no_journal_yet(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal").made == ()
