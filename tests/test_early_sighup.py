"""SIGHUP before the daemon minds it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from edgeclassify import early_sighup
from edgeclassify.daemon.process.signals import SignalFlags, SignalHandlers


@pytest.fixture
def remembering() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    early_sighup.remember()
    yield
    signal.signal(signal.SIGHUP, before)
    early_sighup.heard()


def test_it_is_heard_once(remembering: None) -> None:
    assert not early_sighup.heard()
    os.kill(os.getpid(), signal.SIGHUP)
    assert early_sighup.heard()
    assert not early_sighup.heard()


@pytest.mark.parametrize("came", [True, False])
def test_the_daemon_takes_it_over(remembering: None, came: bool) -> None:
    if came:
        os.kill(os.getpid(), signal.SIGHUP)
    flags = SignalFlags()
    with SignalHandlers(flags):
        assert flags.take_reload() is came
        os.kill(os.getpid(), signal.SIGHUP)
        assert flags.take_reload()
    assert not early_sighup.heard()


@pytest.mark.parametrize(("command", "ends"), [("run", False), ("watch", True), ("demo", True)])
def test_it_ends_what_does_not_reload(command: str, ends: bool) -> None:
    # What starts the tests may ignore the signal (nohup), which a new process would take over.
    heeded = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    script = f"{heeded}sys.argv[1:] = ['{command}']; import edgeclassify.__main__; os.kill(os.getpid(), 1)"
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert (done.returncode == -signal.SIGHUP) is ends
