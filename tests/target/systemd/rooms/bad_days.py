"""A reboot that is asked for, a bad config, a missing camera, a broker that goes, the power that goes."""

import re
import time

from tests.target.systemd.broker import retained_status
from tests.target.systemd.container import soon
from tests.target.systemd.rooms.interface import ERROR, INFO, WARNING, Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, STATE


class BadDays(Room):
    """What a node meets in months."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All; `journal` looks back at those before."""
        return (
            self.asks_for_a_reboot, self.config_fault, self.missing_camera, self.broker_lost, self.journal,
            self.power_cut,
        )  # fmt: skip

    def asks_for_a_reboot(self) -> Findings:
        """What the reboot would do is replaced by a mark; the way to it is the real one."""
        folder = "/etc/systemd/system/edgeclassify-reboot.service.d"
        self.run("mkdir", "-p", folder)
        self.container.write(f"{folder}/mark.conf", "[Service]\nExecStart=\nExecStart=touch /var/rebooted\n")
        self.run("systemctl", "daemon-reload")
        self.run("systemctl", "enable", "--quiet", "--now", "edgeclassify-reboot.path")
        recovery = "[recovery]\nreboot = true\nreboot_after = 1\nreboot_interval_s = 60\n"
        self.service.start_afresh(self.service.config(source="synthetic:?faults=stall@10:never", more=recovery))
        seen = soon(lambda: self.container.exists("/var/rebooted"))
        owner = self.run("stat", "--format=%U", "/run/edgeclassify/reboot", check=False).strip()
        yield bool(seen) and owner == "edgeclassify", f"reboot: asked for by {owner}, carried out by systemd"
        self.run("systemctl", "disable", "--quiet", "--now", "edgeclassify-reboot.path")
        self.run("rm", "-rf", folder, "/run/edgeclassify/reboot", "/var/rebooted", f"{STATE}/recovery.json")
        self.run("systemctl", "daemon-reload")

    def config_fault(self) -> Findings:
        self.service.start_afresh(self.service.config())
        here = self.unit.cursor()
        self.container.write(CONFIG, self.service.bad_config())
        self.unit.control("restart", check=False)
        soon(lambda: self.unit.show("ActiveState") == "failed")
        time.sleep(3)  # three times RestartSec
        seen = [self.unit.show(name) for name in ("ActiveState", "ExecMainStatus", "NRestarts")]
        yield seen == ["failed", "78", "0"], f"config fault: state, exit status, restarts: {', '.join(seen)}"
        priorities = {e["PRIORITY"] for e in self.service.said(here) if "intervall_s" in e["MESSAGE"]}
        yield priorities == {ERROR}, f"config fault: in the journal with priority {''.join(priorities)}"

    def missing_camera(self) -> Findings:
        self.container.write(CONFIG, self.service.config(source="v4l2:/dev/video97"))
        self.unit.control("reset-failed")
        self.unit.control("start")
        pid = self.unit.pid
        time.sleep(8)  # longer than the unit's watchdog
        seen = self.service.camera()
        waits = self.unit.pid == pid and seen.get("state") == "restarting"
        yield waits, f"missing camera: waited for by the same process: {seen.get('error')}"
        self.service.start_afresh(self.service.config())
        yield self.service.publishes(), "missing camera: works once it is there"

    def broker_lost(self) -> Findings:
        here, pid = self.unit.cursor(), self.unit.pid
        self.run("systemctl", "stop", "mosquitto")
        lost = soon(lambda: [e for e in self.service.said(here) if "broker" in e["MESSAGE"]]) or [{}]
        yield lost[0].get("PRIORITY") == WARNING, f"broker stopped: warning {lost[0].get('MESSAGE', 'none')!r}"
        self.run("systemctl", "start", "mosquitto")
        yield self.service.publishes() and self.unit.pid == pid, "broker stopped: the same process connects again"

    def journal(self) -> Findings:
        entries = self.service.said()
        kinds = {e["PRIORITY"] for e in entries}
        yield kinds >= {ERROR, WARNING, INFO}, f"journal: priorities of {len(entries)} lines: {sorted(kinds)}"
        raw = [e["MESSAGE"] for e in entries if re.match(r"<\d>", e["MESSAGE"])]
        yield not raw, f"journal: lines with a raw priority prefix: {raw[:1] or 'none'}"
        fatal = [e for e in entries if re.match("edgeclassify: |Traceback", e["MESSAGE"])]
        loose = [e["MESSAGE"] for e in fatal if e["PRIORITY"] != ERROR]
        yield (
            bool(fatal) and not loose,
            f"journal: {len(fatal)} fatal messages; not of priority err: {loose[:1] or 'none'}",
        )

    def power_cut(self) -> Findings:
        soon(self.service.heard.event_numbers)
        before = self.service.heard.events()
        self.container.cut_power()
        self.service.close()
        self.container.boot()
        yield soon(lambda: self.unit.active), "power cut: the service starts at the next boot"
        yield self.service.numbers_go_on("power cut", before, whole=False)
        yield soon(lambda: retained_status(self.container) == "online"), "power cut: retained status is online"
        self.service.close()  # what the cut has cost was looked at; those who count next begin behind it
