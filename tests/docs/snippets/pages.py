"""The pages, their fenced blocks, and the lines in them that are typed."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCED = re.compile(r"^( *)```([\w-]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_ENDS_A_COMMAND = {"|", "||", "&&", ";", "&", "\n"}
_REDIRECTS = {">", ">>", "<", "<<", ">&", "<<<", "&>"}


def page_id(page: Path) -> str:
    """README.md, docs/README.md: what a test calls it."""
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    """What stands between two fences. `line`: of the first fence, from 1."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{page_id(self.page)}:{self.line}"


@dataclass(frozen=True)
class Typed:
    """A line that a reader types, what continues it included."""

    where: str
    text: str

    def simple_commands(self) -> list[list[str]]:
        """Each program that it starts, with its words: without sudo, assignments, redirections and comments."""
        return [words for words in map(_bare, _split(self.text)) if words]


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    """Those of the page in these languages; all, where none is named."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCED.finditer(text):
        if not languages or found[2] in languages:
            line = text.count("\n", 0, found.start()) + 1
            yield Block(page, line, found[2], textwrap.dedent(found[3]))


def typed(page: Path) -> Iterator[Typed]:
    """Of sh: all lines; of console: those behind a $, the rest is what is answered."""
    for block in blocks(page, "sh", "console"):
        for text in _lines(block):
            yield Typed(block.where, text)


def typed_in_prose(page: Path) -> Iterator[Typed]:
    """Commands of ours that stand in a sentence, between backquotes."""
    text = page.read_text(encoding="utf-8")
    prose = _FENCED.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in re.finditer(r"`((?:sudo )?edgeclassify [^`]+)`", prose):
        yield Typed(f"{page_id(page)}:{prose.count(chr(10), 0, found.start()) + 1}", " ".join(found[1].split()))


def _lines(block: Block) -> Iterator[str]:
    lines = block.text.splitlines()
    if block.language == "sh" and "<<" in block.text:  # a here-document: its lines belong together
        yield block.text
        return
    while lines:
        line = lines.pop(0)
        if block.language == "console":
            if not line.startswith("$ "):
                continue
            line = line[2:]
        while line.endswith("\\") and lines:
            line = line[:-1] + " " + lines.pop(0).removeprefix(">").strip()
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def _split(text: str) -> list[list[str]]:
    words = shlex.shlex(text.split("<<", 1)[0], posix=True, punctuation_chars=True)
    words.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in words:
        if word in _ENDS_A_COMMAND:
            found.append([])
        else:
            found[-1].append(word)
    return found


def _bare(words: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _REDIRECTS:
            skip = True
            if kept and kept[-1] in ("1", "2"):
                kept.pop()
        elif not kept and (word in ("sudo", "-E", "env") or re.match(r"\w+=", word)):
            continue
        else:
            kept.append(word)
    return kept
