"""`teach NAME clusters`: collected frames are grouped, shown, labelled, and learnt from."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.teaching.teacher import Teacher
from tests.cli.teach.nodes import Node, looks_of_photo, node_in
from tests.support.lessons import CAT, ESPRESSO

Output = pytest.CaptureFixture[str]


def clusters(node: Node, *arguments: str) -> int:
    return main(["teach", "pets", "clusters", *arguments, "--config", str(node.config)])


def groups_of(node: Node, output: Output, *arguments: str) -> list[dict[str, Any]]:
    output.readouterr()
    assert clusters(node, "--json", *arguments) == 0
    found: list[dict[str, Any]] = json.loads(output.readouterr().out)["groups"]
    return found


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """It has gathered 8 looks of a cat (1 to 8) and 6 of a coffee (9 to 14)."""
    node = node_in(tmp_path)
    assert node.keep(*looks_of_photo(CAT, 8), *looks_of_photo(ESPRESSO, 6)) == list(range(1, 15))
    return node


def test_groups_are_told_with_their_hours(node: Node, capsys: Output) -> None:
    cats, coffees = groups_of(node, capsys, "--groups", "2")
    assert set(cats["looks"]) == set(range(1, 9))
    assert set(coffees["looks"]) == set(range(9, 15))
    assert (cats["group"], cats["count"], cats["dark"]) == (cats["looks"][0], 8, 0)
    assert set(cats["chosen"]) <= set(cats["looks"])
    assert cats["first"] < cats["last"]
    assert clusters(node, "--groups", "2") == 0
    out = capsys.readouterr().out
    assert "pets: 14 frames in 2 groups" in out
    first = (
        f"  group {cats['group']}: 8 frames, 11-25 13:00 to 11-25 20:00; {len(cats['chosen'])} of them as examples"
    )
    assert first.partition(":")[0] in out
    assert " 13:00 to " in out, "by the clock of the node"


def test_the_sheet_has_a_row_for_each_group(node: Node, tmp_path: Path, capsys: Output) -> None:
    sheet = tmp_path / "sheet.jpg"
    assert clusters(node, "--groups", "2", "--sheet", str(sheet)) == 0
    assert f"Their pictures: {sheet}" in capsys.readouterr().out
    image = cv2.imread(str(sheet))
    assert image is not None
    assert image.shape[0] > 2 * 136
    assert clusters(node, "--sheet", str(tmp_path / "sheet.png")) == ExitStatus.USAGE
    assert clusters(node, "--sheet", str(tmp_path / "node.toml/x.jpg")) == ExitStatus.CANNOT_WRITE


def test_labelled_by_options_and_learnt(node: Node, capsys: Output) -> None:
    cats, coffees = groups_of(node, capsys, "--groups", "2")
    options = ["--label", f"{cats['group']}=cat", "--label", f"{coffees['group']}=coffee cup", "--groups", "2"]
    assert clusters(node, *options) == 0
    out = capsys.readouterr().out
    assert f"cat: {len(cats['chosen'])} new examples" in out
    assert "right when left out" in out
    manifest = Teacher("pets").manifest()
    assert manifest.labels == ("cat", "coffee cup")
    assert len(manifest.examples) == len(cats["chosen"]) + len(coffees["chosen"])
    assert manifest.is_fitted
    assert {one.view for one in manifest.examples} == {"gate"}
    assert all(one.was is None for one in manifest.examples)
    with node.store() as store:
        assert not store.collected("pets"), "those that are too much like the chosen ones are done with too"
    assert clusters(node) == ExitStatus.USAGE
    assert "nothing was collected that waits for a label" in capsys.readouterr().err


def test_one_group_for_now(node: Node, capsys: Output) -> None:
    cats, coffees = groups_of(node, capsys, "--groups", "2")
    assert clusters(node, "--groups", "2", "--label", f"{cats['group']}=cat") == 0
    assert "Next, another class" in capsys.readouterr().out
    assert clusters(node, "--groups", "1", "--discard", str(coffees["group"])) == 0
    assert "thrown away: 6" in capsys.readouterr().out
    assert Teacher("pets").manifest().labels == ("cat",)


def test_not_fitted_where_that_is_not_wanted(node: Node, capsys: Output) -> None:
    cats, coffees = groups_of(node, capsys, "--groups", "2")
    options = ["--label", f"{cats['group']}=cat", "--label", f"{coffees['group']}=unknown", "--groups", "2"]
    assert clusters(node, *options, "--no-fit") == 0
    manifest = Teacher("pets").manifest()
    assert (manifest.labels, manifest.head) == (("cat",), None)
    assert sum(one.label is None for one in manifest.examples) == len(coffees["chosen"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--label", "cat"], "--label: expected GROUP=LABEL, such as 17=open, found 'cat'"),
        (["--label", "1="], "--label: expected GROUP=LABEL"),
        (["--label", "999=cat"], "pets: expected one of the groups "),
        (["--discard", "999"], "found 999."),
        (["--label", "1=None"], "found a word that a view's state has for itself"),
        (["--json", "--discard", "1"], "leave --label and --discard out"),
        (["--view", "gaet"], 'found gaet. Did you mean "gate"?'),
    ],
)
def test_what_can_not_be_labelled(node: Node, capsys: Output, options: list[str], message: str) -> None:
    assert clusters(node, *options) == ExitStatus.USAGE
    assert message in capsys.readouterr().err
    with node.store() as store:
        assert len(store.collected("pets")) == 14


def test_asked_on_a_terminal(node: Node, tmp_path: Path) -> None:
    cats_first = "cat\ncoffee\ny\n"
    found = on_terminal(
        ["teach", "pets", "clusters", "--groups", "2", "--config", str(node.config)], cats_first, tmp_path
    )
    assert f"Their pictures: {tmp_path}/pets-groups.jpg" in found
    assert "A new class 'coffee'? [Y/n]" in found
    assert "right when left out" in found
    assert Teacher("pets").manifest().labels == ("cat", "coffee")
    assert cv2.imread(str(tmp_path / "pets-groups.jpg")) is not None


def on_terminal(arguments: list[str], typed: str, folder: Path) -> str:
    """What a command shows on a terminal on which that is typed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "edgeclassify", *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3]), "COLUMNS": "200"}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment,
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        assert process.stdout is not None
        found = process.stdout.read()
        assert process.wait() == 0, found
    os.close(ours)
    return found


def answered(node: Node, words: str, monkeypatch: pytest.MonkeyPatch, output: Output) -> str:
    """What is shown where that is typed."""
    stdin = io.StringIO(words)
    monkeypatch.setattr(stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.chdir(node.config.parent)
    output.readouterr()
    assert clusters(node, "--groups", "2") == 0
    return output.readouterr().out


def test_split_left_and_thrown_away(node: Node, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    out = answered(node, "+\n\n-\ncoffee\n", monkeypatch, capsys)
    with node.store() as store:
        left = {look.id for look in store.collected("pets")}
    assert left < set(range(1, 9)), "one half of the cats was left for later, the other thrown away"
    assert left
    assert out.count("group ") >= 5
    assert Teacher("pets").manifest().labels == ("coffee",)


def test_help_an_early_end_and_a_slip_of_the_keys(
    node: Node, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    out = answered(node, "?\ncat\n.\n", monkeypatch, capsys)
    assert "it is none of the classes" in out
    assert Teacher("pets").manifest().labels == ("cat",)
    out = answered(node, "=\nkat\nn\nunavailable\ncat\n", monkeypatch, capsys)
    assert "The model said nothing of it" in out
    assert "A new class 'kat'?" in out
    assert "a word that a view's state has for itself" in out
    assert Teacher("pets").manifest().labels == ("cat",)


def test_the_end_of_the_input_keeps_what_was_answered(
    node: Node, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    answered(node, "cat\n", monkeypatch, capsys)
    assert Teacher("pets").manifest().labels == ("cat",)
    with node.store() as store:
        assert {look.id for look in store.collected("pets")} == set(range(9, 15))


def test_of_another_network_without_pictures_nothing_is_lost(node: Node, capsys: Output) -> None:
    from dataclasses import replace

    (look,) = looks_of_photo(CAT, 1)
    strange = replace(look, facts=replace(look.facts, sha256="ab" * 32, base="other"), jpeg=None)
    (number,) = node.keep(strange)
    cats, coffees, alone = groups_of(node, capsys, "--groups", "2")[:3]
    found = [one for one in groups_of(node, capsys, "--groups", "1") if one["looks"] == [number]]
    assert len(found) == 1
    assert {cats["count"], coffees["count"], alone["count"]} == {8, 6, 1}
    options = ["--groups", "1", "--label", f"{number}=cat"]
    assert clusters(node, *options) in (ExitStatus.DATA, ExitStatus.CONFIG, ExitStatus.NO_INPUT)
    with node.store() as store:
        assert number in {one.id for one in store.collected("pets")}
