"""The text of a command's help in blocks: paragraphs, and what stands line by line."""

import inspect
import re
import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """Some sentences, on one line."""

    text: str


@dataclass(frozen=True)
class Example:
    """Commands, each with its line; as they are typed."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Offers:
    r"""What is wanted, and the command that does it, in pairs."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Points:
    """A list, each of its points on one line."""

    points: tuple[str, ...]


Block = Paragraph | Example | Offers | Points


def blocks_of(help_text: str) -> tuple[Block, ...]:
    """Of a help as click takes it: paragraphs have an empty line between them, \\b keeps the lines of the next."""
    parts = re.split(r"\n\s*\n", inspect.cleandoc(help_text))
    return tuple(_block(part) for part in parts if part.strip())


def _block(part: str) -> Block:
    if not part.startswith("\b"):
        return Paragraph(" ".join(part.split()))
    kept = part.removeprefix("\b").strip("\n")
    if kept.startswith("Example:"):
        return Example(tuple(textwrap.dedent(kept.replace("Example:", " " * 8, 1)).splitlines()))
    if kept.startswith("* "):
        return Points(tuple(" ".join(point.split()) for point in re.split(r"^\* ", kept, flags=re.MULTILINE)[1:]))
    pairs = (re.split(r":? {2,}", line.strip(), maxsplit=1) for line in kept.splitlines())
    return Offers(tuple((pair[0], pair[-1]) for pair in pairs))
