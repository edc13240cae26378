"""Entries as journald reads them: their fields, what is too large for a datagram, and a journald that is away."""

import ast
import io
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import edgeclassify
from edgeclassify import redaction
from edgeclassify.event_log import log_event
from edgeclassify.journal import TAKEN_AGAIN, Journal, encoded
from edgeclassify.logs import FIELDS, JournalHandler
from edgeclassify.types import Event, EventType
from tests.support.waiting import patient

log = logging.getLogger("edgeclassify.test")


def parsed(entry: bytes) -> dict[str, str]:
    """By the protocol: `KEY=value`, or KEY alone on its line, then a length of eight bytes, and the value."""
    fields: dict[str, str] = {}
    while entry:
        line, _, entry = entry.partition(b"\n")
        key, is_short, value = line.partition(b"=")
        if not is_short:
            length = int.from_bytes(entry[:8], "little")
            value, entry = entry[8 : 8 + length], entry[8 + length :]
            assert entry[:1] == b"\n"
            entry = entry[1:]
        assert key.decode() not in fields
        fields[key.decode()] = value.decode()
    return fields


class Journald:
    """What listens at the other end of the socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(path))
        self._channel.settimeout(patient(10))

    def entry(self) -> dict[str, str]:
        """The next one, be it in a file that came with it."""
        content, descriptors, _, _ = socket.recv_fds(self._channel, 1 << 20, 1)
        if descriptors:
            assert content == b""
            with os.fdopen(descriptors[0], "rb") as file:
                with pytest.raises(OSError, match="not permitted"):
                    os.truncate(file.fileno(), 0)
                file.seek(0)
                content = file.read()
        return parsed(content)

    def has_more(self) -> bool:
        self._channel.setblocking(False)
        try:
            return bool(self._channel.recv(1 << 20))
        except BlockingIOError:
            return False
        finally:
            self._channel.settimeout(patient(10))

    def close(self) -> None:
        self._channel.close()
        self.path.unlink(missing_ok=True)


@pytest.fixture
def journald(tmp_path: Path) -> Iterator[Journald]:
    listening = Journald(tmp_path / "socket")
    yield listening
    listening.close()


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[io.StringIO]:
    """What goes to standard error, with the journal's handler as the only one."""
    stream = io.StringIO()
    handler = JournalHandler(stream, Journal(tmp_path / "socket"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    yield stream
    handler.close()


def test_an_entry_has_what_is_said_and_of_what(journald: Journald, lines: io.StringIO) -> None:
    log.warning("camera %s: lost, %s", "porch", "no frames", extra={"camera": "porch"})
    entry = journald.entry()
    assert entry["MESSAGE"] == "camera porch: lost, no frames"
    assert (entry["PRIORITY"], entry["CAMERA"], entry["SYSLOG_IDENTIFIER"]) == ("4", "porch", "edgeclassify")
    assert (entry["LOGGER"], entry["CODE_FILE"]) == ("edgeclassify.test", __file__)
    assert entry["CODE_FUNC"] == "test_an_entry_has_what_is_said_and_of_what"
    assert "VIEW" not in entry
    assert not journald.has_more()
    assert lines.getvalue() == ""


def test_an_event_is_found_by_its_view(journald: Journald, lines: io.StringIO) -> None:
    log_event(Event("a", 7, "gate", EventType.START, "cat", 0.9, 0.0))
    entry = journald.entry()
    assert (entry["VIEW"], entry["PRIORITY"]) == ("gate", "6")
    assert entry["MESSAGE"].startswith("view gate: start of cat")


def test_a_traceback_is_one_entry(journald: Journald, lines: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("on purpose")
    except ZeroDivisionError:
        log.exception("a fault")
    message = journald.entry()["MESSAGE"]
    assert message.startswith("a fault\nTraceback")
    assert message.endswith("ZeroDivisionError: on purpose")
    assert not journald.has_more()


def test_what_is_too_large_for_a_datagram_comes_as_a_file(
    journald: Journald, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.journal._QUEUE_BYTES", 4096)
    text = "x" * 300_000
    log.error("%s", text)
    entry = journald.entry()
    assert (entry["MESSAGE"], entry["PRIORITY"]) == (text, "3")
    assert lines.getvalue() == ""


def test_no_secret_is_in_any_field(journald: Journald, lines: io.StringIO) -> None:
    redaction.remember(["hunter2-hunter2"])
    log.info("view %s", "hunter2-hunter2", extra={"view": "hunter2-hunter2", "camera": "hunter2-hunter2"})
    entry = journald.entry()
    assert (entry["MESSAGE"], entry["VIEW"], entry["CAMERA"]) == ("view …", "…", "…")


def test_without_its_socket_lines_with_their_priority_go_to_the_stream(tmp_path: Path, lines: io.StringIO) -> None:
    log.warning("first\nsecond", extra={"view": "gate"})
    assert lines.getvalue() == "<4>first\n<4>second\n"
    journald = Journald(tmp_path / "socket")  # it has come back
    log.warning("third")
    assert journald.entry()["MESSAGE"] == "third"
    journald.close()
    log.error("fourth")
    assert lines.getvalue() == "<4>first\n<4>second\n<3>fourth\n"


def test_where_journald_does_not_read_nothing_is_lost_and_nothing_twice(
    journald: Journald, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.journal.PATIENCE_S", 0.05)
    for number in range(2000):
        log.warning("%d", number)
    on_stream = lines.getvalue().split()
    assert on_stream, "its queue has taken all of them"
    in_journal = []
    for number in range(2000 - len(on_stream)):
        in_journal.append(journald.entry()["MESSAGE"])
        if number == 0:
            log.warning("read again")
    assert "read again" in [*in_journal, journald.entry()["MESSAGE"]]
    assert not journald.has_more()
    found = [int(text) for text in in_journal if text.isdigit()] + [
        int(text.removeprefix("<4>")) for text in on_stream
    ]
    assert sorted(found) == list(range(2000))


def filled(journal: Journal) -> None:
    """Until an entry is given up."""
    while journal.send({"MESSAGE": "one of many"}):
        pass


def test_who_waits_for_journald_leaves_the_processor_to_others(
    journald: Journald, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.journal.PATIENCE_S", 0.0)
    filled(journal := Journal(journald.path))
    monkeypatch.setattr("edgeclassify.journal.PATIENCE_S", 1.0)
    waiting = Journal(journald.path)
    before = time.thread_time()
    assert not waiting.send({"MESSAGE": "in vain"})
    assert time.thread_time() - before < 0.1
    journal.close()


def test_an_entry_waits_until_journald_reads(journald: Journald, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.journal.PATIENCE_S", 0.0)
    filled(Journal(journald.path))
    monkeypatch.setattr("edgeclassify.journal.PATIENCE_S", 30.0)
    reader = threading.Timer(0.2, journald.entry)
    reader.start()
    assert Journal(journald.path).send({"MESSAGE": "at last"})
    reader.join()


def test_who_logs_does_not_stand_still_at_each_entry_that_is_taken_late(
    journald: Journald, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.journal.PATIENCE_S", 0.05)
    filled(journal := Journal(journald.path))
    for _ in range(TAKEN_AGAIN):
        assert journal.patience_s == 0.0
        journald.entry()
        assert journal.send({"MESSAGE": "taken"})
    assert journal.patience_s == 0.05


def test_a_journald_that_was_started_anew_is_found(journald: Journald, lines: io.StringIO, tmp_path: Path) -> None:
    log.warning("first")
    journald.close()
    after = Journald(tmp_path / "socket")
    log.warning("second")
    assert after.entry()["MESSAGE"] == "second"
    assert lines.getvalue() == ""
    after.close()


def test_what_is_logged_wrongly_does_not_raise(
    journald: Journald, lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    JournalHandler(lines, Journal(journald.path)).emit(log.makeRecord("a", 40, "f", 1, "%d", ("no number",), None))
    assert "TypeError" in capsys.readouterr().err
    assert not journald.has_more()


def test_any_text_can_be_a_value() -> None:
    texts = {"MESSAGE": "a=b\n\n=", "VIEW": "é\udcff", "CAMERA": ""}
    assert parsed(encoded(texts)) == {"MESSAGE": "a=b\n\n=", "VIEW": "é\\udcff", "CAMERA": ""}


def test_each_message_that_begins_with_a_camera_or_view_has_it_as_a_field() -> None:
    found = 0
    for path in Path(edgeclassify.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            kind = _begins_with(node)
            if kind is not None:
                found += 1
                extra = [one.value for one in node.keywords if one.arg == "extra"]  # type: ignore[attr-defined]
                assert extra, f'{path}:{node.lineno}: expected extra={{"{kind}": …}}'  # type: ignore[attr-defined]
                assert f"'{kind}'" in ast.unparse(extra[0])
    assert found > 30


def _begins_with(node: ast.AST) -> str | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return None
    text = node.args[0]
    of_log = isinstance(node.func.value, ast.Name) and node.func.value.id in ("log", "logger")
    if not (of_log and isinstance(text, ast.Constant) and isinstance(text.value, str)):
        return None
    return next((kind for kind in FIELDS if text.value.startswith(f"{kind} %s")), None)
