"""The package, by the machine's own apt: installed, over a hand-edited config, taken away, purged."""

import time

from tests.target.systemd.apt import PACKAGE, Repository
from tests.target.systemd.broker import retained_status
from tests.target.systemd.container import soon
from tests.target.systemd.files_left import accounts_in, files_in
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, NAME, PASSWORD_FILE, STATE, InstalledService

PARTS = ("/usr/lib/edgeclassify", "/usr/bin/edgeclassify", f"/usr/lib/systemd/system/{NAME}")
WRITTEN_BY_HAND = "# written by hand\n"
SECRET = "/etc/credstore/edgeclassify-barn.mqtt-password"


class Package(Room):
    """From a bare system to the service, and back."""

    def __init__(self, service: InstalledService) -> None:
        super().__init__(service)
        self.repository = Repository(self.container)
        self.files_before: set[str] = set()
        self.accounts_before: set[str] = set()

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """The beginning; `Leaving` has the end."""
        return (self.is_installed, self.is_installed_over_a_config)

    def is_installed(self) -> Findings:
        self.repository.serve("before")
        self.files_before, self.accounts_before = files_in(self.container.root), accounts_in(self.container.root)
        started = time.monotonic()
        done = self.repository.install()
        took_s = time.monotonic() - started
        version = self.repository.installed
        yield (
            done.returncode == 0 and bool(version),
            f"apt-get install ends with {done.returncode} after {took_s:.0f} s",
        )
        if done.returncode:
            raise SystemExit(done.stdout)
        said = self.run("edgeclassify", "--version", check=False).strip()
        yield version.split("-")[0] in said, f"the command is there: {said}"
        seen = self.run("stat", "--format=%U:%G %a", CONFIG).strip()
        yield seen == "root:edgeclassify 640", f"the new config is {seen}"
        damaged = self.run("dpkg", "--verify", PACKAGE, check=False).strip()
        yield not damaged, f"dpkg --verify: {damaged or 'clean'}"
        failed = self.run("systemctl", "--failed", "--no-legend", "--plain").strip()
        yield not failed, f"units that failed: {failed or 'none'}"
        pages = self.run("sh", "-c", "ls /usr/share/man/man1/edgeclassify*.1* | wc -l").strip()
        yield int(pages) > 20, f"man pages: {pages}"

    def is_installed_over_a_config(self) -> Findings:
        """Again, where somebody has edited the config; nothing is asked."""
        edited = self.service.config() + WRITTEN_BY_HAND
        self.container.write(CONFIG, edited)
        done = self.repository.install("--reinstall")
        kept = self.run("cat", CONFIG) == edited
        yield (
            done.returncode == 0 and kept,
            f"installed again, {done.returncode}: what was written by hand is kept",
        )


class Leaving(Room):
    """The package goes, and with it all that was its."""

    def __init__(self, package: Package) -> None:
        super().__init__(package.service)
        self.package = package

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All: they take seconds."""
        return (self.is_removed, self.comes_back, self.is_purged)

    def is_removed(self) -> Findings:
        self.run("systemctl", "enable", "--quiet", NAME)
        self.service.publishes()
        done = self.package.repository.apt_get("remove", PACKAGE)
        there = [path for path in PARTS if self.container.exists(path)]
        yield done.returncode == 0 and not there, f"apt-get remove: what is there: {there or 'nothing'}"
        kept = all(map(self.container.exists, (CONFIG, PASSWORD_FILE, f"{STATE}/spool.sqlite3")))
        yield kept, "apt-get remove: config, password and state are kept"
        left = retained_status(self.container)
        yield (
            left not in ("online", "offline"),
            f"apt-get remove: the broker keeps nothing of the node: {left or 'nothing'}",
        )
        pid = self.run("pgrep", "-u", "edgeclassify", check=False).strip()
        yield not pid, f"apt-get remove: processes that go on: {pid or 'none'}"

    def comes_back(self) -> Findings:
        before = self.service.heard.events()
        done = self.package.repository.install()
        yield done.returncode == 0, f"installed again after it was removed: {done.returncode}"
        again = soon(lambda: self.unit.active)
        yield bool(again), f"installed again: what is enabled is {self.unit.show('ActiveState')} by itself"
        self.unit.control("start")
        yield self.service.numbers_go_on("installed again", before)

    def is_purged(self) -> Findings:
        """Where the state lies on a disk of its own, and a password in systemd's store."""
        self.unit.control("stop")
        store_there = self.container.exists("/etc/credstore")
        self.run("install", "-d", "-m", "700", "/etc/credstore")
        self.container.write(SECRET, "secret")
        self.run("mount", "--bind", STATE, STATE)
        done = self.package.repository.apt_get("purge", PACKAGE)
        yield done.returncode == 0, f"apt-get purge ends with {done.returncode}"
        yield not self.container.exists(SECRET), "apt-get purge: the password in systemd's store is gone"
        self.run("umount", STATE)
        self.run("rmdir", STATE)  # fails where something is in it
        if not store_there:
            self.run("rmdir", "/etc/credstore")
        left = soon(lambda: not self._files_left()) or self._files_left()
        yield left is True, f"apt-get purge: files left: {left if left is not True else 'none'}"
        accounts = accounts_in(self.container.root) - self.package.accounts_before
        yield not accounts, f"apt-get purge: accounts left: {accounts or 'none'}"
        known = self.run("systemctl", "list-unit-files", "--no-legend", "edgeclassify*", check=False).strip()
        yield not known, f"apt-get purge: units left: {known or 'none'}"

    def _files_left(self) -> list[str]:
        drop_ins = f"/etc/systemd/system/{NAME}.d"  # of these checks
        return sorted(
            path
            for path in files_in(self.container.root) - self.package.files_before
            if not path.startswith(drop_ins)
        )
