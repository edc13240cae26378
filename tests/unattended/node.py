"""`edgeclassify run` with all that it may write switched on, whose disk, clock and network a test spoils."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.daemon.service import START_S, Service
from tests.support.broker import Observer
from tests.support.waiting import wait_for

HEALTH_S = 0.3
_TEXT = """\
[node]
name = "porch"
state_dir = {state}
health_interval_s = {health_s}
[mqtt]
host = {host}
port = {port}
{more_of_mqtt}
[history]
enabled = true
[snapshot]
disk = true
mqtt = true
[teaching]
enabled = true
{more}
[[camera]]
name = "front"
source = "images:photos"
interval_s = 0.1
loop = true
# Noise is nothing that a model knows: with this threshold whatever is best enters at once.
[[view]]
name = "gate"
threshold_enter = 0.01
threshold_exit = 0.001
confirm_s = 0
filter = "none"
unknown_below = 0
"""


class UnattendedNode(Service):
    """In `folder`, with its state in `state`. `host`: the broker's name; `more`: sections."""

    def __init__(
        self, folder: Path, port: int, state: Path | None = None, *, host: str = "127.0.0.1", more: str = ""
    ) -> None:
        self.state = folder / "state" if state is None else state
        self.host, self.more, self.more_of_mqtt = host, more, ""
        super().__init__(folder, port)

    def write(self, **changes: Any) -> None:
        """The config; none of it changes."""
        assert not changes
        text = _TEXT.format(
            state=json.dumps(str(self.state)), host=json.dumps(self.host), port=self.port, health_s=HEALTH_S,
            more=self.more, more_of_mqtt=self.more_of_mqtt,
        )  # fmt: skip
        self.config.write_text(text)

    def ready(self) -> None:
        """Until it has said so; nobody hears what it tells from then on, and a manager that is there and does not
        listen would be waited for."""
        self.told("READY=1")
        self.manager.close()

    def said(self, part: str) -> list[str]:
        """The lines of its log with these words."""
        return [line for line in self.lines() if part in line]

    def await_said(self, part: str, timeout_s: float = START_S) -> str:
        """The first such line, as soon as it is there."""
        return wait_for(lambda: self.said(part), timeout_s)[0]


def health(observer: Observer, **figures: Any) -> dict[str, Any]:
    """The newest figures of the node, as soon as these are among them."""

    def look() -> dict[str, Any] | None:
        found = observer.of("porch/health")
        body: dict[str, Any] = json.loads(found[-1]) if found else {}
        return body if found and all(body[name] == value for name, value in figures.items()) else None

    try:
        found = wait_for(look, START_S)
    except AssertionError:
        raise AssertionError(f"expected {figures}, found {observer.of('porch/health')[-1:]}") from None
    assert found is not None
    return found


def await_events(observer: Observer, more: int = 5) -> None:
    """Until so many more have come live."""
    wanted = len(observer.of("gate/event")) + more
    wait_for(lambda: len(observer.of("gate/event")) >= wanted, START_S)


def events(observer: Observer) -> Sequence[dict[str, Any]]:
    """Those that came, live ones first."""
    return [json.loads(one) for one in observer.of("gate/event") + observer.of("gate/history")]


def numbers(observer: Observer) -> Sequence[int]:
    """Of the events that came, live ones first."""
    return [event["seq"] for event in events(observer)]
