"""What is remembered of a model's speed."""

import json
from pathlib import Path

import pytest

from edgeclassify.model.speed.known_speeds import ENOUGH, FILE_NAME, MOST, MOST_WAYS, KnownSpeeds, Measured

ONE, TWO = "litert 2, 1 thread", "litert 2, 2 threads"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / FILE_NAME


def test_what_was_measured_is_known_to_the_next_one(file: Path) -> None:
    KnownSpeeds(file).add("aa", "Pi, 4 cores", {ONE: 4.5, TWO: None}, is_calm=True)
    known = KnownSpeeds(file).of("aa", "Pi, 4 cores")
    assert (known.ways, known.is_settled) == ({ONE: 4.5, TWO: None}, True)
    assert KnownSpeeds(file).of("aa", "Pi, 1 cores") == KnownSpeeds(file).of("bb", "Pi, 4 cores") == Measured()


def test_what_was_disturbed_counts_when_it_always_is(file: Path) -> None:
    known = KnownSpeeds(file)
    for number in range(1, ENOUGH + 1):
        now = known.add("aa", "here", {ONE: 5.0 - number}, is_calm=False)
        assert now == known.of("aa", "here")
        assert now.is_settled is (number == ENOUGH)
    assert now.ways == {ONE: 5.0 - ENOUGH}
    assert known.add("aa", "here", {ONE: 9.0, TWO: 3.0}, is_calm=True).ways == {ONE: 5.0 - ENOUGH, TWO: 3.0}
    assert known.add("aa", "here", {ONE: None}, is_calm=True).ways[ONE] == 5.0 - ENOUGH


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{", "\x00\xff", "3", '{"aa here": 3}', '{"aa here": {"measurings": 3}}',
        '{"aa here": {"measurings": true, "ms": {}}}',
        '{"aa here": {"measurings": 3, "ms": {"w": "fast"}}}', '{"aa here": {"measurings": 3, "ms": {"w": -1}}}',
        '{"aa here": {"measurings": 3, "ms": {"w": true}}}', '{"aa here": {"measurings": 3, "ms": {"w": NaN}}}',
        '{"aa here": {"measurings": 3, "ms": {"w": 1e99}}}',
    ],
)  # fmt: skip
def test_a_damaged_memory_counts_as_empty(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_bytes(content.encode("latin-1"))
    known = KnownSpeeds(file)
    assert known.of("aa", "here") == Measured()
    known.add("aa", "here", {ONE: 1.0}, is_calm=True)
    assert known.of("aa", "here").ways == {ONE: 1.0}


def test_it_is_bounded(file: Path) -> None:
    known = KnownSpeeds(file)
    for number in range(MOST + 3):
        known.add(f"sha{number}", "here", {ONE: 1.0}, is_calm=True)
    assert len(json.loads(file.read_text())) == MOST
    assert known.of("sha2", "here") == Measured()
    assert known.of("sha3", "here").is_settled
    known.add("aa", "here", {f"litert {number}": 1.0 for number in range(MOST_WAYS + 3)}, is_calm=True)
    assert next(iter(known.of("aa", "here").ways)) == "litert 3"


def test_where_nothing_can_be_kept_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    for path in (None, tmp_path / "no folder" / FILE_NAME):
        known = KnownSpeeds(path)
        assert known.add("aa", "here", {ONE: 1.0}, is_calm=True).ways == {ONE: 1.0}
        assert known.of("aa", "here") == Measured()
