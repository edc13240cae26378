"""The journal: what is done stays done, and what is in which part is decided once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edgeclassify.archive.journal.journal import Journal
from edgeclassify.archive.journal.records import BatchResult, Counts, Part
from edgeclassify.errors import StorageError
from tests.support.small_disk import small_disk_at


def result(number: int, images: int = 4, faults: int = 0, still: int = 0) -> BatchResult:
    return BatchResult(number, b"rows of %d" % number, images, faults, still)


def fill(journal: Journal, kept: list[int]) -> None:
    while True:
        journal.keep([BatchResult(len(kept), bytes(10_000), 64)])
        kept.append(len(kept))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with closing(Journal(path, part_images=8)) as journal:
        yield journal


def test_facts_stay(journal: Journal, path: Path) -> None:
    assert journal.facts() is None
    journal.keep_facts({"options": {"--top": 5}})
    with closing(Journal(path)) as again:
        assert again.facts() == {"options": {"--top": 5}}


def test_what_is_kept_is_done_after_the_next_start_too(journal: Journal, path: Path) -> None:
    journal.keep([result(0), result(2, faults=1, still=2)])
    with closing(Journal(path)) as again:
        for one in (journal, again):
            assert [one.is_done(number) for number in range(4)] == [True, False, True, False]
            assert one.counts == Counts(8, 1, 2)


def test_a_part_has_batches_in_a_row_and_waits_for_one_that_is_missing(journal: Journal) -> None:
    journal.keep([result(0), result(2), result(3)])
    assert journal.begin_part() is None
    journal.keep([result(1)])
    part = journal.begin_part()
    assert part == Part(0, 0, 1, 8)
    assert list(journal.rows_of(part)) == [b"rows of 0", b"rows of 1"]
    journal.end_part(part)
    assert journal.begin_part() == Part(1, 2, 3, 8)


def test_a_part_is_closed_at_its_size_and_not_one_image_before(journal: Journal) -> None:
    journal.keep([result(0, images=7)])
    assert journal.begin_part() is None
    journal.keep([result(1, images=1), result(2)])
    assert journal.begin_part() == Part(0, 0, 1, 8)


def test_at_an_early_end_a_part_has_what_there_is(journal: Journal) -> None:
    assert journal.begin_part(early=True) is None
    journal.keep([result(0), result(2)])
    assert journal.begin_part(early=True) == Part(0, 0, 0, 4)


def test_a_part_that_was_begun_stays_as_it_was_decided(journal: Journal, path: Path) -> None:
    journal.keep([result(0), result(1)])
    begun = journal.begin_part()
    with closing(Journal(path, part_images=100)) as again:
        again.keep([result(2)])
        assert again.begin_part(early=True) == begun
        assert (again.parts, again.first) == (0, 0)
        assert begun is not None
        again.end_part(begun)
        assert again.begin_part(early=True) == Part(1, 2, 2, 4)


def test_a_part_that_is_written_counts_and_its_rows_are_gone(journal: Journal, path: Path) -> None:
    journal.keep([result(0, faults=2), result(1, still=1), result(2)])
    part = journal.begin_part()
    assert part is not None
    journal.end_part(part)
    with closing(Journal(path)) as again:
        for one in (journal, again):
            assert (one.parts, one.first, one.counts) == (1, 2, Counts(12, 2, 1))
            assert one.is_done(1)
            assert one.is_done(2)
            assert not one.is_done(3)
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT number FROM results").fetchall() == [(2,)]


def test_what_is_no_journal_is_refused_with_what_to_do(path: Path) -> None:
    path.write_bytes(b"something else, for more than a header's length" * 10)
    with pytest.raises(StorageError, match=r"journal\.sqlite: expected the journal of an archive.*--again"):
        Journal(path)


def test_a_later_version_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA user_version=2")
    with pytest.raises(StorageError, match="expected a journal of version 1, found 2"):
        Journal(path)


def test_on_a_full_disk_what_was_kept_stays_whole(tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "disk", "300k") as disk:
        path = disk / "journal.sqlite"
        with closing(Journal(path)) as journal:
            kept: list[int] = []
            with pytest.raises(StorageError, match=r"can't be written: .*full.*give the same command again"):
                fill(journal, kept)
            number = len(kept)
            assert number > 3
            assert journal.is_done(number - 1)
            assert not journal.is_done(number)
        with closing(Journal(path)) as again:
            assert again.counts.images == number * 64
