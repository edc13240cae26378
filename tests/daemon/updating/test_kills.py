"""The process is killed at any step of an update: on disk there is the old or the new, whole, and it goes on."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify import files
from edgeclassify.config.layers.update_layer import running_update
from edgeclassify.daemon.updating import looking
from edgeclassify.files import state_file
from edgeclassify.types import UpdateState
from edgeclassify.updates import fetching
from tests.daemon.updating.bench import MODEL, Killed, NodeBench

PLAIN = 10_000
DONE = (UpdateState.KEPT, UpdateState.REFUSED, UpdateState.ROLLED_BACK)


class Fate:
    """Kills at the step of that number; half of what was to be written is there then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        self.steps = 0
        for module in (state_file, looking):
            monkeypatch.setattr(module, "replace_file", self._replace)
        receive = fetching.receive

        def received(*arguments: Any) -> None:
            self("before a model")
            receive(*arguments)
            self("behind a model")

        monkeypatch.setattr(fetching, "receive", received)

    def __call__(self, _: str) -> None:
        self.steps += 1
        if self.left is None:
            return
        if self.left == 0:
            self.left = None
            raise Killed
        self.left -= 1

    def _replace(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self("before a file is in its place")
        except Killed:
            path.with_name(path.name + ".tmp").write_bytes(content[: len(content) // 2])
            raise
        files.replace_file(path, content)
        self("behind it")


def check(node: NodeBench) -> None:
    """What the next start would find."""
    folder = running_update(node.updates).folder
    if folder is not None:
        assert (folder / "config.toml").read_text() == "[spool]\nmemory_events = 7\n"
        assert (folder / "m.tflite").read_bytes() == MODEL


def life(node: NodeBench, fate: Fate, kills: list[int]) -> None:
    """Until something became of the update; each of `kills` steps behind the one before a kill."""
    left = list(kills)
    fate.left = left.pop(0) if left else None
    for _ in range(40):
        try:
            node.look()
            check(node)
            for _ in range(12):
                node.turn(1.0)
                check(node)
            if node.looking.status.state in DONE and fate.left is None:
                return
        except Killed:
            check(node)
            fate.left = None
            node.restart()
            fate.left = left.pop(0) if left else None
        else:
            fate.left = None if node.looking.status.state in DONE else fate.left
    raise AssertionError("nothing became of it")


def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[NodeBench, Fate]:
    node = NodeBench(folder)
    node.sign()
    fate = Fate(monkeypatch)
    node.step = fate
    return node, fate


def test_each_step_can_be_the_last(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        node, fate = made(tmp_path_factory.mktemp("whole"), patched)
        life(node, fate, [])
        steps = fate.steps
    assert steps > 10
    for number in range(steps):
        with monkeypatch.context() as patched:
            node, fate = made(tmp_path_factory.mktemp("killed"), patched)
            life(node, fate, [number])
            assert node.looking.status.state is UpdateState.KEPT, f"killed at step {number}"
            assert node.runs == 7
            assert node.load(None).spool.memory_events == 7


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(0, 14), max_size=6))
def test_kills_in_a_row_leave_the_old_or_the_new(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, kills: list[int]
) -> None:
    with monkeypatch.context() as patched:
        node, fate = made(tmp_path_factory.mktemp("kills"), patched)
        life(node, fate, kills)
        is_kept = node.looking.status.state is UpdateState.KEPT
        assert node.runs == node.load(None).spool.memory_events == (7 if is_kept else PLAIN)
