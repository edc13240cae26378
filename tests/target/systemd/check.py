"""Installs the checkout into a root made by build-root.sh, boots it, and looks at the service as systemd runs it.

Usage: python -m tests.target.systemd.check ROOT [--model FILE.tflite]
One line per check; exit status 1 when one failed.

The parts are real: PID 1, journal, mosquitto with a password, the model; photos are the camera. What a container
can't show is a video device, and MemoryMax= where the kernel gives it no memory controller.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.target.systemd import broker
from tests.target.systemd.broker import retained_status
from tests.target.systemd.container import Container, soon
from tests.target.systemd.service import CONFIG, NAME, PASSWORD_FILE, STATE, InstalledService

CHECKOUT = Path(__file__).resolve().parents[3]
UNIT_FILE = f"/usr/local/lib/systemd/system/{NAME}"
MAX_EXPOSURE = 2.5
OWN_MODEL = f"{STATE}/models/own.tflite"
ERROR, WARNING, INFO = "3", "4", "6"  # syslog priorities

HANGING_DELIVERY = """
import threading, time

def hang():
    from edgeclassify.publish.mqtt.serving import Serving
    assert callable(Serving.turn)
    Serving.turn = lambda *_: time.sleep(3600)

timer = threading.Timer(4, hang)
timer.daemon = True
timer.start()
"""

# A minute for the watchdog and ten seconds for each restart are for production.
SHORT_TIMES = "[Service]\nWatchdogSec=5\nRestartSec=1\n"

Findings = Iterator[tuple[bool, str]]
"""For each check: does it hold, and what was seen."""


class Checks(InstalledService):
    """The checks, in the order of `all`; each leaves the service running for the next."""

    def all(self) -> Findings:
        """Every check."""
        yield from self.installs()
        yield from self.rights()
        yield from self.unit_file()
        yield from self.starts()
        yield from self.reloads()
        yield from self.tries_a_new_model()
        yield from self.stops()
        yield from self.is_killed()
        yield from self.process_hangs()
        yield from self.delivery_hangs()
        yield from self.source_hangs()
        yield from self.source_hangs_with_pythons_lock()
        yield from self.source_stalls()
        yield from self.asks_for_a_reboot()
        yield from self.config_fault()
        yield from self.missing_camera()
        yield from self.broker_lost()
        yield from self.journal()
        yield from self.power_cut()
        yield from self.uninstalls()

    # --- installation -----------------------------------------------------------------------------------

    def installs(self) -> Findings:
        self.container.copy(CHECKOUT, "/root/edgeclassify")
        started = time.monotonic()
        done = self.make("install")
        took_s = time.monotonic() - started
        yield done.returncode == 0, f"make install ends with {done.returncode} after {took_s:.0f} s"
        if done.returncode:
            raise SystemExit(done.stdout)
        seen = self.run("stat", "--format=%U:%G %a", CONFIG).strip()
        yield seen == "root:edgeclassify 640", f"the new config is {seen}"
        self.container.write(CONFIG, self.config())
        package = self.container.root / "root/edgeclassify/edgeclassify/__init__.py"
        package.write_text(re.sub("__version__ = .*", '__version__ = "99.0"', package.read_text()))
        done = self.make("install")
        kept = self.run("cat", CONFIG) == self.config()
        yield "version 99.0" in done.stdout and kept, "a second make install upgrades and keeps the config"
        litter = [*package.parents[1].glob("build"), *package.parents[1].glob("*.egg-info")]
        yield not litter, "nothing is left behind in the checkout"

    def rights(self) -> Findings:
        """Broker, password, photos and model are set up; then who can read what."""
        broker.set_up(self.container)
        self.run("sh", "-c", f"umask 027 && echo {broker.PASSWORD} > {PASSWORD_FILE}")
        self.container.copy(CHECKOUT / "edgeclassify/demo/photos", f"{STATE}/photos")
        self._copy_model()
        self.container.write(f"/etc/systemd/system/{NAME}.d/short-times.conf", SHORT_TIMES)
        self.run("systemctl", "daemon-reload")
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

    def _as(self, user: str, *command: str) -> "subprocess.CompletedProcess[str]":
        return self.container.result("runuser", "-u", user, "--", *command)

    def _copy_model(self) -> None:
        if self.model is None:
            return
        for file in self.model.parent.iterdir():
            if file == self.model or file.suffix in (".txt", ".toml"):
                shutil.copy(file, self.container.root / STATE[1:] / "models" / file.name)

    def unit_file(self) -> Findings:
        done = self.container.result("systemd-analyze", "verify", NAME)
        said = done.stdout.strip()
        yield done.returncode == 0 and not said, f"systemd-analyze verify: {said or 'clean'}"
        report = self.run("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT_FILE, check=False)
        figure = re.search(r"exposure level .*: ([0-9.]+)", report)
        exposure = float(figure[1]) if figure else 10.0
        yield exposure <= MAX_EXPOSURE, f"systemd-analyze security: exposure {exposure}, at most {MAX_EXPOSURE}"

    # --- the running service ----------------------------------------------------------------------------

    def starts(self) -> Findings:
        started = time.monotonic()
        self.unit.control("enable")
        self.unit.control("start")
        took_s = time.monotonic() - started
        seen = f"{self.unit.show('ActiveState')}, Type={self.unit.show('Type')}"
        yield seen == "active, Type=notify", f"{seen}, ready after {took_s:.1f} s"
        user = self.run("ps", "-o", "user:20=", "-p", str(self.unit.pid)).strip()
        yield user == "edgeclassify", f"runs as {user}"
        state = soon(lambda: self.heard.payloads("gate/state")) or ["{}"]
        yield json.loads(state[-1]).get("v") == 1, f"state published: {state[-1][:60]}…"
        yield retained_status(self.container) == "online", "retained status is online"
        yield self.publishes(), "goes on publishing"
        health = json.loads((self.heard.payloads("health") or ["{}"])[-1])
        lacking = [k for k in ("rss_bytes", "bytes_written", "clock_synchronised") if health.get(k) is None]
        figures = f"{(health.get('rss_bytes') or 0) / 1e6:.0f} MB, {health.get('inference_ms_p50')} ms per frame"
        yield not lacking, f"the sandbox hides no health figure ({figures}); lacking: {lacking or 'none'}"

    def reloads(self) -> Findings:
        pid = self.unit.pid
        self.container.write(CONFIG, self.config(view="yard"))
        self.unit.control("reload")
        seen = soon(lambda: self.heard.payloads("yard/state"))
        yield bool(seen) and self.unit.pid == pid, "reload: the same process takes over a good config"
        here = self.unit.cursor()
        self.container.write(CONFIG, self.bad_config())
        done = self.container.result("systemctl", "reload", NAME)
        yield done.returncode != 0, f"reload: a bad config lets `systemctl reload` end with {done.returncode}"
        faults = soon(lambda: [e for e in self.said(here) if "intervall_s" in e["MESSAGE"]])
        priorities = {e["PRIORITY"] for e in faults}
        yield priorities == {ERROR}, f"reload: why is in the journal, with priority {''.join(priorities)}"
        self.unit.kill("SIGHUP")
        refusal = soon(lambda: [e for e in self.said(here) if "reload refused" in e["MESSAGE"]])
        priorities = {e["PRIORITY"] for e in refusal}
        yield priorities == {ERROR}, f"SIGHUP: a bad config is refused with priority {''.join(priorities)}"
        status = soon(lambda: "reload was refused" in self.unit.show("StatusText"))
        yield bool(status), f"SIGHUP: `systemctl status` says so: {self.unit.show('StatusText')}"
        same = self.unit.pid == pid and self.unit.active
        yield same and self.publishes(), "reload: the config before keeps running"

    def tries_a_new_model(self) -> Findings:
        """A model that is not the catalog's: inside the sandbox, too, it runs in a process of its own first."""
        builtin = CHECKOUT / "edgeclassify/model/builtin"
        data = (builtin / "mobilenet_v2_64.tflite").read_bytes()
        pid = self.unit.pid
        self._write_own_model(data + bytes(16))  # the same model under another checksum
        self.container.write(CONFIG, self.config(view="own", model=OWN_MODEL))
        here = self.unit.cursor()
        done = self.container.result("systemctl", "reload", NAME)
        state = soon(lambda: self.heard.payloads("own/state"))
        tried = self.container.root / STATE[1:] / "tried-models.json"
        known = hashlib.sha256(data + bytes(16)).hexdigest() in (tried.read_text() if tried.exists() else "")
        untried = [e["MESSAGE"] for e in self.said(here) if "could not be tried" in e["MESSAGE"]]
        seen = f"reload {done.returncode}, known afterwards: {known}, {untried or 'no complaint'}"
        yield bool(state) and known and not untried, f"a new model is tried inside the sandbox: {seen}"
        self._write_own_model(data[: len(data) // 2])
        self.unit.kill("SIGHUP")
        refusal = soon(lambda: [e for e in self.said(here) if "reload refused" in e["MESSAGE"]])
        same = self.unit.pid == pid and self.publishes()
        yield bool(refusal) and same, "half a model is refused, the one before goes on"

    def _write_own_model(self, data: bytes) -> None:
        file = self.container.root / OWN_MODEL[1:]
        file.write_bytes(data)
        file.with_suffix(".toml").write_text('labels = "own.txt"\n')
        shutil.copy(CHECKOUT / "edgeclassify/model/builtin/labels.txt", file.with_suffix(".txt"))

    def stops(self) -> Findings:
        self.container.write(CONFIG, self.config())
        started = time.monotonic()
        self.unit.control("stop")
        took_s = time.monotonic() - started
        result = f"{self.unit.show('ActiveState')}, {self.unit.show('Result')}"
        yield took_s < 2 and result == "inactive, success", f"stop: {result} after {took_s:.2f} s"
        yield retained_status(self.container) == "offline", "stop: retained status is offline"
        self.unit.control("start")
        yield soon(lambda: retained_status(self.container) == "online"), "start: retained status is online"
        self.publishes()
        pid, before = self.unit.pid, len(self.heard.payloads("status", live=True))
        self.unit.kill("SIGTERM")
        gone = soon(lambda: "offline" in self.heard.payloads("status", live=True)[before:])
        yield gone and self.restarted(pid), "SIGTERM from elsewhere: says offline, is started again"

    def is_killed(self) -> Findings:
        self.publishes()
        pid = self.unit.pid
        soon(self.heard.event_numbers)
        self.unit.kill("SIGKILL")
        yield self.restarted(pid), "kill -9: started again"
        yield self._numbers_go_on("kill -9", self.heard.events())

    def _numbers_go_on(self, what: str, before: list[tuple[int, str]]) -> tuple[bool, str]:
        """After it new events come, and no number stands for two of them.

        What comes before the subscriber is there again is not heard: holes are looked for by the fault harness.
        """
        last = max(seq for seq, _ in before)
        soon(lambda: max(self.heard.event_numbers(), default=0) > last + 1)
        events = {*before, *self.heard.events()}
        numbers = [seq for seq, _ in events]
        single = len(numbers) == len(set(numbers))
        return single and max(numbers) > last, f"{what}: events {last} → {max(numbers)}, no number for two"

    # --- faults -----------------------------------------------------------------------------------------

    def process_hangs(self) -> Findings:
        here, pid, started = self.unit.cursor(), self.unit.pid, time.monotonic()
        self.unit.kill("SIGSTOP")
        yield self.restarted(pid), f"process stopped: started again after {time.monotonic() - started:.0f} s"
        told = [e["MESSAGE"] for e in self.unit.journal(here) if "atchdog timeout" in e["MESSAGE"]]
        yield bool(told), f"process stopped: {(told or ['no watchdog message'])[0]}"

    def delivery_hangs(self) -> Findings:
        """A thread that nobody waits for, while frames go on."""
        self.container.write(f"{STATE}/hang/sitecustomize.py", HANGING_DELIVERY)
        drop_in = f"/etc/systemd/system/{NAME}.d/hang.conf"
        self.container.write(drop_in, f"[Service]\nEnvironment=PYTHONPATH={STATE}/hang\n")
        self.run("systemctl", "daemon-reload")
        here = self.unit.cursor()
        self.start_afresh(self.config())
        pid, started = self.unit.pid, time.monotonic()
        self.run("rm", drop_in)
        self.run("systemctl", "daemon-reload")
        yield self.restarted(pid, 90), f"delivery hangs: started again after {time.monotonic() - started:.0f} s"
        entries = self.unit.journal(here)
        ended = any("status=6/ABRT" in str(e["MESSAGE"]) for e in entries)
        yield ended, "delivery hangs: ended by the watchdog's SIGABRT"
        said = any("delivery (mqtt): hangs" in str(e["MESSAGE"]) for e in entries)
        yield said, "delivery hangs: the journal says so"

    def source_hangs(self) -> Findings:
        """A pipe without a writer: the library's open() never returns."""
        pipe = f"{STATE}/hang.mp4"
        self.run("sh", "-c", f"rm -f {pipe} && mkfifo -m 644 {pipe}")
        here = self.unit.cursor()
        self.start_afresh(self.config(source=f"video:{pipe}"))
        pid, started = self.unit.pid, time.monotonic()
        again = self.restarted(pid)
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
        self.start_afresh(self.config(source="synthetic:?faults=hang@20:never"))
        pid, started = self.unit.pid, time.monotonic()
        yield self.restarted(pid, 60), f"{what}: started again after {time.monotonic() - started:.0f} s"
        entries = self.unit.journal(here)
        ended = any("status=6/ABRT" in str(e["MESSAGE"]) for e in entries)
        yield ended, f"{what}: ended by the watchdog's SIGABRT"
        yield self._shows_where(what, entries)

    def source_stalls(self) -> Findings:
        """A camera that no rung of the ladder brings back: one fresh process, and then patience."""
        self.run("rm", "-f", f"{STATE}/recovery.json")
        here = self.unit.cursor()
        self.start_afresh(self.config(source="synthetic:?faults=stall@10:never"))
        pid, started = self.unit.pid, time.monotonic()
        yield self.restarted(pid), f"source stalls: a fresh process after {time.monotonic() - started:.0f} s"
        kept = json.loads(self.run("cat", f"{STATE}/recovery.json"))
        front = kept["fresh_processes_in_vain"]["front"]
        yield (front["count"], front["worked"]) == (1, True), f"source stalls: in the state folder: {kept}"
        pid = self.unit.pid
        soon(lambda: self.camera().get("state") == "failed")
        time.sleep(8)  # longer than the unit's watchdog
        seen = self.camera()
        stays = self.unit.pid == pid and self.unit.active
        yield stays and seen.get("fresh_processes") == 1, f"source stalls: then it stays and waits: {seen}"
        exits = [e["EXIT_STATUS"] for e in self.unit.journal(here) if e.get("EXIT_STATUS")]
        yield exits == ["75"], f"source stalls: exit statuses {', '.join(exits)}"
        offline = self.heard.payloads("gate/availability")[-1:] == ["offline"]
        yield offline and retained_status(self.container) == "online", "source stalls: view offline, node online"

    def asks_for_a_reboot(self) -> Findings:
        """What the reboot would do is replaced by a mark; the way to it is the real one."""
        folder = "/etc/systemd/system/edgeclassify-reboot.service.d"
        self.run("mkdir", "-p", folder)
        self.container.write(f"{folder}/mark.conf", "[Service]\nExecStart=\nExecStart=touch /var/rebooted\n")
        self.run("systemctl", "daemon-reload")
        self.run("systemctl", "enable", "--quiet", "--now", "edgeclassify-reboot.path")
        recovery = "[recovery]\nreboot = true\nreboot_after = 1\nreboot_interval_s = 60\n"
        self.start_afresh(self.config(source="synthetic:?faults=stall@10:never", more=recovery))
        seen = soon(lambda: self.container.exists("/var/rebooted"))
        owner = self.run("stat", "--format=%U", "/run/edgeclassify/reboot", check=False).strip()
        yield bool(seen) and owner == "edgeclassify", f"reboot: asked for by {owner}, carried out by systemd"
        self.run("systemctl", "disable", "--quiet", "--now", "edgeclassify-reboot.path")
        self.run("rm", "-rf", folder, "/run/edgeclassify/reboot", "/var/rebooted", f"{STATE}/recovery.json")
        self.run("systemctl", "daemon-reload")

    def config_fault(self) -> Findings:
        self.start_afresh(self.config())
        here = self.unit.cursor()
        self.container.write(CONFIG, self.bad_config())
        self.unit.control("restart", check=False)
        soon(lambda: self.unit.show("ActiveState") == "failed")
        time.sleep(3)  # three times RestartSec
        seen = [self.unit.show(name) for name in ("ActiveState", "ExecMainStatus", "NRestarts")]
        yield seen == ["failed", "78", "0"], f"config fault: state, exit status, restarts: {', '.join(seen)}"
        priorities = {e["PRIORITY"] for e in self.said(here) if "intervall_s" in e["MESSAGE"]}
        yield priorities == {ERROR}, f"config fault: in the journal with priority {''.join(priorities)}"

    def missing_camera(self) -> Findings:
        self.container.write(CONFIG, self.config(source="v4l2:/dev/video97"))
        self.unit.control("reset-failed")
        self.unit.control("start")
        pid = self.unit.pid
        time.sleep(8)  # longer than the unit's watchdog
        seen = self.camera()
        waits = self.unit.pid == pid and seen.get("state") == "restarting"
        yield waits, f"missing camera: waited for by the same process: {seen.get('error')}"
        self.start_afresh(self.config())
        yield self.publishes(), "missing camera: works once it is there"

    def broker_lost(self) -> Findings:
        here, pid = self.unit.cursor(), self.unit.pid
        self.run("systemctl", "stop", "mosquitto")
        lost = soon(lambda: [e for e in self.said(here) if "broker" in e["MESSAGE"]]) or [{}]
        yield lost[0].get("PRIORITY") == WARNING, f"broker stopped: warning {lost[0].get('MESSAGE', 'none')!r}"
        self.run("systemctl", "start", "mosquitto")
        yield self.publishes() and self.unit.pid == pid, "broker stopped: the same process connects again"

    def journal(self) -> Findings:
        entries = self.said()
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
        soon(self.heard.event_numbers)
        before = self.heard.events()
        self.container.cut_power()
        self.close()
        self.container.boot()
        yield soon(lambda: self.unit.active), "power cut: the service starts at the next boot"
        yield self._numbers_go_on("power cut", before)
        yield soon(lambda: retained_status(self.container) == "online"), "power cut: retained status is online"

    def uninstalls(self) -> Findings:
        done = self.make("uninstall")
        gone = self.container.result("systemctl", "cat", NAME).returncode != 0
        gone = gone and not self.container.exists("/opt/edgeclassify")
        yield done.returncode == 0 and gone, "make uninstall: unit and package are gone"
        kept = all(map(self.container.exists, (CONFIG, PASSWORD_FILE, f"{STATE}/spool.sqlite3")))
        yield kept, "make uninstall: config, password and state are kept"
        left = retained_status(self.container)
        removed = "retained messages removed" in done.stdout
        yield removed and left not in ("online", "offline"), "make uninstall: the broker keeps nothing"


def clean(root: Path) -> None:
    """Take back what an earlier run left, so that each begins on a bare system."""
    for path in (
        "opt/edgeclassify", "var/lib/edgeclassify", "etc/edgeclassify", "root/edgeclassify",
        "usr/local/lib/systemd", f"etc/systemd/system/{NAME}.d",
    ):  # fmt: skip
        shutil.rmtree(root / path, ignore_errors=True)
    for path in ("var/lib/mosquitto", "var/log/journal"):
        for file in (root / path).rglob("*"):
            if file.is_file():
                file.unlink()


def main() -> int:
    """Run the checks; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--model", type=Path, help="in place of the built-in one, with its labels")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    clean(root)
    failed = 0
    with Container(root) as container:
        checks = Checks(container, arguments.model)
        try:
            for holds, seen in checks.all():
                failed += not holds
                print(f"{'ok  ' if holds else 'FAIL'} {seen}", flush=True)
        finally:
            checks.close()
    print(f"{failed} failed" if failed else "all checks hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
