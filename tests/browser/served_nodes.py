"""A daemon with the page: `edgeclassify run` as a process of its own, with the demo's photos as its camera."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from edgeclassify.demo import demo_photos
from tests.support.broker import free_port
from tests.support.waiting import patient, wait_for

PASSWORD = "rather secret words"
START_S = 90.0
STOP_S, ANSWER_S = patient(15.0), patient(10.0)
CONFIG = """\
# The node of the browser tests.
[node]
name = "bench"
state_dir = "state"
trust_clock = true
{node}
[mqtt]
enabled = false

[web]
enabled = true
port = {port}
{web}

[commands]
per_minute = 6000

[snapshot]
disk = {snapshots}

[[camera]]
name = "photos"
source = "images:{photos}"
interval_s = {interval_s}
loop = true

# A photo is seen once per round: it counts at once.
[[view]]
name = "table"
confirm_s = 0
filter = "none"
{more}
"""


class ServedNode:
    """Started by `start`, ended by `stop`; `restart` keeps its state and its port.

    `folder`: where its config, state and log are. `node`, `web`: further lines of these sections; `more`: further
    tables, as text of the config.
    """

    def __init__(
        self,
        folder: Path,
        *,
        node: str = "",
        web: str = "",
        more: str = "",
        interval_s: float = 0.5,
        snapshots: bool = True,
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.config_file, self.log = folder / "edgeclassify.toml", folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        with demo_photos() as photos:  # a folder of the checkout: it stays
            self.config_file.write_text(
                CONFIG.format(
                    port=self.port,
                    photos=photos,
                    node=node,
                    web=web,
                    more=more,
                    interval_s=interval_s,
                    snapshots=str(snapshots).lower(),
                ),
                encoding="utf-8",
            )

    @property
    def address(self) -> str:
        """The page's, with a slash at its end."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def config_text(self) -> str:
        """The config file as it is now."""
        return self.config_file.read_text(encoding="utf-8")

    def start(self) -> "ServedNode":
        """Returns when the page answers."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "edgeclassify", "run", "--config", str(self.config_file)]
            # What is taught or fetched here is nobody else's.
            own = {"EDGECLASSIFY_MODELS": str(self.folder / "models"), "PYTHONUNBUFFERED": "1"}
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **own}
            )
        wait_for(self._answers, START_S)
        return self

    def stop(self) -> None:
        """As systemd does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"did not stop within {STOP_S:g} s: {self.last_lines()}") from None

    def restart(self) -> None:
        """Stopped and started anew."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """As `systemctl reload`; does not wait for it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def get(self, path: str, **headers: str) -> Any:
        """What an endpoint answers in JSON; `path` without the slash before it."""
        with urllib.request.urlopen(
            urllib.request.Request(self.address + path, headers=headers), timeout=ANSWER_S
        ) as answer:
            return json.load(answer)

    def last_lines(self) -> str:
        """Of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8").splitlines()[-20:])

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"ended at its start: {self.last_lines()}"
        try:
            self.get("healthz")
        except urllib.error.HTTPError:
            return True  # an answer too: no frame has come yet
        except OSError:
            return False
        return True
