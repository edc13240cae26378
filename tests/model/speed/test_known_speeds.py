"""What is remembered of a model's speed."""

import json
from pathlib import Path

import pytest

from edgeclassify.model.speed.known_speeds import (
    ENOUGH,
    ENOUGH_DISTURBED,
    FILE_NAME,
    MOST,
    MOST_WAYS,
    KnownSpeeds,
    Measured,
)

ONE, TWO = "litert 2, 1 thread", "litert 2, 2 threads"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / FILE_NAME


def test_what_was_measured_is_known_to_the_next_one(file: Path) -> None:
    KnownSpeeds(file).add("aa", "Pi, 4 cores", {ONE: 4.5, TWO: None}, is_calm=True)
    known = KnownSpeeds(file).of("aa", "Pi, 4 cores")
    assert (known.ways, known.decides) == ({ONE: 4.5, TWO: None}, True)
    assert KnownSpeeds(file).of("aa", "Pi, 1 cores") == KnownSpeeds(file).of("bb", "Pi, 4 cores") == Measured()


def test_what_was_disturbed_counts_when_it_always_is(file: Path) -> None:
    known = KnownSpeeds(file)
    for number in range(1, ENOUGH_DISTURBED + 1):
        now = known.add("aa", "here", {ONE: 9.0 - number}, is_calm=False)
        assert now == known.of("aa", "here")
        assert now.is_settled is now.decides is (number == ENOUGH_DISTURBED)
        assert not now.decides_threads
    assert now.ways == {ONE: 1.0}
    assert known.add("aa", "here", {ONE: 9.0, TWO: 3.0}, is_calm=True).ways == {ONE: 1.0, TWO: 3.0}
    assert known.add("aa", "here", {ONE: None}, is_calm=True).ways[ONE] == 1.0


def test_a_calm_one_decides_and_is_measured_again(file: Path) -> None:
    known = KnownSpeeds(file)
    now = known.add("aa", "here", {ONE: 5.0}, is_calm=False)
    assert not now.decides
    now = known.add("aa", "here", {ONE: 4.0}, is_calm=True)
    assert (now.decides, now.decides_threads, now.is_settled) == (True, True, False)
    now = known.add("aa", "here", {ONE: 6.0}, is_calm=True)
    assert (now, now.is_settled) == (Measured({ONE: 4.0}, 3, 2), True)
    assert known.of("aa", "here") == now


def test_of_a_runtime_that_is_new_here_counting_begins_anew(file: Path) -> None:
    known = KnownSpeeds(file)
    for _ in range(ENOUGH):
        known.add("aa", "here", {ONE: 5.0}, is_calm=True)
    now = known.add("aa", "here", {"litert 3, 1 thread": 4.0}, is_calm=False)
    assert (now.measurings, now.calm, now.decides) == (1, 0, False)


def test_another_runtime_counts_as_no_measuring(file: Path) -> None:
    known = KnownSpeeds(file)
    known.add("aa", "here", {ONE: 5.0}, is_calm=True)
    for number in range(1, ENOUGH + 1):
        assert known.of("aa", "here").is_open(TWO)
        now = known.add_others("aa", "here", {"other, 1 thread": None}, [TWO])
        assert now == known.of("aa", "here") == Measured({ONE: 5.0, "other, 1 thread": None}, 1, 1, {TWO: number})
    assert not now.is_open(TWO)
    assert not now.is_open("other, 1 thread")


def entry(measurings: str = "3", ms: str = "{}", missed: str = "{}") -> str:
    return f'{{"aa here": {{"measurings": {measurings}, "calm": 0, "ms": {ms}, "missed": {missed}}}}}'


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{", "\x00\xff", "3", '{"aa here": 3}', '{"aa here": {"measurings": 3}}',
        '{"aa here": {"measurings": 3, "ms": {}}}', entry("true"), entry(missed='{"w": "x"}'), entry(missed="3"),
        *(entry(ms=f'{{"w": {ms}}}') for ms in ('"fast"', "-1", "true", "NaN", "1e99")),
    ],
)  # fmt: skip
def test_a_damaged_memory_counts_as_empty(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_bytes(content.encode("latin-1"))
    known = KnownSpeeds(file)
    assert known.of("aa", "here") == Measured()
    known.add("aa", "here", {ONE: 1.0}, is_calm=True)
    assert known.of("aa", "here").ways == {ONE: 1.0}
    file.write_text(entry())
    assert known.of("aa", "here") == Measured({}, 3)


def test_it_is_bounded(file: Path) -> None:
    known = KnownSpeeds(file)
    for number in range(MOST + 3):
        known.add(f"sha{number}", "here", {ONE: 1.0}, is_calm=True)
    assert len(json.loads(file.read_text())) == MOST
    assert known.of("sha2", "here") == Measured()
    assert known.of("sha3", "here").decides
    known.add("aa", "here", {f"litert {number}": 1.0 for number in range(MOST_WAYS + 3)}, is_calm=True)
    assert next(iter(known.of("aa", "here").ways)) == "litert 3"


def test_where_nothing_can_be_kept_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    for path in (None, tmp_path / "no folder" / FILE_NAME):
        known = KnownSpeeds(path)
        assert known.add("aa", "here", {ONE: 1.0}, is_calm=True).ways == {ONE: 1.0}
        assert known.of("aa", "here") == Measured()
