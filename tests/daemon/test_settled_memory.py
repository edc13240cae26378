"""A real daemon gives back what its start needed, works on, and does so again after a reload."""

import json
import signal
import sys
from pathlib import Path

import pytest

from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer, needs_mosquitto
from tests.support.process_memory import process_memory
from tests.support.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
PATIENCE_S = 60.0


@pytest.mark.timeout(240)
def test_code_of_the_start_leaves_and_the_daemon_works_on(tmp_path: Path) -> None:
    needs_mosquitto()
    broker = Mosquitto(tmp_path).start()
    observer = Observer(broker.port).start()
    service = Service(tmp_path, broker.port)
    try:
        process = service.start().process
        assert process is not None
        service.told("READY=1")
        begun = process_memory(process.pid).file
        wait_for(lambda: process_memory(process.pid).file < begun / 2, PATIENCE_S)

        seen = len(observer.of("event"))
        service.write(interval_s=0.1)
        process.send_signal(signal.SIGHUP)
        service.told("RELOADING=1")
        service.told("READY=1")
        reloaded = process_memory(process.pid).file
        wait_for(lambda: len(observer.of("event")) > seen, PATIENCE_S)
        assert json.loads(observer.of("event")[-1])["label"]
        wait_for(lambda: process_memory(process.pid).file < reloaded, PATIENCE_S)
    finally:
        assert service.end()[0] == 0
        observer.stop()
        broker.stop()
