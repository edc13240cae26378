"""Draws docs/images/setup.png: what `edgeclassify setup` shows on a terminal. `python docs/draw_setup.py`

It is the real command on a real pseudo-terminal, with a photo that comes along as its camera. Needs Pillow and the
font DejaVu Sans Mono (Debian: fonts-dejavu-core).
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[1]
TARGET = Path(__file__).parent / "images" / "setup.png"
PHOTO = "cat.jpg"
COLUMNS, LINES = 80, 26
CELL = (8, 16)
GROUND, TEXT, DIM = (22, 27, 34), (201, 209, 217), (110, 118, 129)
PLAIN = {31: (248, 113, 113), 32: (74, 190, 128), 33: (234, 179, 8)}
CONFIG = '[mqtt]\nenabled = false\n[[camera]]\nname = "front"\nsource = "synthetic:"\n'
_PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|(.)", re.DOTALL)
Colour = tuple[int, ...]


def shown(folder: Path) -> str:
    """What the terminal gets."""
    (folder / "photos").mkdir()
    (folder / "photos" / PHOTO).write_bytes((ROOT / "edgeclassify/demo/photos" / PHOTO).read_bytes())
    (folder / "edgeclassify.toml").write_text(CONFIG)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    command = [sys.executable, "-m", "edgeclassify", "setup", "camera", "model", "--config", "edgeclassify.toml"]
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    answers = iter(("1", "folder", "photos", "builtin", "n"))
    text = b""
    with suppress(OSError):  # it has ended
        while part := os.read(ours, 65536):
            text += part
            if text.endswith(b": "):
                os.write(ours, f"{next(answers)}\r".encode())
    process.wait()
    os.close(ours)
    return text.decode().replace("\r\n", "\n")


def cells(line: str) -> Iterator[tuple[str, Colour, Colour]]:
    """Letters with their colour and their ground's."""
    colour, ground = TEXT, GROUND
    for codes, end, letter in _PIECE.findall(line):
        if letter:
            yield letter, colour, ground
        elif end == "m":
            numbers = [int(code or 0) for code in codes.split(";")]
            if numbers[:2] == [38, 2]:
                colour, ground = tuple(numbers[2:5]), tuple(numbers[7:10])
            elif numbers == [0]:
                colour, ground = TEXT, GROUND
            else:
                colour = DIM if 2 in numbers else PLAIN.get(numbers[0], colour)


def main(target: Path = TARGET) -> None:
    """Draw it."""
    with tempfile.TemporaryDirectory() as folder:
        lines = shown(Path(folder)).split("\n")
    first = next(number for number, line in enumerate(lines) if "Taking a picture" in line) + 1
    last = next(number for number, line in enumerate(lines) if "The config" in line)
    kept = [line for line in lines[first:last] if not re.match(r" +\d+  ", line)]
    width, height = CELL
    image = Image.new("RGB", (COLUMNS * width, (len(kept) + 1) * height), GROUND)
    drawing, font = ImageDraw.Draw(image), ImageFont.truetype("DejaVuSansMono.ttf", 13)
    for row, line in enumerate(kept):
        for column, (letter, colour, ground) in enumerate(cells(line)):
            x, y = column * width, row * height + height // 2
            drawing.rectangle((x, y, x + width - 1, y + height - 1), ground)
            if letter == "▀":
                drawing.rectangle((x, y, x + width - 1, y + height // 2 - 1), colour)
            else:
                drawing.text((x, y), letter, colour, font)
    image.save(target, optimize=True)


if __name__ == "__main__":
    main()
