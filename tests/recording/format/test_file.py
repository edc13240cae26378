"""Recordings on disk: written and read again, cut off, damaged, of another version."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.errors import RecordingError
from edgeclassify.recording.format.lines import read_record, record_line
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.format.writer import FLUSH_S, RecordingWriter
from edgeclassify.recording.interface import (
    Closed,
    Happening,
    Header,
    Input,
    LabelGroups,
    LiveEvent,
    Lost,
    Record,
    TakenUp,
    ViewBegins,
    ViewFacts,
)
from edgeclassify.tempering import Tempering
from edgeclassify.types import EventType, OpenOccurrence
from tests.recording.inputs import KEPT, LABELS, RULES, START, at, happenings, make_begins, seen
from tests.support.clock import Clock

GROUPED = ViewFacts(
    "yard", LABELS, "m", LabelGroups(("pet", "gate"), ((2,), (0, 1))), Tempering(1.7, True), (2,), "front"
)
HEADER = Header("1.2.3", "porch", START)
EVENTS = st.lists(
    st.builds(LiveEvent, st.sampled_from(list(EventType)), st.sampled_from(LABELS), st.text()), max_size=2
)


def write(path: Path, records: list[Record], *, close: bool = True, clock: Clock | None = None) -> None:
    with RecordingWriter(path, HEADER, clock or Clock()) as writer:
        for record in records:
            writer.write(record)
        if close:
            writer.close("done")


def inputs(count: int) -> list[Record]:
    return [make_begins(), *(Input(1, seen(i * 0.5, 0.1, 0.5 + i / 1000, 0)) for i in range(count))]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(happenings(12), EVENTS, RULES, KEPT)
def test_each_record_is_read_as_it_was_written(
    what: list[Happening], events: list[LiveEvent], rules: object, kept: OpenOccurrence
) -> None:
    records: list[Record] = [
        make_begins(),
        ViewBegins(2, GROUPED, rules, {"_a": [1]}, kept),  # type: ignore[arg-type]
        *(Input(1, one, tuple(events)) for one in what),
        Input(2, TakenUp(kept, at(3))),
        Lost(7),
        Closed("done"),
    ]
    assert [read_record(record_line(record)) for record in records] == records


def test_a_whole_recording(tmp_path: Path) -> None:
    path = tmp_path / "a"
    records = [*inputs(40), Lost(3)]
    write(path, records)
    reader = RecordingReader(path)
    assert reader.header == HEADER
    assert list(reader.records()) == records
    assert reader.fault is None
    assert reader.closed == "done"
    assert reader.inputs == 40
    assert path.stat().st_mode & 0o777 == 0o640


def test_it_is_gzip_with_a_json_value_per_line(tmp_path: Path) -> None:
    """So that other tools read it, too."""
    write(tmp_path / "a", inputs(2))
    lines = gzip.decompress((tmp_path / "a").read_bytes()).splitlines()
    assert json.loads(lines[0])["edgeclassify recording"] == 1
    assert [json.loads(line)[0] for line in lines[1:]] == ["view", "see", "see", "closed"]


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_cut_off_anywhere_all_before_is_read(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a"
    clock = Clock()
    with RecordingWriter(path, HEADER, clock) as writer:
        records = inputs(30)
        flushed: list[tuple[int, int]] = []
        for i, record in enumerate(records):
            writer.write(record)
            clock.now += FLUSH_S / 4
            flushed += [(writer.bytes, i + 1)] if writer.just_flushed else []
        writer.close("done")
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(content[:cut])
    try:
        reader = RecordingReader(path)
    except RecordingError:
        assert cut < flushed[0][0]
        return
    read = list(reader.records())
    assert read == records[: len(read)]
    # Everything up to the last flush before the cut, at least.
    assert len(read) >= max((count for size, count in flushed if size <= cut), default=0)
    if reader.closed is None:
        assert "cut off after" in str(reader.fault)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_damaged_anywhere_nothing_wrong_is_believed(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What was there before the damage is read; of what is behind it nothing ends in a traceback."""
    path = tmp_path_factory.mktemp("damaged") / "a"
    write(path, inputs(30))
    content = bytearray(path.read_bytes())
    where = data.draw(st.integers(0, len(content) - 1))
    content[where] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        reader = RecordingReader(path)
        list(reader.records())
    except RecordingError:
        return
    assert reader.fault is None or "damaged after" in reader.fault or "cut off after" in reader.fault


def test_what_is_before_the_damage_is_read(tmp_path: Path) -> None:
    path, clock = tmp_path / "a", Clock()
    with RecordingWriter(path, HEADER, clock) as writer:
        for record in inputs(20):
            writer.write(record)
        clock.now += FLUSH_S
        writer.flush_due()
        sound = writer.bytes
        for record in inputs(20)[1:]:
            writer.write(record)
        writer.close("done")
    content = bytearray(path.read_bytes())
    content[sound:] = bytes(range(7, 256)) * 20
    path.write_bytes(content)
    reader = RecordingReader(path)
    assert len(list(reader.records())) >= 21
    assert str(reader.fault).startswith("damaged after ")


def test_a_line_that_says_nothing_known_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, inputs(3))
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join([*lines[:4], b'["what",1]\n', *lines[4:]])))
    reader = RecordingReader(path)
    assert len(list(reader.records())) == 3
    assert reader.fault == "damaged after 2 inputs: what follows is not read"


@pytest.mark.parametrize("seconds", [FLUSH_S - 0.1, FLUSH_S])
def test_it_is_on_disk_every_few_seconds(seconds: float, tmp_path: Path) -> None:
    clock = Clock()
    with RecordingWriter(tmp_path / "a", HEADER, clock) as writer:
        before = writer.bytes
        clock.now += seconds
        writer.write(make_begins())
        assert (writer.bytes > before) is (seconds >= FLUSH_S)
        assert writer.just_flushed is (seconds >= FLUSH_S)
        assert (tmp_path / "a").stat().st_size == writer.bytes


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(FileExistsError):
        RecordingWriter(tmp_path / "a", HEADER, Clock())
    assert (tmp_path / "a").read_text() == "mine"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"edgeclassify recording": 2}', "found format 2. Read it with the edgeclassify that wrote it"),
        ('{"something": 1}', "expected a recording, found something else"),
        ("[1]", "expected a recording, found something else"),
        ('{"edgeclassify recording": 1}', "expected a recording, found something else"),
    ],
)
def test_another_version_or_what_is_no_recording_is_said_in_one_message(
    line: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(line.encode() + b"\n"))
    with pytest.raises(RecordingError, match=words) as caught:
        RecordingReader(tmp_path / "a")
    assert str(caught.value).startswith(f"{tmp_path}/a: ")


@pytest.mark.parametrize("content", [b"", b"a picture"])
def test_what_is_not_even_gzip(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(RecordingError, match="expected a recording, found something else, or nothing"):
        RecordingReader(tmp_path / "a")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="found nothing there"):
        RecordingReader(tmp_path / "a")
    with pytest.raises(RecordingError, match="Is a directory"):
        RecordingReader(tmp_path)
