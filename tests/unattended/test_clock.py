"""The daemon whose clock says 1970 until a time server is reached: as on a Pi, which has none with a battery."""

import json
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import START_S
from tests.faults.machine import faketime_library
from tests.support.broker import Mosquitto, Observer, free_port
from tests.support.waiting import wait_for
from tests.unattended.conftest import MakeNode
from tests.unattended.node import UnattendedNode, await_events, health, numbers

pytestmark = [pytest.mark.broker, pytest.mark.slow]

AT_THE_START = "1970-01-01 00:01:00"


def set_clock(folder: Path, to: str) -> None:
    """As of libfaketime: "1970-01-01 00:01:00" at the start, "+0" what it really is."""
    temporary = folder / "clock.new"
    temporary.write_text(f"{to}\n")
    temporary.replace(folder / "clock")


def in_1970(node: UnattendedNode) -> UnattendedNode:
    library = faketime_library()
    if library is None:
        pytest.skip("libfaketime is not installed (Debian: apt-get install faketime)")
    set_clock(node.folder, f"@{AT_THE_START}")
    node.environment |= {
        "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(node.folder / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "TZ": "UTC",
    }  # fmt: skip
    return node


def test_it_works_and_says_so_and_goes_on_when_the_clock_is_set(make_node: MakeNode, observer: Observer) -> None:
    node = in_1970(make_node())
    node.start().ready()
    await_events(observer)
    figures = health(observer, clock_synchronised=False, spool_on_disk=True)
    assert figures["ts"].startswith("1970-01-01T00:01:")
    state = json.loads(observer.of("gate/state")[-1])
    assert state["clock"] == "unset"
    assert "today" not in state
    set_clock(node.folder, "+0")
    wait_for(lambda: json.loads(observer.of("porch/health")[-1])["ts"] > "2025", START_S)
    await_events(observer)
    assert json.loads(observer.of("gate/event")[-1])["ts"] > "2025"
    assert node.end()[0] == ExitStatus.OK
    found = set(numbers(observer))
    assert found == set(range(1, len(found) + 1))
    assert not node.said("dropped")


def test_what_waits_from_1970_is_delivered_after_a_restart_in_the_present(
    broker: Mosquitto, make_node: MakeNode, observer: Observer
) -> None:
    node = in_1970(make_node())
    broker.stop()
    node.start().ready()
    node.await_said("seq 6)")
    assert node.end()[0] == ExitStatus.OK
    broker.start()
    set_clock(node.folder, "+0")
    observer.await_subscription()
    node.start()
    wait_for(lambda: {1, 2, 3, 4, 5, 6} <= set(numbers(observer)), START_S)
    first = min((json.loads(one) for one in observer.of("gate/history")), key=lambda event: event["seq"])
    assert first["ts"].startswith("1970-01-01")
    assert node.end()[0] == ExitStatus.OK


def test_a_broker_whose_certificate_is_not_valid_in_1970_is_reached_when_the_clock_is_set(
    tmp_path: Path, certificates: Path, make_node: MakeNode
) -> None:
    port = free_port()
    (tmp_path / "tls").mkdir()
    with_tls = Mosquitto(
        tmp_path / "tls",
        f"allow_anonymous true\nlistener {port} 127.0.0.1\ncafile {certificates}/ca.pem\n"
        f"certfile {certificates}/server.pem\nkeyfile {certificates}/server.key\n",
    ).start()
    observer = Observer(with_tls.port).start()
    try:
        node = in_1970(make_node())
        node.more_of_mqtt, node.port = f'tls = {{ ca = "{certificates}/ca.pem" }}', port
        node.write()
        node.start()
        said = node.await_said("its certificate is not accepted: certificate is not yet valid")
        assert "this machine's clock says 1970-01-01: is that so?" in said
        set_clock(node.folder, "+0")
        await_events(observer)
        assert node.end()[0] == ExitStatus.OK
        found = set(numbers(observer))
        assert found == set(range(1, len(found) + 1))
    finally:
        observer.stop()
        with_tls.stop()
