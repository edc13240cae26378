"""`edgeclassify run` as a process of its own, with a manager that hears what it tells systemd."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np

from tests.support.waiting import patient

START_S = patient(60.0)
"""A start loads a model, in a process of its own first, on a machine that may be busy."""


class Service:
    """`edgeclassify run` with a config of the test's own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.config = folder / "edgeclassify.toml"
        self.log = folder / "log"
        self.photos = folder / "photos"
        self.photos.mkdir()
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}
        self.before: Sequence[str] = ()
        """What the command is run by: a name space, a tracer."""
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / "notify"))
        self.manager.settimeout(0.5)
        for i in range(3):
            noise = np.random.default_rng(i).integers(0, 255, (120, 160, 3), np.uint8)
            cv2.imwrite(str(self.photos / f"{i}.png"), noise)
        self.write()

    def write(self, **changes: Any) -> None:
        """The config; `changes` replace keys of the camera table, or `raw` the whole text."""
        camera = {"source": "images:photos", "interval_s": 0.05, "loop": True, **changes}
        raw = camera.pop("raw", None)
        lines = [f"{key} = {json.dumps(value)}" for key, value in camera.items()]
        text = (
            f'[node]\nname = "porch"\nstate_dir = "state"\n[mqtt]\nhost = "127.0.0.1"\nport = {self.port}\n'
            '[[camera]]\nname = "front"\n' + "\n".join(lines) + "\n"
            # Noise is nothing that a model knows: with this threshold whatever is best enters at once.
            '[[view]]\nname = "gate"\nthreshold_enter = 0.01\nthreshold_exit = 0.001\nconfirm_s = 0\n'
            'filter = "none"\nunknown_below = 0\n'
        )
        self.config.write_text(raw if raw is not None else text)

    def start(self) -> Self:
        systemd = {"NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "90000000"}
        environment = {**os.environ, **systemd, **self.environment}
        with self.log.open("ab") as log:
            command = [*self.before, sys.executable, "-m", "edgeclassify", "run", "--config", str(self.config)]
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
        return self

    def told(self, wanted: str) -> str:
        """The next notification that begins so."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                if (text := self.manager.recv(4096).decode()).startswith(wanted):
                    return text
            assert self.process is not None
            assert self.process.poll() is None, self.lines()
        raise AssertionError(f"no {wanted} within {START_S:g} s: {self.lines()}")

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit status after a signal, and the seconds that it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(patient(20)), time.monotonic() - started

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()
