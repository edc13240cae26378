"""What `edgeclassify doctor` says of a service that systemd really runs: well, away, and wrong."""

import json
from typing import Any

from tests.target.systemd.broker import PASSWORD
from tests.target.systemd.container import soon
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, NAME

_UNITS_OWN = (
    "service", "service-failures", "state-folder", "config", "config-rights", "broker-login", "camera-rights",
)  # fmt: skip
BUNDLE = "/root/report.tar.gz"


class Diagnosed(Room):
    """Asked as root, as nobody, and after the config broke."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All."""
        return (self.is_well, self.is_asked_by_anybody, self.is_wrong)

    def is_well(self) -> Findings:
        self.service.start_afresh(self.service.config())
        self.service.publishes()
        status, found = self._asked()
        standings = {check: found.get(check, {}).get("standing") for check in _UNITS_OWN}
        wrong = {check: found.get(check) for check, standing in standings.items() if standing != "ok"}
        yield not wrong, f"doctor, exit status {status}: what is the unit's is well; not so: {wrong or 'nothing'}"
        login = found.get("broker-login", {})
        yield (login.get("figures") or {}).get("daemon_there") is True, f"doctor, the broker: {login.get('found')}"
        yield self.service.publishes(), "doctor: the daemon keeps its connection"

    def is_asked_by_anybody(self) -> Findings:
        status, found = self._asked("runuser", "-u", "nobody", "--")
        for check in ("config", "service-log"):
            seen = found.get(check, {})
            is_told = seen.get("standing") == "unknown" and "sudo" in (seen.get("remedy") or "")
            yield is_told, f"doctor as nobody, exit status {status}: {check}: {seen.get('found')}"

    def is_wrong(self) -> Findings:
        self.container.write(CONFIG, self.service.bad_config())
        self.unit.control("restart", check=False)
        soon(lambda: self.unit.show("ActiveState") == "failed")
        status, found = self._asked()
        service, failures = found.get("service", {}), found.get("service-failures", {})
        yield status == 78, f"doctor, a bad config: exit status {status}"
        yield service.get("standing") == "fault", f"doctor, a bad config: {service.get('found')}"
        yield "78" in failures.get("found", ""), f"doctor, a bad config: {failures.get('found')}"
        self.container.write(CONFIG, self.service.config())
        self.service.start_afresh(self.service.config())
        done = self.container.result("edgeclassify", "doctor", "--bundle", BUNDLE)
        lines = self.run("tar", "-xzOf", BUNDLE)
        log = NAME in lines and "intervall_s" in lines
        yield (
            log,
            f"doctor --bundle, exit status {done.returncode}: unit and log are in it, {len(lines)} characters",
        )
        yield f"password = {PASSWORD}" not in lines, "doctor --bundle: no password"
        self.run("rm", BUNDLE)

    def _asked(self, *by: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """Exit status, and the first finding of each check."""
        done = self.container.result(*by, "edgeclassify", "doctor", "--json", timeout=200)
        try:
            said = json.loads(done.stdout)
        except ValueError:
            return done.returncode, {}
        found: dict[str, dict[str, Any]] = {}
        for one in said["checks"]:
            found.setdefault(one["check"], one)
        return done.returncode, found
