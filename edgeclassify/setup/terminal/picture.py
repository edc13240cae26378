"""A picture of letters: two pixels in each, above one another, by a half block in two colours."""

import cv2
import numpy as np

from edgeclassify.pixels import to_bgr
from edgeclassify.setup.terminal.screen import Colours, Screen
from edgeclassify.types import Frame, Pixels

WIDEST = 72
_RAMP = " .:-=+*#%@"
"""From dark to bright, on the dark ground that most terminals have."""
_OTHER_LINES = 6
_RESET = "\x1b[0m"


def picture_lines(frame: Frame, screen: Screen) -> list[str]:
    """The frame as lines that fit on the screen, with a line of text below them; none where nobody looks.

    Raises ImageError where the pixels are not as the frame says.
    """
    if not screen.seen_by_people:
        return []
    pixels = to_bgr(frame)
    if screen.colours and screen.unicode:
        small = _fitted(pixels, screen, rows_per_letter=2)
        return [
            _blocks(upper, lower, screen.colours) for upper, lower in zip(small[::2], small[1::2], strict=True)
        ]
    gray = cv2.cvtColor(_fitted(pixels, screen, rows_per_letter=1), cv2.COLOR_BGR2GRAY)
    return [_letters(row) for row in _stretched(np.asarray(gray, np.uint8))]


def _fitted(pixels: Pixels, screen: Screen, rows_per_letter: int) -> Pixels:
    """Scaled to the screen: a letter is about twice as high as it is wide. An even number of rows for blocks."""
    height, width = pixels.shape[:2]
    most_wide, most_high = min(WIDEST, screen.width - 4), max(4, screen.height - _OTHER_LINES)
    columns = max(1, min(most_wide, round(most_high * 2 * width / height)))
    lines = max(1, min(most_high, round(columns * height / width / 2)))
    size = (columns, lines * rows_per_letter)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _blocks(upper: Pixels, lower: Pixels, colours: Colours) -> str:
    """One line of half blocks; a colour is told only where it changes."""
    parts, before = [], ""
    for above, below in zip(upper, lower, strict=True):
        told = f"\x1b[38;{_colour(above, colours)};48;{_colour(below, colours)}m"
        parts.append(f"{'' if told == before else told}▀")
        before = told
    return "".join((*parts, _RESET))


def _colour(pixel: Pixels, colours: Colours) -> str:
    blue, green, red = map(int, pixel)
    if colours is Colours.TRUE:
        return f"2;{red};{green};{blue}"
    return f"5;{_indexed(red, green, blue)}"


def _indexed(red: int, green: int, blue: int) -> int:
    """The nearest of xterm's 256: of its 24 grays, or of its cube of 6 by 6 by 6."""
    if max(red, green, blue) - min(red, green, blue) < 12:
        gray = (red + green + blue) // 3
        return 16 if gray < 4 else 231 if gray > 246 else 232 + min(23, max(0, (gray - 3) // 10))
    levels = (0, 95, 135, 175, 215, 255)
    r, g, b = (min(range(6), key=lambda i: abs(levels[i] - value)) for value in (red, green, blue))
    return 16 + 36 * r + 6 * g + b


def _stretched(gray: Pixels) -> Pixels:
    """From the darkest to the brightest: ten letters show little of a foggy day."""
    least, most = int(gray.min()), int(gray.max())
    if most == least:
        return gray
    return np.asarray((gray.astype(np.float32) - least) * (255 / (most - least)), np.uint8)


def _letters(row: Pixels) -> str:
    return "".join(_RAMP[int(value) * (len(_RAMP) - 1) // 255] for value in row).rstrip()
