"""The service as it runs every day: started, reloaded, given another model, stopped, killed."""

import hashlib
import json
import shutil
import time

from tests.target.systemd.broker import retained_status
from tests.target.systemd.container import soon
from tests.target.systemd.paths import BUILTIN_MODEL
from tests.target.systemd.rooms.interface import ERROR, Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, NAME, STATE

OWN_MODEL = f"{STATE}/models/own.tflite"
STOPS_WITHIN_S = 10  # the unit's TimeoutStopSec: who needs longer is killed


class Running(Room):
    """The service with a good config."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All: they take seconds."""
        return (
            self.starts, self.reloads, self.tries_a_new_model, self.stops, self.stops_under_load, self.is_killed,
        )  # fmt: skip

    def starts(self) -> Findings:
        started = time.monotonic()
        self.unit.control("enable")
        self.unit.control("start")
        took_s = time.monotonic() - started
        kind = "notify-reload" if self.container.systemd_version() >= 254 else "notify"
        seen = f"{self.unit.show('ActiveState')}, Type={self.unit.show('Type')}"
        yield seen == f"active, Type={kind}", f"{seen}, ready after {took_s:.1f} s"
        user = self.run("ps", "-o", "user:20=", "-p", str(self.unit.pid)).strip()
        yield user == "edgeclassify", f"runs as {user}"
        state = soon(lambda: self.service.heard.payloads("gate/state")) or ["{}"]
        yield json.loads(state[-1]).get("v") == 1, f"state published: {state[-1][:60]}…"
        yield retained_status(self.container) == "online", "retained status is online"
        yield self.service.publishes(), "goes on publishing"
        health = json.loads((self.service.heard.payloads("health") or ["{}"])[-1])
        lacking = [k for k in ("rss_bytes", "bytes_written", "clock_synchronised") if health.get(k) is None]
        figures = f"{(health.get('rss_bytes') or 0) / 1e6:.0f} MB, {health.get('inference_ms_p50')} ms per frame"
        yield not lacking, f"the sandbox hides no health figure ({figures}); lacking: {lacking or 'none'}"

    def reloads(self) -> Findings:
        pid = self.unit.pid
        self.container.write(CONFIG, self.service.config(view="yard"))
        self.unit.control("reload")
        seen = soon(lambda: self.service.heard.payloads("yard/state"))
        yield bool(seen) and self.unit.pid == pid, "reload: the same process takes over a good config"
        here = self.unit.cursor()
        self.container.write(CONFIG, self.service.bad_config())
        done = self.container.result("systemctl", "reload", NAME)
        yield done.returncode != 0, f"reload: a bad config lets `systemctl reload` end with {done.returncode}"
        faults = soon(lambda: [e for e in self.service.said(here) if "intervall_s" in e["MESSAGE"]])
        priorities = {e["PRIORITY"] for e in faults}
        yield priorities == {ERROR}, f"reload: why is in the journal, with priority {''.join(priorities)}"
        self.unit.kill("SIGHUP")
        refusal = soon(lambda: [e for e in self.service.said(here) if "reload refused" in e["MESSAGE"]])
        priorities = {e["PRIORITY"] for e in refusal}
        yield priorities == {ERROR}, f"SIGHUP: a bad config is refused with priority {''.join(priorities)}"
        status = soon(lambda: "reload was refused" in self.unit.show("StatusText"))
        yield bool(status), f"SIGHUP: `systemctl status` says so: {self.unit.show('StatusText')}"
        same = self.unit.pid == pid and self.unit.active
        yield same and self.service.publishes(), "reload: the config before keeps running"

    def tries_a_new_model(self) -> Findings:
        """A model that is not the catalog's: inside the sandbox, too, it runs in a process of its own first."""
        data = BUILTIN_MODEL.read_bytes()
        pid = self.unit.pid
        self._write_own_model(data + bytes(16))  # the same model under another checksum
        self.container.write(CONFIG, self.service.config(view="own", model=OWN_MODEL))
        here = self.unit.cursor()
        done = self.container.result("systemctl", "reload", NAME)
        state = soon(lambda: self.service.heard.payloads("own/state"))
        tried = self.container.root / STATE[1:] / "tried-models.json"
        known = hashlib.sha256(data + bytes(16)).hexdigest() in (tried.read_text() if tried.exists() else "")
        untried = [e["MESSAGE"] for e in self.service.said(here) if "could not be tried" in e["MESSAGE"]]
        seen = f"reload {done.returncode}, known afterwards: {known}, {untried or 'no complaint'}"
        yield bool(state) and known and not untried, f"a new model is tried inside the sandbox: {seen}"
        self._write_own_model(data[: len(data) // 2])
        self.unit.kill("SIGHUP")
        refusal = soon(lambda: [e for e in self.service.said(here) if "reload refused" in e["MESSAGE"]])
        same = self.unit.pid == pid and self.service.publishes()
        yield bool(refusal) and same, "half a model is refused, the one before goes on"

    def _write_own_model(self, data: bytes) -> None:
        file = self.container.root / OWN_MODEL[1:]
        file.write_bytes(data)
        file.with_suffix(".toml").write_text('labels = "own.txt"\n')
        shutil.copy(BUILTIN_MODEL.parent / "labels.txt", file.with_suffix(".txt"))

    def stops(self) -> Findings:
        self.container.write(CONFIG, self.service.config())
        started = time.monotonic()
        self.unit.control("stop")
        took_s = time.monotonic() - started
        result = f"{self.unit.show('ActiveState')}, {self.unit.show('Result')}"
        yield result == "inactive, success", f"stop: {result} after {took_s:.2f} s"
        yield retained_status(self.container) == "offline", "stop: retained status is offline"
        self.unit.control("start")
        yield soon(lambda: retained_status(self.container) == "online"), "start: retained status is online"
        self.service.publishes()
        pid, before = self.unit.pid, len(self.service.heard.payloads("status", live=True))
        self.unit.kill("SIGTERM")
        gone = soon(lambda: "offline" in self.service.heard.payloads("status", live=True)[before:])
        yield gone and self.service.restarted(pid), "SIGTERM from elsewhere: says offline, is started again"

    def stops_under_load(self) -> Findings:
        """Every core is taken twice by others, and events come as fast as they can be written."""
        self.service.start_afresh(self.service.config().replace("interval_s = 0.2", "interval_s = 0.02"))
        self.run("systemd-run", "--quiet", "--unit=load", "sh", "-c", LOAD)
        self.service.publishes()
        last = max(self.service.heard.event_numbers())
        soon(lambda: max(self.service.heard.event_numbers()) > last + 20)
        here, started = self.unit.cursor(), time.monotonic()
        self.unit.control("stop")
        took_s = time.monotonic() - started
        result = f"{self.unit.show('ActiveState')}, {self.unit.show('Result')}"
        yield result == "inactive, success", f"SIGTERM under load: {result} after {took_s:.1f} s"
        killed = [e["MESSAGE"] for e in self.unit.journal(here) if "SIGKILL" in str(e["MESSAGE"])]
        yield not killed, f"SIGTERM under load: nobody had to be killed: {killed or 'none'}"
        yield soon(lambda: retained_status(self.container) == "offline"), "SIGTERM under load: status is offline"
        self.run("systemctl", "stop", "load")
        before = self.service.heard.events()
        self.service.start_afresh(self.service.config())
        yield self.service.numbers_go_on("SIGTERM under load", before)

    def is_killed(self) -> Findings:
        self.service.publishes()
        pid = self.unit.pid
        soon(self.service.heard.event_numbers)
        before = self.service.heard.events()
        self.unit.kill("SIGKILL")
        yield self.service.restarted(pid), "kill -9: started again"
        yield self.service.numbers_go_on("kill -9", before)


LOAD = "for each in 1 2 3 4; do while :; do :; done & done; wait"
