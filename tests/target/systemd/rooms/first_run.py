"""`edgeclassify setup` as root, for the service: by options, with the broker of this container."""

import shlex
from pathlib import Path

from tests.target.systemd import broker
from tests.target.systemd.container import soon
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, NAME, PASSWORD_FILE

_SHIPPED = Path(__file__).parents[4] / "packaging/deb/files/edgeclassify.toml"
_SECRET = "page password of the first run"


class FirstRun(Room):
    """From the config that came with it to a service that publishes; one answer; one that does not work."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All."""
        return (self.first_config, self.one_answer, self.answer_that_does_not_work)

    def _setup(self, *arguments: str, password: str = "") -> "tuple[int, str]":
        command = f"printf '%s\\n' {shlex.quote(password)} | edgeclassify setup --yes {shlex.join(arguments)}"
        done = self.container.result("sh", "-c", command, timeout=200)
        return done.returncode, done.stdout

    def first_config(self) -> Findings:
        self.unit.control("stop")
        self.run("rm", "-f", PASSWORD_FILE)
        self.container.write(CONFIG, _SHIPPED.read_text())  # as apt has put it there
        self.container.write("/root/page-password", f"{_SECRET}\n")
        answers = (
            "--node",
            broker.NODE,
            "--broker",
            "localhost",
            "--username",
            broker.USER,
            "--password-file",
            "-",
        )
        camera = ("--camera", "synthetic:", "--camera-name", "front")
        page = ("--page", "network", "--page-password-file", "/root/page-password")
        status, said = self._setup(*answers, *camera, *page, password=broker.PASSWORD)
        self.run("rm", "-f", "/root/page-password")
        yield status == 0 and "connected" in said, f"first run: ends with {status}"
        if status:
            raise SystemExit(said)
        hidden = broker.PASSWORD not in said and _SECRET not in said
        yield hidden, f"first run: no password is shown{'' if hidden else f': {said}'}"
        rights = self.run("stat", "--format=%U:%G %a", PASSWORD_FILE).strip()
        yield rights == "root:edgeclassify 640", f"first run: the broker's password is {rights}"
        yield self.unit.active and self.service.publishes(), f"first run: {NAME} runs and publishes"
        enabled = self.run("systemctl", "is-enabled", NAME, check=False).strip()
        yield enabled == "enabled", f"first run: {NAME} is {enabled}"
        asked = "import socket; socket.create_connection(('127.0.0.1', 8080), 1)"
        answers_there = soon(lambda: self.container.result("python3", "-c", asked).returncode == 0, 30)
        yield answers_there, "first run: the page is listened for"
        checked = self.container.result("edgeclassify", "check")
        yield checked.returncode == 0, f"first run: check says {checked.returncode}"

    def one_answer(self) -> Findings:
        pid = self.unit.pid
        status, _ = self._setup("--page", "off")
        yield status == 0 and self.unit.active, f"one answer: the page goes, {status}"
        before = self.run("cat", CONFIG)
        status, _ = self._setup("--no-home-assistant")
        changed = [line for line in self.run("cat", CONFIG).splitlines() if line not in before.splitlines()]
        is_alone = changed == ["[home_assistant]", "discovery = false"]
        yield status == 0 and is_alone, f"one answer: {changed} is another one"
        yield pid != 0 and self.service.publishes(), f"one answer: {NAME} goes on"

    def answer_that_does_not_work(self) -> Findings:
        pid, before = self.unit.pid, self.run("cat", CONFIG, PASSWORD_FILE)
        status, said = self._setup("--username", broker.USER, "--password-file", "-", password="not this one")
        yield status == 69 and "not authorized" in said, f"wrong password: ends with {status}, says why"
        yield self.run("cat", CONFIG, PASSWORD_FILE) == before, "wrong password: nothing is changed"
        yield self.unit.pid == pid and self.unit.active, f"wrong password: {NAME} goes on"
