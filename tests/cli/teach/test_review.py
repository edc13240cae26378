"""`teach NAME review`: what a view was not sure of is shown, and labelled as a correction."""

import io
import json
import sys
from pathlib import Path

import cv2
import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.teacher import Teacher
from tests.cli.teach.nodes import Node, looks_of_photo, node_in
from tests.support.lessons import CAT, ESPRESSO

Output = pytest.CaptureFixture[str]
VIEWS = '[[view]]\nname = "gate"\nmodel = "pets"\n[[view]]\nname = "yard"\n'


def review(node: Node, *arguments: str) -> int:
    return main(["teach", "pets", "review", *arguments, "--config", str(node.config)])


@pytest.fixture
def node(taught: str, tmp_path: Path) -> Node:
    """The view gate was not sure of a cat (1) and a coffee (2), the view yard of a cat (3)."""
    node = node_in(tmp_path, views=VIEWS)
    unsure = LookKind.UNSURE
    node.keep(
        *looks_of_photo(CAT, 1, 40, kind=unsure, label="espresso", score=0.43),
        *looks_of_photo(ESPRESSO, 1, 41, kind=unsure, label="espresso", score=0.3),
        *looks_of_photo(CAT, 1, 42, kind=unsure, label="lynx", score=0.2, view="yard"),
    )
    return node


def left(node: Node) -> set[int]:
    with node.store() as store:
        return {look.id for look in store.unsure()}


def test_what_waits_is_listed_the_newest_first(node: Node, capsys: Output) -> None:
    assert review(node) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "pets: 2 looks that it was not sure of"
    assert out[1].startswith("  look 2: gate, ")
    assert out[2].endswith(": espresso 43%")
    assert review(node, "--json", "--limit", "1") == 0
    (one,) = json.loads(capsys.readouterr().out)["looks"]
    assert (one["look"], one["view"], one["label"], one["score"]) == (2, "gate", "espresso", 0.3)


def test_of_a_view_that_is_named(node: Node, capsys: Output) -> None:
    assert review(node, "--view", "yard", "--json") == 0
    assert [one["look"] for one in json.loads(capsys.readouterr().out)["looks"]] == [3]


def test_labelled_by_options(node: Node, capsys: Output) -> None:
    before = Teacher("pets").manifest()
    assert review(node, "--label", "1=cat", "--discard", "2") == 0
    out = capsys.readouterr().out
    assert "cat: 1 new example" in out
    assert "class " in out
    assert left(node) == {3}
    manifest = Teacher("pets").manifest()
    (new,) = [one for one in manifest.examples if one not in before.examples]
    assert (new.label, new.was, new.view) == ("cat", "espresso", "gate")
    assert manifest.is_fitted


def test_asked_for_each(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    stdin = io.StringIO("=\n+\nc\n")
    monkeypatch.setattr(stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.chdir(tmp_path)
    assert review(node, "--no-fit") == 0
    out = capsys.readouterr().out
    assert "It is one alone." in out
    assert "Next: edgeclassify teach pets fit" in out
    manifest = Teacher("pets").manifest()
    assert [(one.label, one.was) for one in manifest.examples[-2:]] == [("espresso", None), ("cat", "espresso")]
    assert left(node) == {3}
    assert cv2.imread(str(tmp_path / "pets-review.jpg")) is not None


def test_nothing_waits(node: Node, capsys: Output) -> None:
    assert review(node, "--discard", "1", "--discard", "2") == 0
    capsys.readouterr()
    assert review(node) == 0
    assert capsys.readouterr().out == "pets: nothing waits to be reviewed.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--label", "cat"], "--label: expected LOOK=LABEL"),
        (["--label", "3=cat"], "pets: expected one of the looks 1, 2, found 3."),
        (["--view", "yrd"], 'Did you mean "yard"?'),
        (["--sheet", "x.png"], "--sheet: expected a file name that ends in .jpg"),
        (["--json", "--label", "1=cat"], "leave --label and --discard out"),
    ],
)
def test_what_can_not_be_done(node: Node, capsys: Output, options: list[str], message: str) -> None:
    assert review(node, *options) == ExitStatus.USAGE
    assert message in capsys.readouterr().err
    assert left(node) == {1, 2, 3}


def test_a_model_that_no_view_uses(node: Node, capsys: Output) -> None:
    assert main(["teach", "gate2", "review", "--config", str(node.config)]) == ExitStatus.USAGE
    assert (
        'expected a view that uses it, found none. Set model = "gate2" in its [[view]]' in capsys.readouterr().err
    )
