"""What was set over MQTT: kept over a restart, until the config says something new."""

import errno
import json
import os
from pathlib import Path

import pytest

from edgeclassify.config import ViewConfig
from edgeclassify.daemon.kept.options import MAX_VIEWS, OptionStore
from edgeclassify.types import Option

GATE = ViewConfig(name="gate", threshold_enter=0.6)


def filled(path: Path) -> OptionStore:
    store = OptionStore(path)
    store.set("gate", Option.THRESHOLD, 0.8, 0.6)
    store.set("gate", Option.ENABLED, False, True)
    store.set("gate", Option.INTERVAL, 5.0, 0.5)
    return store


ALL = {Option.THRESHOLD: 0.8, Option.ENABLED: False, Option.INTERVAL: 5.0}


def test_kept_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "options.json"
    assert filled(path).overrides(GATE, 0.5) == ALL
    assert OptionStore(path).overrides(GATE, 0.5) == ALL
    assert OptionStore(path).overrides(ViewConfig(name="door"), 0.5) == {}
    assert sorted(p.name for p in path.parent.iterdir()) == ["options.json"]


def test_the_newer_word_of_the_config_wins_for_good(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "options.json"
    filled(path)
    changed = GATE.model_copy(update={"threshold_enter": 0.7})
    with caplog.at_level("INFO"):
        store = OptionStore(path)
        assert store.overrides(changed, 0.5) == {Option.ENABLED: False, Option.INTERVAL: 5.0}
        assert OptionStore(path).overrides(GATE, 0.5) == ALL, "a config that is only looked at changes nothing"
        store.forget_stale(changed, 0.5)
    assert (
        "view gate: threshold 0.8, set over MQTT, is forgotten: the config has changed from 0.6 to 0.7"
        in caplog.text
    )
    assert Option.THRESHOLD not in OptionStore(path).overrides(GATE, 0.5)
    OptionStore(path).forget_stale(GATE, 1.0)
    assert OptionStore(path).overrides(GATE, 0.5) == {Option.ENABLED: False}


def test_setting_what_the_config_says_forgets(tmp_path: Path) -> None:
    path = tmp_path / "options.json"
    filled(path).set("gate", Option.THRESHOLD, 0.6, 0.6)
    assert Option.THRESHOLD not in OptionStore(path).overrides(GATE, 0.5)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[]", b"{}", b"[" * 100_000, b"x" * 1_000_001, b'{"views": 3}', b'{"views": {"gate": []}}',
        b'{"views": {"gate": {"colour": {"value": 1, "configured": 1}}}}',
        b'{"views": {"gate": {"threshold": {"value": true, "configured": 0.5}}}}',
        b'{"views": {"gate": {"threshold": {"value": NaN, "configured": 0.5}}}}',
        b'{"views": {"gate": {"enabled": {"value": 1, "configured": true}}}}',
        b'{"views": {"gate": {"interval": {"value": 5}}}}',
    ],
)  # fmt: skip
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "options.json"
    path.write_bytes(content)
    store = OptionStore(path)
    assert store.overrides(GATE, 0.5) == {}
    assert (tmp_path / "options.json.damaged-1").read_bytes() == content
    assert "set aside as options.json.damaged-1" in caplog.text
    store.set("gate", Option.ENABLED, False, True)
    assert json.loads(path.read_bytes())["views"]["gate"]["enabled"] == {"value": False, "configured": True}


def test_a_full_disk_is_said_once_and_the_options_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "options.json"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        store = filled(path)
    assert caplog.text.count("can't be written: No space left on device") == 1
    assert store.overrides(GATE, 0.5) == ALL
    store.set("gate", Option.ENABLED, False, True)
    assert OptionStore(path).overrides(GATE, 0.5) == ALL


def test_without_a_folder_in_memory() -> None:
    store = OptionStore(None)
    store.set("gate", Option.THRESHOLD, 0.8, 0.6)
    assert store.overrides(GATE, 0.5) == {Option.THRESHOLD: 0.8}


def test_bounded() -> None:
    store = OptionStore(None)
    for i in range(MAX_VIEWS + 1):
        store.set(f"v{i}", Option.ENABLED, False, True)
    assert store.overrides(ViewConfig(name="v0"), 0.5) == {}
    assert store.overrides(ViewConfig(name=f"v{MAX_VIEWS}"), 0.5) == {Option.ENABLED: False}
