"""Rows as bytes and back."""

from dataclasses import fields

from edgeclassify.archive.interface import Row
from edgeclassify.archive.packing import COLUMNS, as_utf8, pack, rounded, unpack
from tests.archive.made_rows import BAD, STILL, WHOLE

ROWS = (WHOLE, BAD, STILL)


def test_every_field_of_a_row_is_packed() -> None:
    assert tuple(one.name for one in fields(Row)) == COLUMNS


def test_rows_come_back_as_they_were() -> None:
    assert tuple(unpack(pack(ROWS))) == ROWS


def test_the_same_rows_give_the_same_bytes_and_others_do_not() -> None:
    assert pack(ROWS) == pack(tuple(ROWS))
    assert pack(ROWS) != pack(ROWS[:2])


def test_no_rows_are_packed_too() -> None:
    assert tuple(unpack(pack(()))) == ()


def test_a_score_keeps_six_digits() -> None:
    assert rounded(0.12345678) == 0.123457


def test_bytes_that_are_no_utf8_are_written_as_such() -> None:
    name = b"caf\xe9\xc3\xa9.jpg".decode(errors="surrogateescape")
    assert as_utf8(name) == "caf\\xe9é.jpg"
    assert as_utf8("käfer") == "käfer"
