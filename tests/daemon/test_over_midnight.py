"""The service itself, with a clock that goes over midnight both ways, over a kill, and in a view that rests."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker
LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
MIDNIGHT = datetime(2026, 11, 28, 18, 30, tzinfo=UTC).timestamp()
"""That of 2026-11-29 in Kolkata."""
VIEW = (
    '[[view]]\nname = "gate"\nthreshold_enter = 0.01\nthreshold_exit = 0.001\nconfirm_s = 0\nfilter = "none"\n'
    "unknown_below = 0\n"
)


class Node:
    """The service, whose wall clock the test sets."""

    def __init__(self, service: Service, observer: Observer, port: int) -> None:
        assert LIBRARY is not None
        self.service, self.observer = service, observer
        self._clock = service.folder / "clock"
        service.environment |= {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self._clock), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        service.write(
            raw='[node]\nname = "porch"\nstate_dir = "state"\ntime_zone = "Asia/Kolkata"\ntrust_clock = true\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\n'
            '[[camera]]\nname = "front"\nsource = "images:photos"\ninterval_s = 0.1\nloop = true\n' + VIEW
        )

    def set_clock(self, at: float) -> None:
        other = self._clock.with_suffix(".new")
        other.write_text(f"{at - time.time():+.0f}")
        other.replace(self._clock)

    @property
    def states(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.observer.of("porch/gate/state")]

    def shown(self, day: str, since: int = 0) -> dict[str, Any]:
        """The newest state of that day, once there is one that counts something."""
        wait_for(lambda: any(one.get("day") == day and one["today"] for one in self.states[since:]), 60)
        return [one for one in self.states[since:] if one.get("day") == day][-1]


@pytest.fixture
def node(service: Service, broker: Mosquitto) -> Iterator[Node]:
    if LIBRARY is None:
        pytest.skip("needs libfaketime")
    observer = Observer(broker.port).start()
    yield Node(service, observer, broker.port)
    observer.stop()


def starts(state: dict[str, Any]) -> int:
    return sum(int(one["count"]) for one in state["today"].values())


def test_days_over_midnight_both_ways_and_over_a_kill(node: Node) -> None:
    node.set_clock(MIDNIGHT - 7200)
    node.service.start().told("READY=1")
    wait_for(lambda: node.states and starts(node.shown("2026-11-28")) >= 3, 60)
    first = json.loads(node.observer.of("gate/event")[0])
    assert (first["event_type"], first["novelty"], first["count_today"]) == ("start", "first ever", 1)
    before = node.shown("2026-11-28")
    node.set_clock(MIDNIGHT + 60)
    after = node.shown("2026-11-29")
    assert starts(after) < starts(before)
    node.service.end(signal.SIGKILL)
    seen = len(node.states)
    node.set_clock(MIDNIGHT - 3600)  # the clock goes back to a day that was counted: it goes on
    node.service.start().told("READY=1")
    again = node.shown("2026-11-28", seen)
    assert starts(again) >= starts(before)
    told = [json.loads(payload) for kind in ("event", "history") for payload in node.observer.of(f"gate/{kind}")]
    # Every label's starts of a day are numbered without a hole, over the kill as well.
    counts: dict[tuple[str, str], set[int]] = {}
    for one in (one for one in told if one["event_type"] == "start"):
        day = "28" if datetime.fromisoformat(one["ts"]).timestamp() < MIDNIGHT else "29"
        counts.setdefault((day, one["label"]), set()).add(one["count_today"])
    assert {day for day, _ in counts} == {"28", "29"}
    assert all(found == set(range(1, len(found) + 1)) for found in counts.values())


def test_a_view_that_rests_says_that_a_day_has_begun(node: Node) -> None:
    node.set_clock(MIDNIGHT - 3600)
    node.service.start().told("READY=1")
    node.shown("2026-11-28")
    node.observer.publish("edgeclassify/porch/gate/enabled/set", b"OFF", False)
    wait_for(lambda: node.states[-1]["label"] == "unknown", 30)
    assert node.states[-1]["day"] == "2026-11-28"
    node.set_clock(MIDNIGHT + 5)
    wait_for(lambda: node.states[-1].get("day") == "2026-11-29", 30)
    assert (node.states[-1]["today"], node.states[-1]["label"]) == ({}, "unknown")
