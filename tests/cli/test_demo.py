"""`edgeclassify demo` as a newcomer runs it, in a process of its own."""

import json
import re
import subprocess
import sys


def test_the_demo_ends_by_itself_and_shows_cat_and_espresso() -> None:
    command = [sys.executable, "-m", "edgeclassify", "demo", "--frames", "3", "--interval", "0.3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first, *rest = done.stdout.splitlines()
    assert re.fullmatch(r"model builtin on (LiteRT|tflite-runtime) \d+\.\d+\.\d+", first)
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
