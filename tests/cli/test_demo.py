"""`edgeclassify demo` as a newcomer runs it, in a process of its own."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.support.broker import free_port
from tests.support.waiting import patient

DEMO = [sys.executable, "-m", "edgeclassify", "demo"]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DEMO, *options], capture_output=True, text=True, check=False, timeout=patient(60))


def test_the_messages_are_those_of_mqtt_and_show_cat_and_espresso() -> None:
    done = run("--frames", "3", "--interval", "0.3", "--json", "--no-page")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first, second, *rest = done.stdout.splitlines()
    assert re.fullmatch(r"model +builtin on (LiteRT|tflite-runtime) \d+\.\d+\.\d+", first)
    assert second.startswith("broker ")
    lines = [line.split("  ", 1) for line in rest]
    topics = [topic for topic, _ in lines]
    assert topics[0] == "edgeclassify/demo/status"
    assert lines[-1] == ["edgeclassify/demo/status", "offline"]
    # On a busy machine the first may come before the broker has answered, and goes to history.
    events = [json.loads(body) for topic, body in lines if topic.endswith(("/event", "/history"))]
    starts = [event["label"] for event in events if event["event_type"] == "start"]
    assert any("cat" in label.lower() or "tabby" in label for label in starts)
    assert "espresso" in starts
    assert sorted(event["seq"] for event in events) == list(range(1, len(events) + 1))


def test_where_nobody_watches_it_ends_by_itself_after_its_nine_frames() -> None:
    done = run("--interval", "0.1")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    page, model, _broker, empty, heading, *rows = done.stdout.splitlines()
    assert re.fullmatch(r"page +http://127\.0\.0\.1:\d+", page)
    assert model.startswith("model ")
    assert (empty, heading.split()) == ("", ["time", "view", "change", "label", "score", "why"])
    starts = [row for row in rows if " start " in row and "espresso" in row]
    assert len(starts) == 3, done.stdout


def test_on_a_terminal_it_goes_on_with_its_page_until_ctrl_c() -> None:
    port, (ours, theirs) = free_port(), pty.openpty()
    command = [*DEMO, "--interval", "0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""

    def read_until(wanted: bytes) -> None:
        nonlocal shown
        deadline = time.monotonic() + patient(30)
        while wanted not in shown:
            assert time.monotonic() < deadline, shown
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 65536)

    try:
        read_until(b"4th today")  # more than nine frames
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=patient(5)) as answer:
            assert json.load(answer)["status"] in ("ok", "degraded")
        assert f"http://127.0.0.1:{port}".encode() in shown
        process.send_signal(signal.SIGINT)
        shown = b""
        read_until(b"OFFLINE")
        assert process.wait(patient(10)) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_what_the_page_still_does_at_the_end_goes_with_the_demo(tmp_path: Path) -> None:
    """Its threads may be at work when all else has stopped: what they write is nothing of the user's."""
    code = """
from pathlib import Path
from edgeclassify.__main__ import main
from edgeclassify.model.taught.places import new_place
main(["demo", "--frames", "1", "--interval", "0", "--json", "--no-page"])
late = new_place("late")
late.mkdir(parents=True)
print(late)
"""
    home = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=home, capture_output=True, text=True, check=True, timeout=patient(60))
    late = Path(done.stdout.splitlines()[-1])
    (folder,) = (one for one in late.parents if one.name.startswith("edgeclassify-demo-"))
    assert not folder.exists()


def test_a_port_in_use_is_one_message() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--port", str(port))
    assert done.returncode == 64
    assert done.stderr.splitlines() == [
        f"edgeclassify: --port: expected a port that is free, found {port} in use. Name another one."
    ]
