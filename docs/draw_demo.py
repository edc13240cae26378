"""Draws docs/images/demo.svg from a real run: `python docs/draw_demo.py` (needs edgeclassify[demo])."""

import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from edgeclassify.demo.displays import message_line

TARGET = Path(__file__).parent / "images" / "demo.svg"
SKIPPED = ("info", "health")  # long, and the same every time
WIDTH = 118


def main() -> None:
    """Run the demo, draw what its subscriber printed."""
    command = [sys.executable, "-m", "edgeclassify", "demo", "--frames", "3", "--json", "--no-page"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    console = Console(record=True, width=WIDTH, file=Path("/dev/null").open("w"), force_terminal=True)  # noqa: SIM115
    console.print(Text("$ edgeclassify demo --json", style="bold"))
    for line in lines:
        topic, is_message, body = line.partition("  ")
        if topic.rpartition("/")[2] not in SKIPPED:
            text = message_line(topic, body) if is_message else Text(line)
            text.truncate(WIDTH, overflow="ellipsis")
            console.print(text)
    console.save_svg(str(TARGET), title="photos → MobileNet → MQTT broker → subscriber")


if __name__ == "__main__":
    main()
