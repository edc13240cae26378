"""An update on one node: taken, watched, kept, undone, refused; and what is said of it."""

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import load_config
from edgeclassify.daemon.updating import looking
from edgeclassify.daemon.updating.starting import undo_where_it_breaks_the_config
from edgeclassify.errors import ConfigError, FreshProcessError, ModelError
from edgeclassify.files import StateFile
from edgeclassify.types import UpdateState
from edgeclassify.updates.fetching import fetch_model
from edgeclassify.updates.signature import new_private_key
from edgeclassify.updates.store import UpdateStore
from tests.daemon.updating.bench import ILL, MODEL, WELL, NodeBench

PLAIN = 10_000


@pytest.fixture
def node(tmp_path: Path) -> NodeBench:
    return NodeBench(tmp_path)


def state(node: NodeBench) -> UpdateState:
    return node.looking.status.state


def test_a_good_update_is_watched_and_kept(node: NodeBench) -> None:
    node.sign()
    assert (state(node), node.runs) == (UpdateState.WAITING, PLAIN)
    node.look()
    assert state(node) is UpdateState.DOWNLOADING
    node.turn()
    assert (state(node), node.runs) == (UpdateState.WATCHED, 7)
    node.turn(9.0)
    assert state(node) is UpdateState.WATCHED
    node.turn(1.0)
    assert state(node) is UpdateState.KEPT
    status = node.looking.status
    assert (status.id, status.version, status.reason) == ("june", 7, None)
    node.restart()
    assert (state(node), node.runs) == (UpdateState.KEPT, 7)
    assert [one.name for one in node.updates.iterdir() if one.is_dir()] == [node.store.record.running.folder]  # type: ignore[union-attr]
    node.look()
    node.turn(5.0)
    assert state(node) is UpdateState.KEPT


def test_one_that_goes_badly_is_undone_and_not_tried_again(
    node: NodeBench, caplog: pytest.LogCaptureFixture
) -> None:
    node.sign()
    node.look()
    node.turn()
    node.sample = ILL
    node.turn(3.0)
    assert state(node) is UpdateState.WATCHED
    node.turn(1.0)
    reason = "view front was online before, and is offline for 3 s"
    assert (state(node), node.runs, node.looking.status.reason) == (UpdateState.ROLLED_BACK, PLAIN, reason)
    assert f"update june (version 7): rolled_back: {reason}" in caplog.text
    node.restart()
    assert (state(node), node.runs) == (UpdateState.ROLLED_BACK, PLAIN)
    node.look()
    node.turn(5.0)
    assert state(node) is UpdateState.ROLLED_BACK
    node.sample = WELL
    node.sign(version=8, id="july")
    node.look()
    node.turn(10.0)
    assert (state(node), node.runs) == (UpdateState.KEPT, 7)


def test_what_was_kept_before_comes_back(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    node.sign(version=8, id="july", config="[spool]\nmemory_events = 8\n")
    node.look()
    node.turn()
    assert node.runs == 8
    node.sample = ILL
    node.turn(5.0)
    assert (state(node), node.runs) == (UpdateState.ROLLED_BACK, 7)


@pytest.mark.parametrize("error", [ConfigError("view[0].labels: unknown"), ModelError("m.tflite: crashes")])
def test_a_refused_one_changes_nothing(node: NodeBench, error: ConfigError | ModelError) -> None:
    node.sign()
    node.refuse = error
    node.look()
    node.turn()
    assert (state(node), node.runs) == (UpdateState.REFUSED, PLAIN)
    assert node.looking.status.reason == str(error)
    node.refuse = None
    node.look()
    node.turn(5.0)
    assert state(node) is UpdateState.REFUSED


def test_a_node_whose_own_config_is_broken_waits(node: NodeBench) -> None:
    node.sign()
    whole = node.path.read_text()
    node.path.write_text(whole + "[spool]\nmemory_events = 0\n")
    node.look()
    node.turn()
    assert state(node) is UpdateState.WAITING
    assert "the node's own config can't be used" in str(node.looking.status.reason)
    node.path.write_text(whole)
    node.look()
    node.turn(10.0)
    assert state(node) is UpdateState.KEPT


def test_a_greater_share_takes_the_same_update(node: NodeBench) -> None:
    node.sign(percent=34.0)
    node.look()
    assert (state(node), node.runs) == (UpdateState.WAITING, PLAIN)
    assert "34 % of the nodes" in str(node.looking.status.reason)
    node.sign(percent=35.0)
    node.look()
    node.turn(10.0)
    assert (state(node), node.runs) == (UpdateState.KEPT, 7)


def test_what_is_wrong_with_a_look_is_said_once_and_changes_nothing(
    node: NodeBench, caplog: pytest.LogCaptureFixture
) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    before = node.store.record
    (node.stick / "update").unlink()
    node.look()
    node.look()
    assert caplog.text.count("expected a file, found none") == 1
    assert (state(node), node.store.record) == (UpdateState.KEPT, before)
    assert "expected a file" in str(node.looking.status.reason)
    node.sign(key=new_private_key())
    node.look()
    assert "signed with another" in str(node.looking.status.reason)
    node.sign(version=6, id="may")
    node.look()
    assert "older than 7" in str(node.looking.status.reason)
    with caplog.at_level(logging.INFO):
        node.sign()
        node.look()
    assert "looking for one works again" in caplog.text
    assert node.looking.status.reason is None
    assert node.store.record == before


def test_a_version_that_was_seen_is_never_gone_behind(node: NodeBench) -> None:
    node.sign(version=9, id="august", percent=0.0)
    node.look()
    node.sign()
    node.look()
    node.turn(10.0)
    assert (node.runs, node.store.record.highest) == (PLAIN, 9)


def test_none_is_taken_where_nothing_can_be_remembered(node: NodeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    node.sign()
    monkeypatch.setattr(StateFile, "write", lambda *_: False)
    node.look()
    node.turn()
    assert node.runs == PLAIN
    assert "can't be written" in str(node.looking.status.reason)


def test_a_disk_that_fills_up_while_it_is_taken_over_undoes_it(
    node: NodeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.sign()
    node.look()
    write = StateFile.write

    def full_from_the_reload_on(file: StateFile[object], document: object) -> bool:
        return node.runs != 7 and write(file, document)

    monkeypatch.setattr(StateFile, "write", full_from_the_reload_on)
    node.turn()
    assert node.runs == PLAIN


def test_where_the_old_one_can_t_be_had_back_a_fresh_process_is_asked_for(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn()
    node.sample = ILL
    node.turn(3.0)

    def fail(step: str) -> None:
        if step == "reload":
            raise ModelError("busy")

    node.step = fail
    with pytest.raises(FreshProcessError, match="an update was undone"):
        node.turn(1.0)
    node.step = lambda _: None
    node.restart()
    assert (state(node), node.runs) == (UpdateState.ROLLED_BACK, PLAIN)


def test_starts_that_fail_undo_it(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn()
    for _ in range(2):
        node.restart()
        assert (state(node), node.runs) == (UpdateState.WATCHED, 7)
    node.restart()
    assert (state(node), node.runs) == (UpdateState.ROLLED_BACK, PLAIN)
    assert "started 2 times" in str(node.looking.status.reason)


def test_a_restart_that_was_asked_for_says_nothing(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn()
    for _ in range(5):
        node.starts.ended_well()
        node.restart()
        assert (state(node), node.runs) == (UpdateState.WATCHED, 7)
    node.turn(9.0)
    assert state(node) is UpdateState.WATCHED
    node.turn(1.0)
    assert state(node) is UpdateState.KEPT


def test_errors_end_the_process_so_that_it_is_started_again(node: NodeBench) -> None:
    error = ModelError("crashes")
    assert node.starts.failed(error) is error
    node.sign()
    node.look()
    node.turn()
    other = node.starts.failed(error)
    assert isinstance(other, FreshProcessError)
    assert "crashes" in str(other)


def test_one_whose_trial_ends_the_process_twice_is_refused(node: NodeBench) -> None:
    node.sign()
    for _ in range(looking.MOST_ATTEMPTS):
        node.look()
        assert state(node) is UpdateState.DOWNLOADING

        def die(step: str) -> None:
            if step == "reload":
                raise KeyboardInterrupt

        node.step = die
        with pytest.raises(KeyboardInterrupt):
            node.turn()
        node.step = lambda _: None
        node.restart()
        assert node.runs == PLAIN
    node.look()
    node.turn()
    assert (state(node), node.runs) == (UpdateState.REFUSED, PLAIN)
    assert "ended 2 times" in str(node.looking.status.reason)


def test_a_damaged_record_is_set_aside(node: NodeBench, caplog: pytest.LogCaptureFixture) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    (node.updates / "state.json").write_text('{"highest": "x"}')
    node.restart()
    assert "expected what is known of updates" in caplog.text
    assert node.runs == PLAIN
    node.look()
    node.turn(10.0)
    assert (state(node), node.runs) == (UpdateState.KEPT, 7)


@pytest.mark.parametrize("turns", [0.0, 10.0])
def test_what_is_gone_from_the_disk_is_fetched_again(
    node: NodeBench, caplog: pytest.LogCaptureFixture, turns: float
) -> None:
    node.sign()
    node.look()
    node.turn(turns)
    shutil.rmtree(node.updates / node.store.record.running.folder)  # type: ignore[union-attr]
    node.restart()
    assert (state(node), node.runs) == (UpdateState.WAITING, PLAIN)
    assert "gone from the disk" in str(node.looking.status.reason)
    assert "gone from the disk" in caplog.text
    node.look()
    node.turn(10.0)
    assert (state(node), node.runs) == (UpdateState.KEPT, 7)


def test_what_goes_while_the_daemon_runs_is_fetched_at_the_next_look(node: NodeBench) -> None:
    for _ in range(looking.MOST_ATTEMPTS + 1):
        node.sign()
        node.look()
        node.turn(12.0)
        assert state(node) is UpdateState.KEPT
        (node.updates / node.store.record.running.folder / "config.toml").unlink()  # type: ignore[union-attr]


def test_what_was_before_runs_where_the_watched_one_is_gone(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    node.sign(version=8, id="july", config="[spool]\nmemory_events = 8\n")
    node.look()
    node.turn()
    shutil.rmtree(node.updates / node.store.record.running.folder)  # type: ignore[union-attr]
    node.restart()
    assert (state(node), node.runs) == (UpdateState.WAITING, 7)


def test_an_older_one_that_is_gone_changes_nothing_of_the_newest(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    node.sign(version=8, id="july", percent=0.0)
    node.look()
    reason = node.looking.status.reason
    shutil.rmtree(node.updates / node.store.record.running.folder)  # type: ignore[union-attr]
    node.restart()
    assert node.store.record.running is None
    assert (node.store.record.id, node.looking.status.reason) == ("july", reason)


def test_another_content_of_the_same_version_is_refused(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    node.sign(config="[spool]\nmemory_events = 8\n")
    node.look()
    node.turn(10.0)
    assert node.runs == 7
    assert "june: version 7 brought something else before" in str(node.looking.status.reason)


def test_a_wrong_model_is_not_fetched_at_every_look(node: NodeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []
    looks: list[UpdateState] = []

    def counting(*arguments: Any) -> Path:
        fetched.append(len(looks))
        return fetch_model(*arguments)

    monkeypatch.setattr("edgeclassify.daemon.updating.looking.fetch_model", counting)
    node.sign()
    file = node.stick / "models" / "m.tflite"
    file.write_bytes(bytes(len(MODEL)))
    for _ in range(12):
        node.look()
        looks.append(node.looking.status.state)
        assert "sha256" in str(node.looking.status.reason)
    assert fetched == [0, 2, 5, 10]
    file.write_bytes(MODEL)
    node.looking.look_now()
    node.look()
    node.turn(10.0)
    assert (state(node), node.runs) == (UpdateState.KEPT, 7)


def test_a_manifest_that_is_none_is_named(node: NodeBench) -> None:
    (node.stick / "update").write_text("junk")
    node.look()
    assert str(node.looking.status.reason).startswith(f"{node.url}: expected a signed manifest")


def test_models_lie_beside_the_config(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn(10.0)
    placed = node.store.place_of(node.store.record.running)
    assert placed is not None
    assert (placed / "m.tflite").read_bytes() == MODEL


def broken_by(node: NodeBench) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(node.path)
    return caught.value


def test_one_that_breaks_the_config_of_a_start_is_undone(node: NodeBench) -> None:
    node.sign()
    node.look()
    node.turn()
    placed = node.store.place_of(node.store.record.running)
    assert placed is not None
    (placed / "config.toml").write_text("[spool]\nmemory_events = 0\n")
    undo_where_it_breaks_the_config(node.path, broken_by(node))
    node.restart()
    assert (state(node), node.runs) == (UpdateState.ROLLED_BACK, PLAIN)
    assert "spool.memory_events" in str(node.looking.status.reason)


@pytest.mark.parametrize("is_watched", [True, False])
def test_a_config_that_is_broken_by_itself_undoes_nothing(node: NodeBench, is_watched: bool) -> None:
    node.sign()
    node.look()
    node.turn(0.0 if is_watched else 10.0)
    if is_watched:
        node.path.write_text(node.path.read_text() + "[spool]\nmemory_events = 0\n")
    else:
        placed = node.store.place_of(node.store.record.running)
        assert placed is not None
        (placed / "config.toml").write_text("[spool]\nmemory_events = 0\n")
    error, before = broken_by(node), node.store.record
    with pytest.raises(ConfigError) as caught:
        undo_where_it_breaks_the_config(node.path, error)
    assert caught.value is error
    assert UpdateStore(node.updates).record == before
