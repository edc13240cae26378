"""The page as the daemon serves it: there as the config says, and never in the daemon's way."""

import logging
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from tests.daemon.bench import Bench
from tests.support.waiting import patient, wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=patient(5)) as answer:
            return bool(answer.status == 200)
    except HTTPError:  # an answer too: no frame has come yet
        return True
    except URLError:
        return False


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()


def test_it_is_there_from_the_start_to_the_end(bench: Bench) -> None:
    port = free_port()
    bench.document["web"] = {"enabled": True, "port": port}
    bench.start()
    assert answers(port)
    assert bench.daemon.page.address == f"http://127.0.0.1:{port}"
    bench.stop()
    assert not answers(port)


def test_none_is_served_unless_it_is_asked_for(bench: Bench) -> None:
    bench.start()
    assert bench.daemon.page.address is None


def test_a_reload_begins_it_moves_it_and_ends_it(bench: Bench) -> None:
    bench.start()
    first, second = free_port(), free_port()
    bench.document["web"] = {"enabled": True, "port": first}
    bench.reload()
    assert answers(first)
    bench.document["web"]["port"] = second
    bench.reload()
    assert (answers(first), answers(second)) == (False, True)
    bench.document["web"]["enabled"] = False
    bench.reload()
    assert not answers(second)


def test_a_reload_of_something_else_leaves_it_alone(bench: Bench) -> None:
    port = free_port()
    bench.document["web"] = {"enabled": True, "port": port}
    bench.start()
    with socket.create_connection(("127.0.0.1", port)) as kept:
        bench.document["logging"] = {"level": "warning"}
        bench.reload()
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert kept.recv(100).startswith(b"HTTP/1.1 ")


def test_a_port_that_is_in_use_is_one_message_and_the_daemon_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        bench.document["web"] = {"enabled": True, "port": port}
        with caplog.at_level(logging.ERROR):
            bench.start()
    assert "no page: web.port: expected a port that is free" in caplog.text
    assert f"127.0.0.1:{port}" in caplog.text
    wait_for(lambda: len(bench.sink.of("state")) > 0)
    assert bench.daemon.page.address is None


def test_without_its_packages_one_message_says_what_to_install(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "edgeclassify.web.page", None)
    bench.document["web"] = {"enabled": True, "port": free_port()}
    with caplog.at_level(logging.ERROR):
        bench.start()
    assert "pip install 'edgeclassify[web]'" in caplog.text
    wait_for(lambda: len(bench.sink.of("state")) > 0)


def test_nothing_of_it_is_loaded_where_there_is_none(tmp_path: Path) -> None:
    """In a process of its own: other tests have loaded it here."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[node]\nstate_dir = "{tmp_path}"\n[mqtt]\nenabled = false\n'
        '[[camera]]\nname = "front"\nsource = "synthetic:"\ninterval_s = 0\n'
    )
    script = (
        "import sys; from functools import partial; from pathlib import Path\n"
        "from edgeclassify.config import load_config; from edgeclassify.daemon import Daemon\n"
        f"Daemon(partial(load_config, Path({str(config)!r})), max_frames=2).run()\n"
        "own = {'starlette', 'uvicorn', 'prometheus_client', 'tomlkit', 'edgeclassify.web'}\n"
        "print(sorted(set(sys.modules) & own))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=patient(60), check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
