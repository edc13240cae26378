"""Fixtures and checks that hold for every test.

* A test that leaves a thread running fails.
* No example of hypothesis fails because the machine is busy.
* EDGECLASSIFY_PATIENCE: how many times as long as usual a test waits before it fails.
* EDGECLASSIFY_EXPECTED_SKIPS: a regular expression; with it set, a skip whose reason does not match fails the
  run. The gate sets it, so that a missing broker or missing test data can't pass unnoticed.
"""

import gc
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import hypothesis
import pytest

from edgeclassify import redaction
from tests.support.broker import Mosquitto, make_certificates, needs_mosquitto
from tests.support.data import NO_TEST_DATA, find_test_data
from tests.support.waiting import patient

THREAD_GRACE_S = patient(3.0)
OWN_FOLDER = pytest.StashKey[Path]()
hypothesis.settings.register_profile(
    "edgeclassify", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("edgeclassify")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Ctrl-C counts. As root a run has a folder of its own for its temporary files, kept where a test fails.

    To the one that runs share pytest gives its own rights at each start: no moment for an unprivileged test.
    What runs beside others is given longer.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As a shell leaves it to what it runs in the background; commands that are tested are to hear Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.option.timeout is None:
        config.option.timeout = patient(float(config.getini("timeout")))
    if os.geteuid() == 0 and config.option.basetemp is None:
        config.stash[OWN_FOLDER] = Path(tempfile.mkdtemp(prefix="edgeclassify-"))
        config.option.basetemp = str(config.stash[OWN_FOLDER] / "run")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with certificates of a CA made for this run; skips where openssl is not installed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (Debian: apt-get install openssl)")
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto; skips where it is not installed."""
    needs_mosquitto()
    with ExitStack() as stack:
        broker = Mosquitto(tmp_path)
        stack.callback(broker.stop)
        yield broker.start()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with the real models and photos; skips where it is absent."""
    folder = find_test_data()
    if folder is None:
        pytest.skip(NO_TEST_DATA)
    return folder


@pytest.fixture(autouse=True)
def no_thread_leak() -> Iterator[None]:
    """Fail a test that leaves a thread behind: a daemon for months can't afford one."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_GRACE_S
    while leaked := [t for t in threading.enumerate() if t not in before and t.is_alive()]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {', '.join(t.name for t in leaked)}")
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def no_secrets_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out of texts is the process's: a test's password is an ordinary word to the next."""
    monkeypatch.setattr(redaction, "KNOWN", redaction.KnownSecrets())


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    """A command sets up logging for its own stderr, which is closed when the test is over."""
    root, ours = logging.getLogger(), logging.getLogger("edgeclassify")
    handlers, levels, hook = root.handlers[:], (root.level, ours.level), sys.excepthook
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    sys.excepthook = hook


@pytest.fixture
def unprivileged(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """A context in which file permissions count, also where the tests run as root."""

    @contextmanager
    def context() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        for folder in (tmp_path, *tmp_path.parents):
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o011)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return context


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands keep in the user's cache goes elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def models_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that a test has just written is not tried in a process of its own but where a test says so."""
    from tests.model.known import ALL_KNOWN

    monkeypatch.setattr("edgeclassify.model.opening.tried_interpreter.usual_trials", lambda: ALL_KNOWN)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first: side by side with the others, they do not go on when these are done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        if (limit := item.get_closest_marker("timeout")) is not None:
            item.add_marker(pytest.mark.timeout(patient(*limit.args)), append=False)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: whoever collects garbage need not look through them each time."""
    gc.collect()
    gc.freeze()


_unexpected_skips: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect skips that the gate does not expect."""
    expected = os.environ.get("EDGECLASSIFY_EXPECTED_SKIPS")
    if expected is None or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not re.search(expected, reason):
        _unexpected_skips.append(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn unexpected skips into a failed run; after a good one its folder goes."""
    if _unexpected_skips:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    own_folder = session.config.stash.get(OWN_FOLDER, None)
    if own_folder is not None and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.config.add_cleanup(lambda: shutil.rmtree(own_folder, ignore_errors=True))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the unexpected skips."""
    for line in _unexpected_skips:
        terminalreporter.write_line(f"UNEXPECTED SKIP {line}", red=True)
