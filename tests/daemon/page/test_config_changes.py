"""The config changed by the page: taken over live and written to its file, or not at all."""

import os
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config
from edgeclassify.config.editing.config_file import ConfigFile
from edgeclassify.daemon.reload import Reloader
from edgeclassify.files import StagedFile
from tests.daemon.page.file_bench import TEXT, FileBench
from tests.support.small_disk import small_disk_at
from tests.support.waiting import wait_for

Start = Callable[..., FileBench]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[FileBench] = []

    def start(text: str = TEXT, folder: Path = tmp_path, **options: Any) -> FileBench:
        bench = FileBench(folder, text, **options)
        bench.start()
        started.append(bench)
        return bench

    yield start
    for bench in started:
        bench.stop()


def left_behind(bench: FileBench) -> list[str]:
    return sorted(path.name for path in bench.path.parent.iterdir())


def test_a_threshold_counts_at_once_and_is_in_the_file(start: Start) -> None:
    bench = start()
    bench.path.chmod(0o640)
    before = bench.path.read_text()
    shown = bench.get("api/config")
    assert (shown["writable"], shown["why_not"], shown["file"]) == (True, None, str(bench.path))
    assert shown["document"]["view"][0]["threshold_enter"] == 0.6
    status, done = bench.change(("view.gate.threshold_enter", 0.8), etag=shown["etag"])
    assert (status, done["changed"], done["notes"]) == (200, ["view.gate.threshold_enter"], [])
    assert bench.threshold == 0.8
    assert bench.path.read_text() == before.replace("threshold_enter = 0.6", "threshold_enter = 0.8")
    assert done["etag"] == bench.get("api/config")["etag"] != shown["etag"]
    assert done["backup"] == "c.toml.before-page"
    backup = bench.path.with_name(done["backup"])
    assert backup.read_text() == before
    assert {one.stat().st_mode & 0o777 for one in (backup, bench.path)} == {0o640}
    assert left_behind(bench) == ["c.toml", "c.toml.before-page"]
    bench.reload()  # as the file says
    assert bench.threshold == 0.8


def test_other_thresholds_and_times_leave_what_is_in_the_view_there(start: Start) -> None:
    """Nobody is told that it left and came again; a filter makes something else of the scores."""
    bench = start()
    wait_for(lambda: bool(bench.sink.of("event")))
    keys = [("threshold_enter", 0.8), ("threshold_exit", 0.3), ("hold_s", 1.0), ("lasting", {"day": [3600]})]
    for key, value in keys:
        assert bench.change((f"view.gate.{key}", value))[0] == 200
    rules = bench.node.view("gate").rules
    assert (rules.threshold_enter, rules.exit_score, rules.hold_s) == (0.8, 0.3, 1.0)
    assert rules.of(1).lasting == (3600.0,)
    assert told(bench) == [("start", "day")]
    bench.change(("view.gate.threshold_enter", 0.9), ("view.gate.filter", "exponential"))
    wait_for(lambda: len(told(bench)) == 3)
    assert told(bench)[1:] == [("end", "day"), ("start", "day")]


def told(bench: FileBench) -> list[tuple[str, str]]:
    return [(str(event.event_type), event.label) for sink in bench.sinks for event in sink.of("event")]


def test_the_backup_is_what_was_there_before_the_page_came(start: Start) -> None:
    bench = start()
    first = bench.path.read_text()
    for score in (0.7, 0.8, 0.9):
        assert bench.change(("view.gate.threshold_enter", score))[0] == 200
    backup = bench.path.with_name("c.toml.before-page")
    assert backup.read_text() == first
    by_hand = bench.path.read_text().replace("sure enough", "surer")
    bench.path.write_text(by_hand)
    bench.change(("view.gate.threshold_enter", 0.75))
    assert backup.read_text() == by_hand


def test_what_is_wrong_changes_nothing_and_all_of_it_is_named(start: Start) -> None:
    bench = start()
    before = bench.path.read_text()
    status, said = bench.change(("view.gate.threshold_enter", 1.5), ("view.gate.roi", [0, 0, 2, 1]))
    assert status == 422
    assert "view[0].threshold_enter: expected a number of at most 1, found 1.5" in said["error"]
    assert "view[0].roi[2]" in said["error"]
    assert (bench.threshold, bench.path.read_text(), left_behind(bench)) == (0.6, before, ["c.toml"])


REFUSED: list[tuple[str, object, str]] = [
    ("view.gat.roi", [0, 0, 1, 1], 'view: expected one of gate, found gat. Did you mean "gate"?'),
    ("mqtt.host", "elsewhere", "mqtt: expected one of view, camera, model, groups, profile"),
    ("camera.front.source", "picamera:0", "camera.front.source: expected one of the keys interval_s"),
    ("model.labels", "/etc/shadow", "model.labels: it names a file"),
    ("view.x", {"model": {"labels": "/etc/shadow"}}, "view.x.model.labels: it names a file"),
    ("view.gate", 3, "view.gate: expected a table, or null"),
    ("view.gate.threshhold_enter", 0.5, 'Did you mean "threshold_enter"?'),
    ("view.gate.model", "broken", "reload refused, the running config stays: broken: expected a model's name"),
]
"""Key, value, and what is said of it."""


def test_what_is_not_for_the_page_to_change_is_refused(start: Start) -> None:
    bench = start()
    before = bench.path.read_text()
    for key, value, said in REFUSED:
        status, answer = bench.change((key, value))
        assert status == 422
        assert said in answer["error"]
    assert (bench.path.read_text(), left_behind(bench)) == (before, ["c.toml"])


def test_a_dry_run_checks_only(start: Start) -> None:
    bench = start()
    before = bench.path.read_text()
    status, done = bench.change(("view.gate.threshold_enter", 0.8), dry_run=True)
    assert (status, done["changed"], done["backup"]) == (200, ["view.gate.threshold_enter"], None)
    assert bench.change(("view.gate.threshold_enter", 8), dry_run=True)[0] == 422
    assert (bench.threshold, bench.path.read_text(), left_behind(bench)) == (0.6, before, ["c.toml"])


def test_of_two_at_once_one_is_told_that_the_file_is_another(start: Start) -> None:
    bench = start()
    etag = bench.get("api/config")["etag"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda score: bench.change(("view.gate.threshold_enter", score), etag=etag), (0.7, 0.8))
        )
    assert sorted(status for status, _ in answers) == [200, 409]
    refused = next(said["error"] for status, said in answers if status == 409)
    assert "it was changed meanwhile. Nothing was changed" in refused
    assert f"threshold_enter = {bench.threshold}" in bench.path.read_text()


@pytest.mark.parametrize(("by_others", "holds"), [("0.9 ", 0.9), ("[broken", 0.6)])
def test_a_file_that_is_written_meanwhile_is_left_alone(
    start: Start, monkeypatch: pytest.MonkeyPatch, by_others: str, holds: float
) -> None:
    """While the page's change is taken over: what is in the file holds; where that is broken, what held before."""
    bench = start()
    text = bench.path.read_text().replace("0.6 ", by_others)
    reload = Reloader.reload

    def slow(self: Reloader, load: Callable[[], Config] | None = None) -> None:
        reload(self, load=load)
        if load is not None and bench.threshold == 0.8:
            bench.path.write_text(text)

    monkeypatch.setattr(Reloader, "reload", slow)
    status, said = bench.change(("view.gate.threshold_enter", 0.8))
    assert status == 409
    assert "changed meanwhile" in said["error"]
    assert (bench.threshold, bench.path.read_text()) == (holds, text)
    assert left_behind(bench) == ["c.toml"]


def test_what_is_refused_ends_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload would: what was set over MQTT does not outlive it. So all that can be refused is before it."""
    bench = start()
    bench.post("api/requests/set", {"view": "gate", "option": "threshold", "value": 0.9})
    before = bench.path.read_text()
    monkeypatch.setattr("edgeclassify.config.editing.config_file.MAX_BYTES", len(before))
    for dry_run in (True, False):
        status, said = bench.change(("view.gate.roi", [0, 0, 0.5, 1]), dry_run=dry_run)
        assert (status, bench.threshold, bench.path.read_text()) == (422, 0.9, before)
        assert f"at most {len(before)} bytes" in said["error"]
    monkeypatch.undo()
    stage = ConfigFile.stage

    def meanwhile(self: ConfigFile, content: bytes) -> StagedFile:
        bench.path.write_text(f"{before}# by hand\n")
        return stage(self, content)

    monkeypatch.setattr(ConfigFile, "stage", meanwhile)
    assert bench.change(("view.gate.roi", [0, 0, 0.5, 1]))[0] == 409
    assert (bench.threshold, left_behind(bench)) == (0.9, ["c.toml"])


def test_a_reload_from_outside_goes_its_own_way(start: Start) -> None:
    bench = start()
    bench.path.write_text(bench.path.read_text().replace("0.6 ", "0.9 "))
    etag = bench.get("api/config")["etag"]
    bench.daemon.request_reload()
    assert bench.change(("view.gate.hold_s", 1.0), etag=etag)[0] == 200
    wait_for(lambda: bench.threshold == 0.9)
    assert tomllib.loads(bench.path.read_text())["view"][0]["hold_s"] == 1.0
    assert bench.node.view("gate").rules.hold_s == 1.0


def test_a_file_that_was_left_broken_is_for_its_author_to_mend(start: Start) -> None:
    bench = start()
    for broken in ("[view]\nname = 3\n", "[[view]\n", "view = 3\n"):
        bench.path.write_text(broken)
        status, said = bench.change(("view.gate.threshold_enter", 0.8))
        assert status == 422
        assert "the file as it is can't be used; mend it first" in said["error"]
        assert (bench.threshold, bench.path.read_text()) == (0.6, broken)


def test_a_full_disk_is_one_message(start: Start, tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "small", "16k") as folder:
        bench = start(folder=tmp_path)
        moved = folder / "c.toml"
        moved.write_bytes(bench.path.read_bytes())
        bench.path.unlink()
        bench.path.symlink_to(moved)
        (folder / "filling").write_bytes(b"x" * 8192)
        before = moved.read_text()
        bench.post("api/requests/set", {"view": "gate", "option": "threshold", "value": 0.9})
        status, said = bench.change(("view.gate.threshold_enter", 0.8))
        assert status == 507
        assert "No space left on device. Nothing was changed" in said["error"]
        assert (bench.threshold, moved.read_text()) == (0.9, before)
        assert sorted(path.name for path in folder.iterdir()) == ["c.toml", "filling"]
        (folder / "filling").unlink()
        assert bench.change(("view.gate.threshold_enter", 0.8))[0] == 200
        assert bench.path.is_symlink()
        assert (bench.threshold, "0.8" in moved.read_text()) == (0.8, True)


def test_a_read_only_file_is_one_message_from_the_beginning(start: Start, tmp_path: Path) -> None:
    with small_disk_at(tmp_path / "small", "64k") as folder:
        bench = start(folder=tmp_path)
        moved = folder / "c.toml"
        moved.write_bytes(bench.path.read_bytes())
        bench.path.unlink()
        bench.path.symlink_to(moved)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        shown = bench.get("api/config")
        assert shown["writable"] is False
        assert "the file system is read-only here. For the service: systemctl edit" in shown["why_not"]
        status, said = bench.change(("view.gate.threshold_enter", 0.8))
        assert (status, said["error"]) == (507, shown["why_not"])
        assert bench.threshold == 0.6


def test_it_runs_as_every_config_of_the_daemon_runs(start: Start) -> None:
    bench = start(as_run=Config.without_state)
    assert bench.change(("view.gate.threshold_enter", 0.8))[0] == 200
    assert (bench.threshold, bench.running.parts.config.keeps_state) == (0.8, False)


def test_without_a_file_nothing_can_be_changed(tmp_path: Path) -> None:
    bench = FileBench(tmp_path, writes=False)
    bench.start()
    try:
        assert bench.get("api/config")["why_not"].startswith("the config came from no file")
        status, said = bench.change(("view.gate.threshold_enter", 0.8))
        assert (status, said["error"]) == (507, "the config came from no file: it can't be changed from here.")
    finally:
        bench.stop()


# --- what lies over the config ---------------------------------------------------------------------------


def test_what_was_set_over_mqtt_does_not_outlive_what_the_page_says(start: Start) -> None:
    """Also where the file says that already."""
    bench = start()
    assert bench.post("api/requests/set", {"view": "gate", "option": "threshold", "value": 0.9})[0] == 200
    assert bench.threshold == 0.9
    before = bench.path.read_bytes()
    status, done = bench.change(("view.gate.threshold_enter", 0.6))
    assert (status, done["changed"], done["backup"]) == (200, [], None)
    assert bench.threshold == 0.6
    assert bench.path.read_bytes() == before
    bench.post("api/requests/set", {"view": "gate", "option": "enabled", "value": False})
    bench.change(("view.gate.enabled", True))
    assert bench.node.view("gate").enabled
    bench.post("api/requests/set", {"view": "gate", "option": "interval", "value": 5})
    bench.change(("camera.front.interval_s", 0.25))
    assert bench.node.view("gate").rules.pace.interval_s == 0.25
    bench.reload()
    assert (bench.threshold, bench.node.view("gate").rules.pace.interval_s) == (0.6, 0.25)


def test_the_file_is_edited_not_what_a_profile_makes_of_it(start: Start) -> None:
    bench = start(f"{TEXT}\n[profile.night.view.gate]\nthreshold_enter = 0.95\n")
    assert bench.post("api/requests/profile", {"profile": "night"})[0] == 200
    assert bench.threshold == 0.95
    status, done = bench.change(("view.gate.threshold_enter", 0.7), ("view.gate.hold_s", 2.0))
    assert status == 200
    assert done["notes"] == [
        "gate.threshold_enter: profile night is on and says something else of it: what was changed holds when "
        "that is off"
    ]
    assert (bench.threshold, bench.node.view("gate").rules.hold_s) == (0.95, 2.0)
    assert tomllib.loads(bench.path.read_text())["view"][0]["threshold_enter"] == 0.7
    bench.post("api/requests/profile", {"profile": None})
    wait_for(lambda: bench.threshold == 0.7)


# --- views -----------------------------------------------------------------------------------------------

TWO_CAMERAS = TEXT.partition("# what counts")[0] + '\n[[camera]]\nname = "back"\nsource = "synthetic:"\n'


def test_a_view_that_holds_by_default_is_written_down_with_its_neighbours(start: Start) -> None:
    bench = start(TWO_CAMERAS)
    assert [view.name for view in bench.node.views] == ["front", "back"]
    status, done = bench.change(("view.front.roi", [0.5, 0, 0.5, 1]))
    assert (status, done["changed"]) == (200, ["view.front", "view.back", "view.front.roi"])
    assert [view.name for view in bench.node.views] == ["front", "back"]
    assert bench.node.view("front").region.x == 0.5
    assert tomllib.loads(bench.path.read_text())["view"] == [
        {"name": "front", "camera": "front", "roi": [0.5, 0, 0.5, 1]},
        {"name": "back", "camera": "back"},
    ]


def test_views_are_added_and_taken_away(start: Start) -> None:
    bench = start()
    assert bench.change(("view.yard", {"camera": "front", "roi": [0, 0, 0.5, 0.5]}))[0] == 200
    assert [view.name for view in bench.node.views] == ["gate", "yard"]
    assert bench.change(("view.gate", None))[0] == 200
    assert [view.name for view in bench.node.views] == ["yard"]
    assert bench.path.read_text().endswith("\n# the end\n")


def test_a_view_that_profiles_name_is_taken_away_from_them(start: Start) -> None:
    night = '[profile.night]\nview."*".hold_s = 1\n[profile.night.view.yard]\nthreshold_enter = 0.95\n'
    gone = "[profile.gone.view.yard]\nhold_s = 2\n"
    yard = '\n[[view]]\nname = "yard"\ncamera = "front"\n'
    bench = start(f"{TEXT}{yard}{night}{gone}")
    status, done = bench.change(("view.yard", None))
    assert (status, [view.name for view in bench.node.views]) == (200, ["gate"])
    assert done["changed"] == ["view.yard", "profile.night.view.yard", "profile.gone.view.yard"]
    assert tomllib.loads(bench.path.read_text())["profile"] == {"night": {"view": {"*": {"hold_s": 1}}}}


def test_the_only_view_of_a_file_without_views_stays(start: Start) -> None:
    bench = start(TWO_CAMERAS.partition('\n[[camera]]\nname = "back"')[0])
    status, said = bench.change(("view.front", None))
    assert status == 422
    assert "front: it is there by default" in said["error"]


def test_a_view_gets_another_name_and_profiles_know_it_by_that(start: Start) -> None:
    bench = start(f"{TEXT}\n[profile.night.view.gate]\nthreshold_enter = 0.95  # surer\n")
    status, done = bench.change(("view.gate.name", "drive"), ("view.drive.threshold_enter", 0.7))
    assert (status, [view.name for view in bench.node.views]) == (200, ["drive"])
    assert bench.node.view("drive").rules.threshold_enter == 0.7
    assert tomllib.loads(bench.path.read_text())["profile"]["night"]["view"] == {
        "drive": {"threshold_enter": 0.95}
    }
    assert os.path.exists(bench.path.with_name(done["backup"]))  # noqa: PTH110
