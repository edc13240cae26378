"""The receiver in docs/webhook.md runs, and takes what the webhook posts, and nothing else."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import WebhookConfig, parse_config
from edgeclassify.documents.toml import parse_toml
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.webhook.settings import webhook_settings
from edgeclassify.publish.webhook.signature import signed_headers
from edgeclassify.publish.webhook.sink import WebhookSink
from edgeclassify.types import EventType
from tests.publish.records import event
from tests.support.waiting import patient, wait_for

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhook.md").read_text(encoding="utf-8")
SECRET = "0123456789abcdef"
BODY = b'{"node":"porch","view":"gate","event_type":"start","label":"a stranger","seq":9}'


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


class Example:
    """The receiver of the page, running."""

    def __init__(self, folder: Path) -> None:
        (folder / "receiver.py").write_text(block("python"))
        self.secret = folder / "secret"
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self.log = folder / "log"
        with self.log.open("wb") as log:
            command = [sys.executable, str(folder / "receiver.py"), str(port), str(self.secret)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self.listens, 30)

    def listens(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            self.post(b"", "")
        except OSError:
            return False
        return True

    def post(self, body: bytes, headers: str) -> int:
        """The status that it answers with."""
        pairs = dict(line.split(": ", 1) for line in headers.splitlines())
        try:
            with urlopen(Request(self.url, data=body, headers=pairs), timeout=patient(10)) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code

    @property
    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Example]:
    running = Example(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def test_it_takes_what_the_webhook_posts(example: Example) -> None:
    spool = MemorySpool(100)
    settings = webhook_settings(WebhookConfig(url=example.url, secret_file=example.secret), "porch", {})
    sink = FanOut(spool, {"webhook": WebhookSink(settings, spool.reader("webhook"), Backoff(base_s=0.01))})
    spool.serve(["webhook"])
    sink.publish_event(event(1))
    sink.start()
    try:
        sink.publish_event(event(2, event_type=EventType.END))
        wait_for(lambda: spool.depth == 0)
    finally:
        sink.stop(patient(5))
    assert example.lines == ["porch/gate: start of open (late)", "porch/gate: end of open"]


def test_a_repeat_is_answered_and_not_acted_on(example: Example) -> None:
    headers = signed_headers("porch-9-a", int(time.time()), BODY, SECRET.encode())
    assert [example.post(BODY, headers), example.post(BODY, headers)] == [204, 204]
    assert example.lines == ["porch/gate: start of a stranger"]


def test_strangers_get_nothing(example: Example) -> None:
    now = int(time.time())
    for headers in (
        signed_headers("a", now, BODY, b"another key"), signed_headers("a", now, BODY, None),
        *(signed_headers("a", now + off_s, BODY, SECRET.encode()) for off_s in (-301, 400)),
        signed_headers("a", now, BODY + b" ", SECRET.encode()), "webhook-timestamp: ²", "",
    ):  # fmt: skip
        assert example.post(BODY, headers) == 401
    assert example.lines == []


def test_the_config_on_the_page_is_right() -> None:
    document = parse_toml(block("toml")) | {"camera": [{"source": "synthetic:"}]}
    config = parse_config(document, "webhook.md", Path("/"))
    assert config.webhook is not None
    assert not config.mqtt.enabled
