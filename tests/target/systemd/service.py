"""The service inside the container, with what the checks do to it and ask of it again and again."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.target.systemd import broker
from tests.target.systemd.broker import Subscriber
from tests.target.systemd.container import Container, Unit, soon

NAME = "edgeclassify.service"
STATE = "/var/lib/edgeclassify"
CONFIG = "/etc/edgeclassify/edgeclassify.toml"
PASSWORD_FILE = "/etc/edgeclassify/mqtt-password"
OFFLINE_PACKAGES = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/opt/wheels"}


class InstalledService:
    """The service, the subscriber that hears it, and the configs that it is given."""

    def __init__(self, container: Container, model: Path | None) -> None:
        self.container = container
        self.run = container.run
        self.unit = Unit(container, NAME)
        self.model = model
        self._subscriber: Subscriber | None = None

    @property
    def heard(self) -> Subscriber:
        """What has arrived from the broker since the last boot."""
        self._subscriber = self._subscriber or Subscriber(self.container)
        return self._subscriber

    def close(self) -> None:
        """End the subscription."""
        if self._subscriber is not None:
            self._subscriber.close()
        self._subscriber = None

    def config(
        self,
        *,
        view: str = "gate",
        source: str = f"images:{STATE}/photos",
        more: str = "",
        model: str | None = None,
    ) -> str:
        """A config under which every photo is an event of its own.

        `more`: further sections; `model`: another file than that of these checks.
        """
        if model is None and self.model is not None:
            model = f"{STATE}/models/{self.model.name}"
        named = "" if model is None else f'[model]\nname = "{model}"\n'
        return (
            f'[node]\nname = "{broker.NODE}"\nhealth_interval_s = 1\n'
            f'[mqtt]\nusername = "{broker.USER}"\npassword_file = "{PASSWORD_FILE}"\n{named}'
            f'[[camera]]\nname = "front"\nsource = "{source}"\ninterval_s = 0.2\nloop = true\n'
            f"stall_timeout_s = 1.0\nrestart_attempts = 0\n"
            f'[[view]]\nname = "{view}"\nthreshold_enter = 0.05\nthreshold_exit = 0.01\nconfirm_s = 0\n'
            f'filter = "none"\nunknown_below = 0\n{more}'
        )

    def bad_config(self) -> str:
        """A config with a misspelt key."""
        return self.config().replace("interval_s = 0.2", "intervall_s = 0.2")

    def make(self, target: str) -> "subprocess.CompletedProcess[str]":
        make = ["env", *(f"{name}={value}" for name, value in OFFLINE_PACKAGES.items()), "make"]
        return self.container.result(*make, "-C", "/root/edgeclassify", target, timeout=500)

    def publishes(self) -> bool:
        """Does a message come that was published after this call?"""
        before = len(self.heard.payloads("health", live=True))
        return soon(lambda: len(self.heard.payloads("health", live=True)) > before)

    def camera(self) -> dict[str, Any]:
        """The newest figures of the one camera."""
        payloads = self.heard.payloads("health")
        return dict(json.loads(payloads[-1])["cameras"][0]) if payloads else {}

    def restarted(self, pid: int, timeout_s: float = 90) -> bool:
        """Does the service run again, as another process than `pid`?"""
        return soon(lambda: self.unit.pid not in (0, pid) and self.unit.active, timeout_s)

    def start_afresh(self, config: str) -> None:
        """Start the service with a config, whatever it was doing."""
        self.container.write(CONFIG, config)
        self.unit.control("stop")
        self.unit.control("reset-failed", check=False)
        self.unit.control("start")

    def numbers_go_on(self, what: str, before: list[tuple[int, str]], *, whole: bool = True) -> tuple[bool, str]:
        """After it new events come, no number stands for two of them, and none is missing.

        `whole` False: after a power cut the broker may have lost some, and reserved numbers are passed over.
        """
        last = max(seq for seq, _ in before)
        soon(lambda: max(self.heard.event_numbers(), default=0) > last + 1)
        # What waited comes behind what happens meanwhile: a number that is not here yet may still come.
        soon(lambda: not (whole and self._missing(before)))
        numbers = sorted(seq for seq, _ in {*before, *self.heard.events()})
        doubles = sorted({seq for seq, following in pairwise(numbers) if seq == following})
        missing = self._missing(before) if whole else []
        seen = f"{what}: events {numbers[0]}…{last} → {numbers[-1]}"
        for fault, which in (("stand for two", doubles), ("are missing", missing)):
            if which:
                seen += f"; {len(which)} {fault}, first {which[0]}"
        return not doubles and not missing and numbers[-1] > last, seen

    def _missing(self, before: list[tuple[int, str]]) -> list[int]:
        """Numbers between the first and the last that nobody has heard."""
        numbers = {seq for seq, _ in (*before, *self.heard.events())}
        return sorted({*range(min(numbers), max(numbers) + 1)} - numbers)

    def said(self, since: str = "-1h") -> list[dict[str, Any]]:
        """What the service itself wrote to the journal, without systemd's words about it."""
        entries = (e for e in self.unit.journal(since) if e.get("_TRANSPORT") in ("stdout", "journal"))
        entries = (e for e in entries if e.get("_COMM") != "systemd")
        return [e for e in entries if isinstance(e["MESSAGE"], str)]
