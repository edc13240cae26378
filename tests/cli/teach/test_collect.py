"""`teach NAME collect`: orders that a daemon finds, how far they are, and what is no order."""

from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.publish.spool.numbers.lock import FolderLock
from tests.cli.teach.nodes import Node, looks_of_photo, node_in

Output = pytest.CaptureFixture[str]
TWO = '[[view]]\nname = "gate"\n[[view]]\nname = "yard"\n'


def collect(node: Node, *arguments: str) -> int:
    return main(["teach", "pets", "collect", *arguments, "--config", str(node.config)])


def test_an_order_is_there_for_the_daemon(tmp_path: Path, capsys: Output) -> None:
    node = node_in(tmp_path, views=TWO)
    assert collect(node, "--view", "yard", "--hours", "1.5", "--most", "40") == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("pets: at most 40 frames of yard are gathered within 1.5 h. ")
    assert captured.err == "edgeclassify: the daemon does not run: it begins when that does\n"
    with node.store() as store:
        (one,) = store.collections("pets")
    assert (one.view, one.lasts_s, one.most, one.ended) == ("yard", 5400.0, 40, None)


def test_a_day_and_the_only_view_are_what_is_meant(tmp_path: Path) -> None:
    node = node_in(tmp_path)
    assert collect(node) == 0
    with node.store() as store:
        (one,) = store.collections()
    assert (one.model, one.view, one.lasts_s, one.most) == ("pets", "gate", 86_400.0, 200)


def test_nothing_is_said_of_a_daemon_that_runs(tmp_path: Path, capsys: Output) -> None:
    node = node_in(tmp_path)
    lock = FolderLock(tmp_path / "state")
    lock.take()
    assert collect(node) == 0
    lock.release()
    assert capsys.readouterr().err == ""


def test_how_far_it_is_and_its_end(tmp_path: Path, capsys: Output) -> None:
    node = node_in(tmp_path)
    assert collect(node, "--hours", "10") == 0
    with node.store() as store:
        store.add(looks_of_photo("cat", 2), watched_s={("pets", "gate"): 5400.0})
    capsys.readouterr()
    assert collect(node, "--status") == 0
    out = capsys.readouterr().out
    assert "pets: gate: 2 of at most 200 frames, 1.5 of 10 h, since " in out
    assert "; goes on\nLabel them: edgeclassify teach pets clusters\n" in out
    assert collect(node, "--stop") == 0
    assert "; ended: it was stopped" in capsys.readouterr().out
    assert collect(node, "--stop") == ExitStatus.USAGE
    assert "expected a collection that goes on, found none" in capsys.readouterr().err
    assert collect(node, "--discard") == 0
    assert capsys.readouterr().out == "pets: 2 frames thrown away.\n"
    assert collect(node, "--status") == ExitStatus.USAGE
    assert "nothing is gathered. Begin:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--view", "yrd"], '--view: expected one of gate, yard; found yrd. Did you mean "yard"?'),
        ([], "--view: expected one of gate, yard; found none."),
        (["--status", "--stop"], "expected one of --status, --stop and --discard"),
        (["--status", "--hours", "3"], "--hours and --most are for a collection that begins"),
        (["--stop", "--most", "3"], "--hours and --most are for a collection that begins"),
        (["--discard", "--view", "gate"], "leave --view out"),
        (["--stop", "--view", "yrd"], "--view: expected one of gate, yard; found yrd"),
    ],
)
def test_what_is_no_order(tmp_path: Path, capsys: Output, arguments: list[str], message: str) -> None:
    node = node_in(tmp_path, views=TWO)
    with node.store():
        """There is a file of looks."""
    assert collect(node, *arguments) == ExitStatus.USAGE
    assert message in capsys.readouterr().err
    with node.store() as store:
        assert not store.collections()


def test_nodes_that_keep_no_looks(tmp_path: Path, capsys: Output) -> None:
    assert collect(node_in(tmp_path, "[teaching]\nenabled = false")) == ExitStatus.USAGE
    assert "teaching.enabled is false" in capsys.readouterr().err
    assert collect(node_in(tmp_path), "--status") == ExitStatus.NO_INPUT
    assert "no looks are kept there yet" in capsys.readouterr().err
    node = node_in(tmp_path)
    node.config.write_text(node.config.read_text().replace("[node]", "[node]\nlabels_only = true"))
    assert collect(node) == 0
    assert "node.labels_only is true: they are gathered without pictures" in capsys.readouterr().err


def test_a_name_of_the_catalog_is_not_taught(tmp_path: Path, capsys: Output) -> None:
    node = node_in(tmp_path)
    assert main(["teach", "builtin", "collect", "--config", str(node.config)]) == ExitStatus.USAGE
    assert "found that of a model of the catalog" in capsys.readouterr().err
