"""An installation before its first start: who may read what, what systemd makes of the unit."""

import re
import shutil
import subprocess

from tests.target.systemd import broker
from tests.target.systemd.paths import PHOTOS
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, NAME, PASSWORD_FILE, STATE

MAX_EXPOSURE = 1.5

# A minute for the watchdog and ten seconds and more for each restart are for production.
SHORT_TIMES = "[Service]\nWatchdogSec=5\nRestartSec=1\n"
SHORT_STEPS = "RestartSteps=0\nRestartMaxDelaySec=infinity\n"


class Installed(Room):
    """What is there when the installation has ended."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All: they take seconds."""
        return (self.rights, self.unit_file)

    def all(self) -> Findings:
        """One after the other."""
        yield from self.rights()
        yield from self.unit_file()

    def rights(self) -> Findings:
        """Broker, password, photos and model are set up; then who can read what."""
        broker.set_up(self.container)
        self.run("sh", "-c", f"umask 027 && echo {broker.PASSWORD} > {PASSWORD_FILE}")
        self.container.write(CONFIG, self.service.config())
        self.container.copy(PHOTOS, f"{STATE}/photos")
        self._copy_model()
        self.set_short_times()
        seen = self.run("stat", "--format=%U:%G %a", PASSWORD_FILE).strip()
        yield seen == "root:edgeclassify 640", f"a password file made with umask 027 is {seen}"
        done = self._as("edgeclassify", "cat", CONFIG, PASSWORD_FILE)
        yield done.returncode == 0, "the service's user reads config and password"
        done = self.container.result("edgeclassify", "check", CONFIG)
        yield done.returncode == 0, f"edgeclassify check, with the service's eyes: {done.stdout.strip()}"
        self.run("chmod", "600", PASSWORD_FILE)
        done = self.container.result("edgeclassify", "check", CONFIG)
        cure = f"sudo chgrp edgeclassify {PASSWORD_FILE} && sudo chmod g+r {PASSWORD_FILE}"
        yield done.returncode == 78 and cure in done.stdout, "check finds a password that the service may not read"
        self.run("chmod", "640", PASSWORD_FILE)
        done = self._as("nobody", "cat", PASSWORD_FILE)
        yield done.returncode != 0, "another user does not read the password"
        done = self._as("nobody", "edgeclassify", "models", "list")
        yield "Traceback" not in done.stdout, "another user lists the models without a traceback"

    def set_short_times(self) -> None:
        """Until the service is removed."""
        steps = SHORT_STEPS if self.container.systemd_version() >= 254 else ""
        self.container.write(f"/etc/systemd/system/{NAME}.d/short-times.conf", SHORT_TIMES + steps)
        self.run("systemctl", "daemon-reload")

    def _as(self, user: str, *command: str) -> "subprocess.CompletedProcess[str]":
        return self.container.result("runuser", "-u", user, "--", *command)

    def _copy_model(self) -> None:
        if self.service.model is None:
            return
        for file in self.service.model.parent.iterdir():
            if file == self.service.model or file.suffix in (".txt", ".toml"):
                shutil.copy(file, self.container.root / STATE[1:] / "models" / file.name)

    def unit_file(self) -> Findings:
        done = self.container.result("systemd-analyze", "verify", "--man=no", NAME)
        said = done.stdout.strip()
        yield done.returncode == 0 and not said, f"systemd-analyze verify: {said or 'clean'}"
        unit_file = self.unit.show("FragmentPath")
        report = self.run("systemd-analyze", "security", "--offline=true", "--no-pager", unit_file, check=False)
        figure = re.search(r"exposure level .*: ([0-9.]+)", report)
        exposure = float(figure[1]) if figure else 10.0
        yield exposure <= MAX_EXPOSURE, f"systemd-analyze security: exposure {exposure}, at most {MAX_EXPOSURE}"
