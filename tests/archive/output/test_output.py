"""Parquet parts, and what is read of them."""

import csv
import hashlib
from pathlib import Path

import pandas  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest

from edgeclassify.archive.interface import Row
from edgeclassify.archive.output import parts as parts_module
from edgeclassify.archive.output.csv_files import write_csv, write_faults
from edgeclassify.archive.output.parts import sweep_parts, write_part
from edgeclassify.archive.output.places import part_file, part_files
from edgeclassify.archive.output.reading import read_facts, read_rows, read_tables
from edgeclassify.archive.packing import pack, unpack_values
from edgeclassify.errors import ImageError, MissingInputError, StorageError
from tests.archive.made_rows import BAD, STILL, WHOLE
from tests.support.small_disk import small_disk_at

FACTS = {"model": "builtin", "sha256": "00"}


def written(folder: Path, number: int, *rows: Row) -> int:
    return write_part(folder, number, unpack_values(pack(rows)), FACTS)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    assert written(tmp_path, 0, WHOLE, BAD) == 2
    assert written(tmp_path, 1, STILL) == 1
    assert list(read_rows(tmp_path)) == [WHOLE, BAD, STILL]


def test_rows_come_in_the_order_of_the_parts_numbers(tmp_path: Path) -> None:
    written(tmp_path, 100_000, BAD)
    written(tmp_path, 99_999, WHOLE)
    assert list(read_rows(tmp_path)) == [WHOLE, BAD]


def test_others_read_it_as_any_parquet(tmp_path: Path) -> None:
    written(tmp_path, 0, WHOLE, BAD)
    frame = pandas.read_parquet(tmp_path / "parts")
    assert list(frame["label"].astype(object).where(frame["label"].notna(), None)) == ["cat", None]
    assert frame["score"][0] == 0.75
    assert frame["taken_at"][0] == pandas.Timestamp("1970-01-01T00:00:01.5Z")
    assert pq.read_metadata(part_file(tmp_path, 0)).row_group(0).column(0).compression == "ZSTD"


def test_metadata_tells_of_the_run(tmp_path: Path) -> None:
    written(tmp_path, 0, WHOLE)
    assert read_facts(tmp_path) == {"format": 1, **FACTS}


def test_the_same_rows_give_the_same_file(tmp_path: Path) -> None:
    written(tmp_path / "", 0, WHOLE, BAD)
    first = part_file(tmp_path, 0).read_bytes()
    written(tmp_path, 0, WHOLE, BAD)
    assert part_file(tmp_path, 0).read_bytes() == first


def test_a_part_is_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "GROUP_ROWS", 2)
    written(tmp_path, 0, WHOLE, BAD, STILL)
    metadata = pq.read_metadata(part_file(tmp_path, 0))
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [2, 1]


def test_some_columns_are_read_alone(tmp_path: Path) -> None:
    written(tmp_path, 0, WHOLE, BAD, STILL)
    tables = list(read_tables(tmp_path, ("label", "fault"), rows=2))
    assert [one.num_rows for one in tables] == [2, 1]
    assert tables[0].schema.names == ["label", "fault"]


def test_where_nothing_was_written_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="expected the output of `edgeclassify archive`"):
        part_files(tmp_path)


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    written(tmp_path, 0, WHOLE)
    part_file(tmp_path, 0).write_bytes(b"PAR1 and then nothing of it")
    with pytest.raises(ImageError, match=r"part-00000\.parquet: expected a part.*--again"):
        list(read_rows(tmp_path))
    with pytest.raises(ImageError, match=r"part-00000\.parquet"):
        read_facts(tmp_path)


def test_what_no_journal_knows_is_swept_and_nothing_else(tmp_path: Path) -> None:
    for number in range(3):
        written(tmp_path, number, WHOLE)
    others = [tmp_path / "parts" / name for name in ("mine.parquet", "part-00001-copy.parquet", "part-2.parquet")]
    for other in others:
        other.write_text("")
    (tmp_path / "parts" / "part-00001.parquet.tmp").write_text("")
    sweep_parts(tmp_path, 1)
    assert part_files(tmp_path) == [part_file(tmp_path, 0)]
    assert all(other.exists() for other in others)
    assert not (tmp_path / "parts" / "part-00001.parquet.tmp").exists()


def test_on_a_full_disk_there_is_no_half_part(tmp_path: Path) -> None:
    rows = [
        Row(f"{number:04x}" * 50, "cam", sha256=hashlib.sha256(b"%d" % number).hexdigest())
        for number in range(20_000)
    ]
    with small_disk_at(tmp_path / "disk", "300k") as disk:
        with pytest.raises(StorageError, match=r"part-00000\.parquet: can't be written: No space left"):
            written(disk, 0, *rows)
        assert list((disk / "parts").iterdir()) == []


def test_csv_has_a_line_for_each_image_and_columns_for_each_label(tmp_path: Path) -> None:
    written(tmp_path, 0, WHOLE, BAD, STILL)
    with write_csv(tmp_path, 2).open(newline="", encoding="utf-8") as file:
        cat, bad, still = csv.DictReader(file)
    assert cat["path"] == "'=a.jpg"
    assert (cat["label"], cat["score"], cat["label_2"], cat["score_2"]) == ("cat", "0.7500", "dog", "0.1250")
    assert cat["taken_at"] == "1970-01-01T00:00:01.500+00:00"
    assert (cat["group"], cat["group_score"], cat["calibrated"], cat["unknown"]) == (
        "pet",
        "0.8750",
        "0.5000",
        "0.2500",
    )
    assert (bad["fault"], bad["label"], bad["width"]) == ("can't be decoded", "", "")
    assert (cat["still"], still["still"]) == ("0", "1")


def test_faults_are_listed_and_the_list_goes_with_the_last(tmp_path: Path) -> None:
    written(tmp_path, 0, WHOLE, BAD)
    path = write_faults(tmp_path)
    assert path is not None
    assert path.read_text(encoding="utf-8") == 'path,fault\n"käfer\n.jpg",can\'t be decoded\n'
    written(tmp_path, 0, WHOLE)
    assert write_faults(tmp_path) is None
    assert not path.exists()


def test_what_can_not_be_swept_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "parts" / "part-00000.parquet.tmp").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"parts: can't be written: .*make room"):
        sweep_parts(tmp_path, 0)
