"""What hangs, and how it comes back: the process, one thread of it, a call into a camera's library."""

import json
import re
import time
from typing import Any

from tests.target.systemd import hangs
from tests.target.systemd.broker import retained_status
from tests.target.systemd.container import soon
from tests.target.systemd.paths import CHECKOUT
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import NAME, STATE

MODULES = "/usr/lib/python3/dist-packages"
"""Where the service's Python finds them, however the package came."""
MODULE = "edgeclassify_check_hangs"
NOW = f"{STATE}/hang-now"
DROP_IN = f"/etc/systemd/system/{NAME}.d/hang.conf"


class Hanging(Room):
    """Each hang ends in a process that works again."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """One way for each watch: systemd's, the daemon's own, and the ladder's end."""
        if short:
            return (self.main_thread_hangs, self.delivery_hangs, self.source_hangs, self.source_stalls)
        return (
            self.process_hangs, self.main_thread_hangs, self.delivery_hangs, self.source_hangs,
            self.source_hangs_with_pythons_lock, self.source_stalls,
        )  # fmt: skip

    def process_hangs(self) -> Findings:
        here, pid, started = self.unit.cursor(), self.unit.pid, time.monotonic()
        self.unit.kill("SIGSTOP")
        again = self.service.restarted(pid)
        yield again, f"process stopped: started again after {time.monotonic() - started:.0f} s"
        told = [e["MESSAGE"] for e in self.unit.journal(here) if "atchdog timeout" in e["MESSAGE"]]
        yield bool(told), f"process stopped: {(told or ['no watchdog message'])[0]}"

    def main_thread_hangs(self) -> Findings:
        """While frames go on, and events are delivered."""
        yield from self._thread_hangs("main thread", r"main loop: hangs")

    def delivery_hangs(self) -> Findings:
        """A thread that nobody waits for, while frames go on."""
        yield from self._thread_hangs("delivery", r"delivery \(mqtt\): hangs")

    def _thread_hangs(self, which: str, said: str) -> Findings:
        self.container.write(f"{MODULES}/{MODULE}.py", (CHECKOUT / "tests/target/systemd/hangs.py").read_text())
        self.container.write(f"{MODULES}/{MODULE}.pth", f"import {MODULE}\n")
        environment = f'"{hangs.VARIABLE}={which}" "{hangs.WHEN_VARIABLE}={NOW}"'
        self.container.write(DROP_IN, f"[Service]\nEnvironment={environment}\n")
        self.run("systemctl", "daemon-reload")
        here = self.unit.cursor()
        self.service.start_afresh(self.service.config())
        pid = self.unit.pid
        self.service.publishes()
        self.run("rm", DROP_IN)
        self.run("systemctl", "daemon-reload")
        self.container.write(NOW, "")
        started = time.monotonic()
        yield (
            self.service.restarted(pid),
            f"{which} hangs: started again after {time.monotonic() - started:.0f} s",
        )
        entries = self.unit.journal(here)
        ended = any("status=6/ABRT" in str(e["MESSAGE"]) for e in entries)
        yield ended, f"{which} hangs: ended by the watchdog's SIGABRT"
        yield any(re.search(said, str(e["MESSAGE"])) for e in entries), f"{which} hangs: the journal says so"
        yield self.service.publishes(), f"{which} hangs: works again"
        self.run("rm", f"{MODULES}/{MODULE}.py", f"{MODULES}/{MODULE}.pth", NOW)

    def source_hangs(self) -> Findings:
        """A pipe without a writer: the library's open() never returns."""
        pipe = f"{STATE}/hang.mp4"
        self.run("sh", "-c", f"rm -f {pipe} && mkfifo -m 644 {pipe}")
        here = self.unit.cursor()
        self.service.start_afresh(self.service.config(source=f"video:{pipe}"))
        pid, started = self.unit.pid, time.monotonic()
        again = self.service.restarted(pid)
        yield again, f"source hangs: started again after {time.monotonic() - started:.0f} s"
        entries = self.unit.journal(here)
        exits = [e["EXIT_STATUS"] for e in entries if e.get("EXIT_STATUS")]
        yield exits[:1] == ["75"], f"source hangs: the daemon ended by itself, exit status {', '.join(exits)}"
        yield self._shows_where("source hangs", entries)

    def _shows_where(self, what: str, entries: list[dict[str, Any]]) -> tuple[bool, str]:
        lines = [e["MESSAGE"].strip() for e in entries if isinstance(e["MESSAGE"], str)]
        where = [line for line in lines if re.search(r'File ".*/sources/', line)]
        return bool(where), f"{what}: the journal shows where: …{(where or ['nothing'])[0][-60:]}"

    def source_hangs_with_pythons_lock(self) -> Findings:
        """A driver that keeps the interpreter's lock: nothing of ours runs any more."""
        what = "source hangs with Python's lock"
        here = self.unit.cursor()
        self.service.start_afresh(self.service.config(source="synthetic:?faults=hang@20:never"))
        pid, started = self.unit.pid, time.monotonic()
        yield self.service.restarted(pid), f"{what}: started again after {time.monotonic() - started:.0f} s"
        entries = self.unit.journal(here)
        ended = any("status=6/ABRT" in str(e["MESSAGE"]) for e in entries)
        yield ended, f"{what}: ended by the watchdog's SIGABRT"
        yield self._shows_where(what, entries)

    def source_stalls(self) -> Findings:
        """A camera that no rung of the ladder brings back: one fresh process, and then patience."""
        self.run("rm", "-f", f"{STATE}/recovery.json")
        here = self.unit.cursor()
        self.service.start_afresh(self.service.config(source="synthetic:?faults=stall@10:never"))
        pid, started = self.unit.pid, time.monotonic()
        again = self.service.restarted(pid)
        yield again, f"source stalls: a fresh process after {time.monotonic() - started:.0f} s"
        kept = json.loads(self.run("cat", f"{STATE}/recovery.json"))
        front = kept["fresh_processes_in_vain"]["front"]
        yield (front["count"], front["worked"]) == (1, True), f"source stalls: in the state folder: {kept}"
        pid = self.unit.pid
        soon(lambda: self.service.camera().get("state") == "failed")
        time.sleep(8)  # longer than the unit's watchdog
        seen = self.service.camera()
        stays = self.unit.pid == pid and self.unit.active
        yield stays and seen.get("fresh_processes") == 1, f"source stalls: then it stays and waits: {seen}"
        exits = [e["EXIT_STATUS"] for e in self.unit.journal(here) if e.get("EXIT_STATUS")]
        yield exits == ["75"], f"source stalls: exit statuses {', '.join(exits)}"
        offline = self.service.heard.payloads("gate/availability")[-1:] == ["offline"]
        yield offline and retained_status(self.container) == "online", "source stalls: view offline, node online"
