"""A daemon that runs by a config file, and a client of its page."""

import json
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from edgeclassify.config import Config, load_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.assembly import Factories
from tests.daemon.bench import DEFAULT_TIMING, Bench
from tests.support.waiting import patient

TEXT = """\
# my node
[node]
name = "n"
state_dir = "{folder}/state"

[spool]
max_bytes_written_day = 0  # the tests' own writing counts too

[web]
enabled = true
port = {port}

[[camera]]
name = "front"  # over the door
source = "synthetic:"
interval_s = 0

# what counts
[[view]]
name = "gate"
confirm_s = 0
threshold_enter = 0.6   # sure enough
filter = "none"

[view.motion]
gate = false

# the end
"""


def as_read(config: Config) -> Config:
    """A config runs as it was read."""
    return config


class FileBench(Bench):
    """`path`: its config. `writes`: the page knows where it is."""

    def __init__(
        self,
        folder: Path,
        text: str = TEXT,
        *,
        writes: bool = True,
        as_run: Callable[[Config], Config] = as_read,
        **options: Any,
    ) -> None:
        super().__init__(folder, **options)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.path = folder / "config" / "c.toml"
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(text.format(folder=folder, port=self.port))
        self._as_run = as_run
        self.daemon = Daemon(
            self.load,
            make_sink=self._publish,
            factories=Factories(lambda *camera: self.make_source(*camera), self._open, self._snapshots),
            notifier=self.notifier,
            config_file=self.path if writes else None,
            as_run=as_run,
            timing=DEFAULT_TIMING,
        )

    def load(self) -> Config:
        return self._as_run(load_config(self.path))

    def get(self, path: str) -> dict[str, Any]:
        """What is answered."""
        return self._asked(urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}"))[1]

    def post(self, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        """Status, and what is answered."""
        headers = {"Content-Type": "application/json", "X-Edgeclassify": "page"}
        url = f"http://127.0.0.1:{self.port}/{path}"
        return self._asked(urllib.request.Request(url, json.dumps(body).encode(), headers))

    def change(self, *keys: tuple[str, object], etag: str = "", **more: object) -> tuple[int, dict[str, Any]]:
        """Change keys: paths joined by dots, and values."""
        listed = [{"path": path.split("."), "value": value} for path, value in keys]
        return self.post("api/config", {"etag": etag, "keys": listed, **more})

    def _asked(self, request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(request, timeout=patient(20)) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except HTTPError as refused:
            return refused.code, json.loads(refused.read())

    @property
    def threshold(self) -> float:
        """By which its view decides now."""
        return self.node.view("gate").rules.threshold_enter
