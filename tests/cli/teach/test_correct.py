"""`teach NAME correct`: an event that was wrong becomes an example of what it was."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.model.taught.manifest import ExampleRecord
from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.teacher import Teacher
from tests.cli.teach.nodes import Node, looks_of_photo, node_in
from tests.support.lessons import CAT, TRIPOD, write_parts

Output = pytest.CaptureFixture[str]
EVENT = "01" * 16


def correct(node: Node, *arguments: str) -> int:
    return main(["teach", "pets", "correct", *arguments, "--config", str(node.config)])


@pytest.fixture
def node(taught: str, tmp_path: Path) -> Node:
    """An event said that a cat was an espresso."""
    node = node_in(tmp_path)
    facts: dict[str, Any] = {"kind": LookKind.EVENT, "label": "espresso", "score": 0.8, "event_id": EVENT}
    node.keep(*looks_of_photo(CAT, 1, 40, **facts))
    return node


def newest() -> ExampleRecord:
    return Teacher("pets").manifest().examples[-1]


def test_it_was_something_else(node: Node, capsys: Output) -> None:
    assert correct(node, EVENT, "cat") == 0
    out = capsys.readouterr().out
    assert out.startswith(f"pets: {EVENT}: espresso was said, cat it was.\n")
    assert "right when left out" in out
    assert (newest().label, newest().was, newest().event_id) == ("cat", "espresso", EVENT)
    assert Teacher("pets").manifest().is_fitted


def test_wrong_of_two_classes_is_the_other_one(node: Node) -> None:
    assert correct(node, EVENT, "--wrong") == 0
    assert (newest().label, newest().was) == ("cat", "espresso")


def test_wrong_of_three_classes_is_none_of_them(node: Node, tmp_path: Path, capsys: Output) -> None:
    assert main(["teach", "pets", "add", "tripod", str(write_parts(tmp_path / "t", TRIPOD, 4))]) == 0
    assert correct(node, EVENT, "--wrong", "--no-fit") == 0
    assert "espresso was said, unknown it was." in capsys.readouterr().out
    assert newest().label is None
    assert not Teacher("pets").manifest().is_fitted


def test_it_may_be_corrected_once_more(node: Node, capsys: Output) -> None:
    assert correct(node, EVENT, "unknown") == 0
    count = len(Teacher("pets").manifest().examples)
    capsys.readouterr()
    assert correct(node, EVENT, "cat") == 0
    assert "cat it was (known already)." in capsys.readouterr().out
    manifest = Teacher("pets").manifest()
    assert len(manifest.examples) == count
    assert [one.label for one in manifest.examples if one.event_id == EVENT] == ["cat"]


def test_events_of_which_nothing_is_kept(node: Node, capsys: Output) -> None:
    assert correct(node, "ff" * 16, "cat") == ExitStatus.NO_INPUT
    assert "nothing is kept of such an event: it is older than 7 days" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[EVENT], [EVENT, "cat", "--wrong"]])
def test_one_answer_is_needed(node: Node, capsys: Output, arguments: list[str]) -> None:
    assert correct(node, *arguments) == ExitStatus.USAGE
    assert "expected a LABEL or --wrong, and one of them alone" in capsys.readouterr().err


def test_a_model_that_was_never_taught(tmp_path: Path, capsys: Output) -> None:
    node = node_in(tmp_path)
    node.keep(*looks_of_photo(CAT, 1, kind=LookKind.EVENT, event_id=EVENT, label="x"))
    assert correct(node, EVENT, "--wrong") == ExitStatus.CONFIG
    assert "pets: expected the name of a taught model" in capsys.readouterr().err
