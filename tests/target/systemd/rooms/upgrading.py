"""Another version comes by apt while the service runs: a newer one, an older one, by hand and by itself.

It is today's code under another number: what is seen is how apt, the scripts and the service go about it, and not
what an older build wrote.
"""

import json
import sqlite3
from contextlib import closing

from tests.target.systemd.apt import PACKAGE
from tests.target.systemd.container import Unit, soon
from tests.target.systemd.rooms.instances import OTHER_CONFIG, OTHER_STATE, OTHER_UNIT, second_config
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.rooms.package import WRITTEN_BY_HAND, Package
from tests.target.systemd.service import CONFIG, STATE

SPOOLED = 25
"""Events that wait when the other version comes."""
LATER_FORMAT = 99
"""Of a history; user_version in its header."""


class Upgrading(Room):
    """The build before is there; the service publishes afterwards."""

    def __init__(self, package: Package) -> None:
        super().__init__(package.service)
        self.repository = package.repository

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """Both."""
        return (self.is_upgraded_with_events_spooled, self.is_upgraded_with_a_node_that_is_not_enabled)

    def is_upgraded_with_events_spooled(self) -> Findings:
        self.container.write(CONFIG, self.service.config() + WRITTEN_BY_HAND)
        self.service.start_afresh(self.service.config() + WRITTEN_BY_HAND)
        self.service.publishes()
        self.repository.serve("now")
        yield from self.changes_version("upgrade", self.repository.versions()[0], "upgrade")

    def is_upgraded_with_a_node_that_is_not_enabled(self) -> Findings:
        """Somebody has started it by hand: it ran, so it runs."""
        second_config(self.service)
        other = Unit(self.container, OTHER_UNIT)
        other.control("start")
        pid = other.pid
        done = self.repository.install("--reinstall")
        again = soon(lambda: other.active and other.pid not in (0, pid), 90)
        yield (
            done.returncode == 0 and bool(again),
            f"upgrade of a node that is not enabled, {done.returncode}: it is {other.show('ActiveState')}",
        )
        other.control("stop")
        self.run("rm", "-rf", OTHER_CONFIG, OTHER_STATE)

    def changes_version(self, what: str, version: str, *apt_get: str) -> Findings:
        """apt-get brings `version` while events wait for the broker; none of them is lost."""
        self.run("systemctl", "stop", "mosquitto")
        soon(self.service.heard.events)
        before = self.service.heard.events()
        waiting_from = max(seq for seq, _ in before)
        soon(lambda: self._last_spooled() > waiting_from + SPOOLED, 60)
        pid = self.unit.pid
        done = self.repository.apt_get(*apt_get)
        seen = self.repository.installed
        yield (
            done.returncode == 0 and seen == version,
            f"{what}: apt-get ends with {done.returncode}, {seen} is there",
        )
        if done.returncode:
            yield False, f"{what}: {done.stdout[-400:]}"
        yield self.service.restarted(pid), f"{what}: the service was restarted, and runs"
        kept = self.run("cat", CONFIG)
        yield kept.endswith(WRITTEN_BY_HAND), f"{what}: the config that was edited by hand is kept"
        spooled = self._last_spooled()
        yield spooled > waiting_from + SPOOLED, f"{what}: {spooled - waiting_from} events wait for the broker"
        self.run("systemctl", "start", "mosquitto")
        soon(lambda: {*range(waiting_from, spooled + 2)} <= {*self.service.heard.event_numbers()})
        yield self.service.numbers_go_on(f"{what} with {spooled - waiting_from} events spooled", before)
        info = json.loads((self.service.heard.payloads("info") or ["{}"])[-1])
        yield (
            info.get("version") == version.split("-")[0].replace("~", ""),
            f"{what}: the node says that it is {info.get('version')}",
        )

    def _last_spooled(self) -> int:
        """Number of the newest event, by the note beside the spool: the daemon has the database for itself."""
        mark = self.run("cat", f"{STATE}/spool.mark", check=False).split()
        return int(mark[0]) if mark and mark[0].isdigit() else 0


class OtherVersions(Upgrading):
    """The newest build is there."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """A downgrade, what it may find, and an upgrade that nobody asked for."""
        if short:
            return (self.is_downgraded,)
        return (self.is_downgraded, self.meets_the_state_of_a_later_build, self.is_upgraded_unattended)

    def is_downgraded(self) -> Findings:
        """To a lower number: apt does it where it is told to, and config and events stay."""
        older = self.repository.versions()[-1]
        self.service.start_afresh(self.service.config() + WRITTEN_BY_HAND)
        self.service.publishes()
        refused = self.repository.apt_get("install", f"{PACKAGE}={older}")
        yield refused.returncode != 0, f"downgrade: apt alone refuses it ({refused.returncode})"
        yield from self.changes_version("downgrade", older, "install", "--allow-downgrades", f"{PACKAGE}={older}")

    def meets_the_state_of_a_later_build(self) -> Findings:
        """Files in formats that nobody knows yet: columns, tables and keys more, a history of another version."""
        self.service.publishes()
        before = self.service.heard.events()
        self.unit.control("stop")
        state = self.container.root / STATE[1:]
        history = state / "history.sqlite3"
        with closing(sqlite3.connect(state / "spool.sqlite3")) as spool:
            spool.execute("ALTER TABLE events ADD COLUMN later TEXT")
            spool.execute("CREATE TABLE later (what TEXT)")
            spool.commit()
        with closing(sqlite3.connect(history)) as database:
            database.execute(f"PRAGMA user_version={LATER_FORMAT}")
            rows = database.execute("SELECT count(*) FROM events").fetchone()[0]
        for file in state.glob("*.json"):
            document = json.loads(file.read_text())
            if isinstance(document, dict):
                file.write_text(json.dumps({**document, "later": {"what": 1}}))
        here = self.unit.cursor()
        self.unit.control("start")
        yield self.unit.active, f"later state: the service is {self.unit.show('ActiveState')}"
        yield self.service.numbers_go_on("later state", before)
        with closing(sqlite3.connect(history)) as database:
            found = database.execute("PRAGMA user_version").fetchone()[0]
            kept = database.execute("SELECT count(*) FROM events").fetchone()[0]
        same = (found, kept) == (LATER_FORMAT, rows)
        yield same, f"later state: the history is left as it is: format {found}, {kept} of {rows} events"
        said = [e["MESSAGE"] for e in self.service.said(here) if "later version" in e["MESSAGE"]]
        yield bool(said), f"later state: the journal says so: {(said or ['nothing'])[0][:120]}"
        self.unit.control("stop")
        self.run("sh", "-c", f"rm -f {STATE}/history.sqlite3*")
        self.unit.control("start")

    def is_upgraded_unattended(self) -> Findings:
        """By Debian's unattended-upgrades, once its owner has allowed this origin."""
        newest = self.repository.versions()[0]
        self.container.write(
            "/etc/apt/apt.conf.d/51edgeclassify",
            'Unattended-Upgrade::Origins-Pattern { "origin=edgeclassify"; };\n',
        )
        before = self.service.heard.events()
        pid = self.unit.pid
        done = self.container.result("unattended-upgrade", "--verbose", timeout=400)
        seen = self.repository.installed
        yield seen == newest, f"unattended-upgrade ends with {done.returncode}, {seen} is there"
        if seen != newest:
            yield False, done.stdout[-600:]
        yield self.service.restarted(pid), "unattended-upgrade: the service was restarted, and runs"
        yield self.run("cat", CONFIG).endswith(WRITTEN_BY_HAND), "unattended-upgrade: the config is kept"
        yield self.service.numbers_go_on("unattended-upgrade", before)
        self.run("rm", "/etc/apt/apt.conf.d/51edgeclassify")
