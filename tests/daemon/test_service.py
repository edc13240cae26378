"""The service as systemd runs it: a process of its own, a real broker, a real model, signals and notifications."""

import contextlib
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker


@pytest.fixture
def observer(broker: Mosquitto) -> Iterator[Observer]:
    made = Observer(broker.port).start()
    yield made
    made.stop()


def test_sigterm_says_goodbye_and_loses_nothing(service: Service, observer: Observer) -> None:
    service.start().told("READY=1")
    service.told("WATCHDOG=1")
    wait_for(lambda: observer.of("gate/event"))
    status, seconds = service.end()
    assert status == ExitStatus.OK, service.lines()
    assert seconds < 2
    wait_for(lambda: observer.of("porch/status")[-1:] == [b"offline"])
    events = [json.loads(payload) for payload in observer.of("gate/event") + observer.of("gate/history")]
    assert sorted(event["seq"] for event in events) == list(range(1, len(events) + 1))
    starts = [event["id"] for event in events if event["event_type"] == "start"]
    ends = [event["id"] for event in events if event["event_type"] == "end"]
    assert sorted(ends) in (sorted(starts), sorted(starts[:-1]))  # what is there goes on after the next start
    state = json.loads(observer.of("gate/state")[0])
    assert state["v"] == 1
    wait_for(lambda: observer.of("gate/availability")[-1] == b"offline")  # nothing is seen any more


def test_event_numbers_go_on_after_a_kill(service: Service, observer: Observer) -> None:
    service.start().told("WATCHDOG=1")
    wait_for(lambda: observer.of("gate/event"))
    service.end(signal.SIGKILL)
    wait_for(lambda: observer.of("porch/status")[-1:] == [b"offline"])  # the will
    before = max(json.loads(payload)["seq"] for payload in observer.of("gate/event"))
    seen = len(observer.of("gate/event"))
    service.start().told("WATCHDOG=1")
    wait_for(lambda: len(observer.of("gate/event")) > seen, 30)
    assert json.loads(observer.of("gate/event")[seen])["seq"] > before
    assert service.end()[0] == ExitStatus.OK


def test_what_has_lasted_is_told_once_over_a_kill(service: Service, observer: Observer) -> None:
    def told() -> list[Any]:
        """Each once, live or late."""
        found = [json.loads(payload) for payload in observer.of("gate/event") + observer.of("gate/history")]
        by_number = {event["seq"]: event for event in found}
        return [by_number[seq] for seq in sorted(by_number)]

    one_group = service.config.read_text() + 'groups = { anything = ["*"] }\n'
    service.config.write_text(one_group + "lasting = { anything = [0.2] }\n")
    service.start()
    wait_for(lambda: len(told()) == 2, 20)
    service.end(signal.SIGKILL)
    service.config.write_text(one_group + "lasting = { anything = [0.1, 0.2, 0.5] }\n")
    service.start()
    wait_for(lambda: len(told()) == 3, 20)
    assert service.end()[0] == ExitStatus.OK
    start, *lasting = told()
    assert [event["event_type"] for event in told()] == ["start", "lasting", "lasting"]
    assert [event["why"]["lasting_s"] for event in lasting] == [0.2, 0.5]
    assert {event["id"] for event in lasting} == {start["id"]}


def test_reload_takes_a_good_config_and_refuses_a_bad_one(service: Service, observer: Observer) -> None:
    service.start().told("READY=1")
    good = service.config.read_text()
    service.write(raw=good.replace('name = "gate"', 'name = "yard"'))
    assert service.process is not None
    service.process.send_signal(signal.SIGHUP)
    service.told("RELOADING=1")
    service.told("READY=1")
    wait_for(lambda: observer.of("yard/state"))
    wait_for(lambda: observer.of("gate/state")[-1] == b"")  # the retained topics of the old view are gone
    service.write(raw=good.replace("interval_s", "intervall_s"))
    service.process.send_signal(signal.SIGHUP)
    service.told("RELOADING=1")
    service.told("READY=1")
    service.told("WATCHDOG=1")  # the old config keeps running
    # Said after READY=1, while frames feed the watchdog.
    refusals = wait_for(lambda: [line for line in service.lines() if "reload refused" in line])
    assert len(refusals) == 1
    assert any('Did you mean "interval_s"?' in line for line in service.lines())
    assert service.end()[0] == ExitStatus.OK


def test_a_reload_that_comes_before_all_is_imported_is_carried_out_later(service: Service) -> None:
    """SIGHUP ends a process that does not mind it; whoever sends it does not know how far the start is."""
    service.start()
    assert service.process is not None
    process = Path(f"/proc/{service.process.pid}")

    def minds_it() -> bool:
        caught = re.search(r"^SigCgt:\s+(\w+)$", (process / "status").read_text(), re.MULTILINE)
        return caught is not None and bool(int(caught[1], 16) & 1 << (signal.SIGHUP - 1))

    wait_for(minds_it)
    imported = "numpy" in (process / "maps").read_text()
    service.process.send_signal(signal.SIGHUP)
    assert not imported
    service.told("READY=1")
    service.told("RELOADING=1")
    service.told("READY=1")
    assert service.end()[0] == ExitStatus.OK


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"source": "v4l2:/dev/null"}, ExitStatus.CONFIG, "/dev/null"),
        (
            {"source": "synthetic:?faults=error@0:never", "restart_attempts": 1},
            ExitStatus.FRESH_PROCESS,
            "recovery.fresh_process",
        ),
        ({"source": "images:nowhere"}, ExitStatus.NO_INPUT, "nothing there"),
        ({"source": "images:edgeclassify.toml"}, ExitStatus.DATA, "edgeclassify.toml"),
        ({"source": "picamera:0", "restart_attempts": 0}, ExitStatus.UNAVAILABLE, "python3-picamera2"),
        ({"interval_s": -1}, ExitStatus.CONFIG, "camera[0].interval_s"),
        ({"raw": "["}, ExitStatus.CONFIG, "not valid TOML"),
    ],
)
def test_what_can_not_work_ends_with_one_message_and_its_status(
    service: Service, changes: dict[str, Any], status: ExitStatus, words: str
) -> None:
    if "picamera" in str(changes.get("source")):
        with contextlib.suppress(ImportError):
            import picamera2  # noqa: F401

            pytest.skip("picamera2 is installed here")
    service.write(**changes)
    assert service.start().process is not None
    assert service.process is not None
    assert service.process.wait(patient(30)) == status, service.lines()
    assert words in service.log.read_text()
    assert "Traceback" not in service.log.read_text()
    assert sum(line.startswith("edgeclassify: ") for line in service.lines()) == 1


def test_a_library_that_does_not_let_the_process_end_is_left_behind(service: Service, tmp_path: Path) -> None:
    """picamera2 closes its cameras at exit, in calls that need not return."""
    (tmp_path / "sitecustomize.py").write_text("import atexit, time\natexit.register(time.sleep, 60)\n")
    service.write(source="synthetic:?faults=error@0:never", restart_attempts=0)
    service.environment["PYTHONPATH"] = str(tmp_path)
    assert service.start().process is not None
    assert service.process is not None
    assert service.process.wait(patient(30)) == ExitStatus.FRESH_PROCESS


def test_a_camera_that_is_not_there_is_waited_for(service: Service, broker: Mosquitto) -> None:
    service.write(source="v4l2:/dev/video97", restart_attempts=1)
    service.start().told("READY=1")
    for _ in range(3):
        service.told("WATCHDOG=1")
    lost = [line for line in service.lines() if "/dev/video97" in line]
    assert len(lost) == 1
    assert "plugged in" in lost[0]
    status, seconds = service.end()
    assert (status, seconds < 2) == (ExitStatus.OK, True)


def test_a_dead_broker_is_reported_once_and_the_daemon_works_on(service: Service, broker: Mosquitto) -> None:
    broker.stop()
    service.start().told("READY=1")
    for _ in range(40):  # two seconds of frames
        service.told("WATCHDOG=1")
    assert sum("WARNING" in line for line in service.lines()) == 1, service.lines()
    status, seconds = service.end()
    assert status == ExitStatus.OK
    assert seconds < 2
