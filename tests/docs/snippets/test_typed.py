"""Each line that a page tells people to type is one that the programs take."""

import re
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.docs.snippets.pages import PAGES, blocks, page_id, typed, typed_in_prose
from tests.docs.snippets.parsing import fault_of, is_ours
from tests.docs.snippets.ways import is_known

_PAGES = pytest.mark.parametrize("page", PAGES, ids=page_id)
_LANGUAGES = {
    "": "what is shown: an answer, a table, a drawing",
    "sh": "typed", "console": "typed, with what is answered",
    "toml": "read as a config: tests/docs/test_examples.py", "json": "held against the schemas there",
    "yaml": "read there", "python": "compiled, below; tests/docs/test_webhook.py runs one",
    "pycon": "typed at Python, with what is answered: tests/docs/test_library.py",
    "ini": "a piece of a unit, read below", "nginx": "tests/web/safety starts it",
    "conf": "tests/docs/test_mosquitto.py", "sql": "run by tests/docs/test_ingest.py",
    "text": "what is shown",
}  # fmt: skip
"""What is done with each language."""


@_PAGES
def test_our_commands_are_right(page: Path) -> None:
    faults = []
    for line in typed(page):
        for words in line.simple_commands():
            if is_ours(words) and "…" not in line.text:
                fault = fault_of(words[1:])
                faults += [f"{line.where}: {line.text}: {fault}"] * (fault is not None)
    assert faults == []


@_PAGES
def test_our_commands_in_prose_are_right(page: Path) -> None:
    """What stands for an argument (NAME, FILE) is a word as any other; a shortened one is the beginning of one."""
    faults = []
    for line in (
        typed_in_prose(page) if page.name != "commands.md" else ()
    ):  # its commands stand with all their words
        text = line.text.replace("\\|", "/").replace("|", "/")
        words = text.removeprefix("sudo ").replace("[", "").replace("]", "").split()
        if "…" not in text and "COMMAND" not in text:
            fault = fault_of(words[1:])
            if fault is not None and not fault.startswith(
                ("Missing argument", "teach: expected the model's name")
            ):
                faults.append(f"{line.where}: {line.text}: {fault}")
    assert faults == []


@_PAGES
def test_of_every_program_is_known_what_to_do_with_it(page: Path) -> None:
    """Another one is added to tests/docs/snippets/ways.py: it is run, or it is said why not."""
    strange = [
        f"{line.where}: {words[0]}"
        for line in typed(page)
        for words in line.simple_commands()
        if not is_known(words)
    ]
    assert strange == []


@_PAGES
def test_every_block_has_a_language_that_a_test_reads(page: Path) -> None:
    for block in blocks(page):
        assert block.language in _LANGUAGES, f"{block.where}: ```{block.language}"
        if not block.language:
            first = ("$ ", "sudo ", "edgeclassify ", "mosquitto_")
            assert not [line for line in block.text.splitlines() if line.startswith(first)], (
                f"{block.where}: what is typed stands in a block of sh or console"
            )


@_PAGES
def test_python_is_python(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block.text, block.where, "exec")


@_PAGES
def test_pieces_of_units_have_sections_that_units_have(page: Path) -> None:
    for block in blocks(page, "ini"):
        read = RawConfigParser(strict=False, delimiters=("=",))
        read.optionxform = str  # type: ignore[assignment,method-assign]
        read.read_string(block.text)
        assert read.sections()
        assert set(read.sections()) <= {"Unit", "Service", "Install", "Path", "Timer", "Socket", "Mount"}, (
            block.where
        )
        keys = [key for section in read.sections() for key in read[section]]
        assert all(re.fullmatch("[A-Z][A-Za-z]+", key) for key in keys), block.where


def test_a_wrong_command_is_noticed() -> None:
    assert fault_of(["classify", "--modle", "builtin", "a.jpg"]) is not None
    assert fault_of(["teach", "gate", "ad", "open", "x/"]) is not None
    assert fault_of(["history", "--type", "never"]) is not None
    assert fault_of(["nothing"]) is not None
    assert fault_of(["models"]) is not None
    assert fault_of(["teach", "gate", "add", "open", "pictures/"]) is None
    assert fault_of(["models", "fetch", "mobilenet_v2", "--from", "/not/here"]) is None
