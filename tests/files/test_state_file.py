"""Small files that keep a state: bounded, checked, replaced as a whole, and reported once."""

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.files import StateFile, StateFileTexts

TEXTS = StateFileTexts(
    unread="It counts as empty.", damaged="{size} bytes, {reason}: {aside}.", unwritten="It is lost."
)


def number_in(document: Any) -> int:
    found = document["number"]
    if type(found) is not int:
        raise TypeError("no number")
    return found


def state_file(path: Path | None, texts: StateFileTexts | None = TEXTS, most_bytes: int = 100) -> StateFile[int]:
    return StateFile(path, number_in, texts, most_bytes=most_bytes)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "state" / "a.json"
    assert state_file(path).read() is None
    assert state_file(path).write({"number": 3})
    assert state_file(path).read() == 3
    assert path.read_text() == '{\n "number": 3\n}'


def test_without_a_path_nothing_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    nowhere = state_file(None)
    assert (nowhere.write({"number": 3}), nowhere.read()) == (False, None)
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"number": "3"}', "15 bytes, no number"),
        (b"{}", "2 bytes, 'number'"),
        (b"[1]", "3 bytes, "),
        (b"\xff\xfe", "2 bytes, "),
        (b"[" * 99, "99 bytes, "),
        (b"", "0 bytes, "),
        (b'{"number": 3}'.ljust(101), "101 bytes, expected at most 100 bytes"),
    ],
)
def test_a_damaged_one_is_set_aside(
    tmp_path: Path, content: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert state_file(path).read() is None
    assert (tmp_path / "a.json.damaged-1").read_bytes() == content
    (record,) = caplog.records
    assert record.message.startswith(f"{path}: {said}")
    assert record.message.endswith(": set aside as a.json.damaged-1.")


def test_as_many_bytes_as_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'{"number": 3}'.ljust(100))
    assert state_file(tmp_path / "a").read() == 3


def test_a_damaged_one_stays_where_its_text_does_not_ask_for_more(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"{")
    assert state_file(tmp_path / "a", StateFileTexts("", "damaged: {reason}", "")).read() is None
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.timeout(10)
def test_one_that_can_not_be_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    os.mkfifo(tmp_path / "a")
    assert state_file(tmp_path / "a").read() is None
    assert caplog.messages == [f"{tmp_path / 'a'}: can't be read: it is no plain file. It counts as empty."]


def test_one_that_can_not_be_written_is_said_once_and_so_is_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder = tmp_path / "state"
    folder.write_text("a file")
    path = folder / "a.json"
    file = state_file(path)
    assert [file.write({"number": i}) for i in range(3)] == [False] * 3
    folder.unlink()
    assert [file.write({"number": i}) for i in range(3)] == [True] * 3
    assert json.loads(path.read_bytes()) == {"number": 2}
    path.unlink()
    folder.rmdir()
    folder.write_text("a file")
    assert not file.write({"number": 4})
    unwritable = f"{path}: can't be written: File exists. It is lost."
    assert caplog.messages == [unwritable, f"{path}: written again", unwritable]


def test_without_texts_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "a").write_bytes(b"{")
    assert state_file(tmp_path / "a", texts=None).read() is None
    (tmp_path / "b").write_text("a file")
    assert not state_file(tmp_path / "b" / "c", texts=None).write({})
    assert not state_file(tmp_path / "b" / "c", texts=None).read()
    assert caplog.messages == []
