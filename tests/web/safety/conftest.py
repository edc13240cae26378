"""A real daemon with the page, in a thread of the test's process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from edgeclassify.web.safety.access_file import AccessFile, write_access
from edgeclassify.web.safety.passwords import password_hash
from tests.daemon.bench import Bench
from tests.support.broker import free_port
from tests.support.waiting import patient

PASSWORD = "rather secret words"
LOOK, CHANGE = "ect_look", "ect_change"
ACCESS = (
    AccessFile(password_hash(PASSWORD))
    .with_token("look", LOOK, may_change=False)
    .with_token("change", CHANGE, may_change=True)
)
PAGE = {"X-Edgeclassify": "page"}
StartNode = Callable[..., httpx.Client]


@pytest.fixture
def start_node(tmp_path: Path) -> Iterator[StartNode]:
    """Starts a daemon and gives what asks it; keywords are settings of [web]. `locked`: it wants PASSWORD."""
    with ExitStack() as stack:

        def start(*, locked: bool = True, node: dict[str, Any] | None = None, **web: Any) -> httpx.Client:
            if locked:
                write_access(tmp_path / "web-access.json", ACCESS)
            bench = Bench(tmp_path)
            port = free_port()
            bench.document |= {"web": {"enabled": True, "port": port, **web}, "node": node or {}}
            bench.start()
            stack.callback(bench.stop)
            client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=patient(10)))
            client.bench = bench  # type: ignore[attr-defined]
            return client

        yield start


def log_in(client: httpx.Client, password: str = PASSWORD, **headers: str) -> httpx.Response:
    """As the page does it."""
    return client.post("/api/login", json={"password": password}, headers={**PAGE, **headers})
