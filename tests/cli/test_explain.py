"""`edgeclassify explain`: of recordings, of messages on standard input, live from a real mosquitto."""

import io
import json
from pathlib import Path
from threading import Timer

import pytest

from edgeclassify.__main__ import main
from edgeclassify.contract import outgoing
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import ExitStatus
from edgeclassify.recording.format.frame_images import image_name
from tests.publish.records import event, state
from tests.recording.files import write_recording, write_streams
from tests.recording.inputs import START
from tests.support.broker import HOST, Mosquitto, Observer, free_port, needs_mosquitto

Output = pytest.CaptureFixture[str]
EVENT = outgoing.event_message(Topics("edgeclassify", "porch"), event(1, view="gate"))
STATE = outgoing.state_message(Topics("edgeclassify", "porch"), state())


def explained(output: Output, *arguments: object, status: ExitStatus = ExitStatus.OK) -> tuple[list[str], str]:
    """The lines that it prints, and what it says beside."""
    assert main(["explain", *map(str, arguments)]) == status
    found = output.readouterr()
    return found.out.splitlines(), found.err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> "Typed":
    return Typed(monkeypatch)


class Typed:
    """What comes on standard input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, *lines: str | bytes) -> None:
        content = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors="surrogateescape")
        self._monkeypatch.setattr("sys.stdin", stream)


def test_a_recording(tmp_path: Path, capsys: Output) -> None:
    lines, err = explained(capsys, write_recording(tmp_path / "a"))
    assert err == ""
    assert lines == [
        "     1.00 s  gate    stays unknown: closed has 0.10 of 0.60 needed, for 0 s of 1 s",
        "     5.00 s  gate    stays unknown: open has 0.90 of 0.60 needed, for 0 s of 1 s",
        "     6.00 s  gate  start of open: 0.90 of 0.60 needed, for 1 s (1 s needed)",
        "    20.00 s  gate    stays open: cat has 0.80 of 0.60 needed, for 0 s of 1 s",
        "    21.00 s  gate  end of open: cat took its place; it was there for 15 s; next best cat 0.80",
        "    21.00 s  gate  start of cat: 0.80 of 0.60 needed, for 1 s (1 s needed)",
    ]


def test_the_picture_of_an_event_is_named(tmp_path: Path, capsys: Output) -> None:
    """Its own, or the newest before; of the view's camera."""
    path = write_recording(tmp_path / "a.jsonl.gz", camera="front")
    folder = tmp_path / "a.frames"
    folder.mkdir()
    for camera, seconds in (("front", 6.0), ("front", 19.9), ("back", 21.0)):
        (folder / image_name(camera, START + seconds, round(seconds * 1e9))).write_bytes(b"")
    lines, err = explained(capsys, path)
    assert err == ""
    pictures = [line.split("picture: ")[1] for line in lines if "picture: " in line]
    at_6, at_20 = sorted(str(one) for one in folder.glob("front-*"))
    assert pictures == [at_6, f"{at_20}  (1.1 s before)", f"{at_20}  (1.1 s before)"]
    assert lines[3] == f"             gate    picture: {at_6}"


def test_around_a_moment_each_frame_is_told(tmp_path: Path, capsys: Output) -> None:
    path = write_recording(tmp_path / "a")
    lines, _ = explained(capsys, path, "--at", 5)
    assert sum("for 0 s of 1 s" in line or "for 0.5 s of 1 s" in line for line in lines) > 2
    assert explained(capsys, path, "--at", 500)[0] == []


def test_streams(tmp_path: Path, capsys: Output) -> None:
    lines, _ = explained(capsys, write_streams(tmp_path / "a.npz"))
    assert [line.split(":")[0].split("  ")[-1] for line in lines if " of " in line.split(":")[0]] == [
        "start of 1", "end of 1", "start of 2",
    ]  # fmt: skip


def test_messages(typed: Typed, capsys: Output) -> None:
    typed(EVENT.payload, "", f"edgeclassify/porch/yard/event {EVENT.payload.decode()}", STATE.payload)
    lines, err = explained(capsys)
    assert err == ""
    assert len(lines) >= 2
    assert f" of {event(1).label}: " in lines[0]
    assert "  yard  " in lines[1]


def test_messages_of_one_view(typed: Typed, capsys: Output) -> None:
    """A message without a topic may be of any."""
    text = EVENT.payload.decode()
    typed(f"edgeclassify/porch/yard/event {text}", f"edgeclassify/porch/gate/event {text}", text)
    lines, _ = explained(capsys, "--view", "gate")
    assert len(lines) == 2
    assert all("  gate  " in line for line in lines)


def test_what_is_no_message_is_left_out_and_told(typed: Typed, capsys: Output) -> None:
    typed("garbage", EVENT.payload, "[1]", b"\xff\xfe{", "{}", json.dumps({"event_type": "start", "label": 5}))
    lines, err = explained(capsys)
    assert len(lines) == 1
    assert err.count("\n") == 1
    assert "found 5 lines that are none: they are left out" in err


def test_nothing_but_garbage_is_an_error(typed: Typed, capsys: Output) -> None:
    typed("garbage", "{}")
    lines, err = explained(capsys, status=ExitStatus.DATA)
    assert lines == []
    assert "expected messages of event, history or state, one JSON object per line, found 2 lines" in err


def test_nothing_at_all_is_said(typed: Typed, capsys: Output) -> None:
    typed()
    assert explained(capsys) == ([], "edgeclassify: standard input: no message came\n")


def test_what_does_not_go_together(tmp_path: Path, capsys: Output) -> None:
    usage = ExitStatus.USAGE
    assert "--live: expected without RECORDING" in explained(capsys, tmp_path / "a", "--live", status=usage)[1]
    assert "--live: expected without RECORDING" in explained(capsys, "--at", 3, "--live", status=usage)[1]
    assert "expected with --live" in explained(capsys, tmp_path / "a", "--for", 3, status=usage)[1]
    assert "expected with --live" in explained(capsys, "--node", "a", status=usage)[1]
    assert "found nothing there" in explained(capsys, tmp_path / "a", status=ExitStatus.DATA)[1]
    for option in ("--node", "--view"):
        assert f"{option}: expected letters" in explained(capsys, "--live", option, "a#", status=usage)[1]


def config(folder: Path, port: int) -> Path:
    path = folder / "c.toml"
    path.write_text(
        f'[node]\nname = "porch"\n[mqtt]\nhost = "{HOST}"\nport = {port}\n'
        '[[camera]]\nname = "front"\nsource = "synthetic:"\n'
    )
    return path


def test_live_without_a_broker(tmp_path: Path, capsys: Output) -> None:
    path = config(tmp_path, free_port())
    _, err = explained(capsys, "--live", "--config", path, "--for", 1, status=ExitStatus.UNAVAILABLE)
    assert "connection refused" in err


@pytest.mark.broker
def test_live(tmp_path: Path, capsys: Output) -> None:
    needs_mosquitto()
    broker = Mosquitto(tmp_path).start()
    try:
        path = config(tmp_path, broker.port)
        sender = Observer(broker.port).start()
        timer = Timer(1.0, lambda: sender.publish(EVENT.topic, EVENT.payload, retain=False))
        timer.start()
        lines, err = explained(capsys, "--live", "--config", path, "--for", 3)
        timer.join()
        assert err == ""
        assert len(lines) == 1
        assert f"  gate  {event(1).event_type} of {event(1).label}: " in lines[0]
        lines, err = explained(capsys, "--live", "--config", path, "--node", "attic", "--for", 0.5)
        assert lines == []
        assert err == "edgeclassify: broker: no message came of edgeclassify/attic/+\n"
        sender.stop()
    finally:
        broker.stop()
