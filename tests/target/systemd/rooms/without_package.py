"""Without the package: `make install`, which is `edgeclassify service install`, and the package over it."""

import re
import time

from tests.target.systemd.apt import PACKAGE
from tests.target.systemd.broker import retained_status
from tests.target.systemd.paths import CHECKOUT
from tests.target.systemd.rooms.installed import Installed
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.rooms.package import Package
from tests.target.systemd.service import CONFIG, NAME, PASSWORD_FILE, STATE

PROJECT = "/root/edgeclassify"
LATER = "99.0"
OLD_PLACES = ("/opt/edgeclassify", "/usr/local/bin/edgeclassify")


class WithoutPackage(Room):
    """On a system that the package is not on, or is no longer on."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All, in this order."""
        return (self.make_install, self.make_install_again, self.works)

    def make_install(self) -> Findings:
        self.service.close()  # what was heard of a node whose state is purged; numbers begin again
        self.container.copy(CHECKOUT, PROJECT)
        started = time.monotonic()
        done = self.service.make("install")
        took_s = time.monotonic() - started
        yield done.returncode == 0, f"make install ends with {done.returncode} after {took_s:.0f} s"
        if done.returncode:
            raise SystemExit(done.stdout)
        seen = self.run("stat", "--format=%U:%G %a", CONFIG).strip()
        yield seen == "root:edgeclassify 640", f"the new config is {seen}"

    def make_install_again(self) -> Findings:
        self.container.write(CONFIG, self.service.config())
        package = self.container.root / PROJECT[1:] / "edgeclassify/__init__.py"
        package.write_text(re.sub("__version__ = .*", f'__version__ = "{LATER}"', package.read_text()))
        done = self.service.make("install")
        kept = self.run("cat", CONFIG) == self.service.config()
        version = self.run("edgeclassify", "--version", check=False)
        yield LATER in version and kept, "a second make install upgrades and keeps the config"
        if LATER not in version:
            yield False, done.stdout
        litter = [*package.parents[1].glob("build"), *package.parents[1].glob("*.egg-info")]
        yield not litter, "nothing is left behind in the checkout"

    def works(self) -> Findings:
        for holds, seen in Installed(self.service).all():
            yield holds, f"make install: {seen}"
        self.run("systemctl", "enable", "--quiet", NAME)
        self.service.start_afresh(self.service.config())
        yield self.unit.active, f"make install: the service is {self.unit.show('ActiveState')}"
        yield self.service.publishes(), "make install: it publishes"
        status = self.container.result("edgeclassify", "service", "status")
        yield (
            "Traceback" not in status.stdout and NAME in status.stdout,
            f"service status ends with {status.returncode}",
        )


class MakeUninstall(Room):
    """The end of what `make install` brought."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """One."""
        return (self.make_uninstall,)

    def make_uninstall(self) -> Findings:
        done = self.service.make("uninstall")
        gone = self.container.result("systemctl", "cat", NAME).returncode != 0
        gone = gone and not self.container.exists("/opt/edgeclassify")
        yield (
            done.returncode == 0 and gone,
            f"make uninstall ends with {done.returncode}: unit and package are gone",
        )
        kept = all(map(self.container.exists, (CONFIG, PASSWORD_FILE, f"{STATE}/spool.sqlite3")))
        yield kept, "make uninstall: config, password and state are kept"
        left = retained_status(self.container)
        yield (
            left not in ("online", "offline"),
            f"make uninstall: the broker keeps nothing of the node: {left or 'nothing'}",
        )


class PackageOverIt(Room):
    """Who installed without the package gets it."""

    def __init__(self, package: Package) -> None:
        super().__init__(package.service)
        self.repository = package.repository

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """One."""
        return (self.package_over_it,)

    def package_over_it(self) -> Findings:
        """Who installed without the package gets the package: one service, with the same config and numbers."""
        done = self.service.make("install")
        yield done.returncode == 0, f"make install ends with {done.returncode}"
        Installed(self.service).set_short_times()
        self.run("systemctl", "enable", "--quiet", NAME)
        self.service.start_afresh(self.service.config())
        self.service.publishes()
        before, pid = self.service.heard.events(), self.unit.pid
        self.repository.serve("now")
        done = self.repository.install()
        yield done.returncode == 0, f"the package over it: apt-get ends with {done.returncode}"
        if done.returncode:
            yield False, done.stdout[-800:]
        unit = self.unit.show("FragmentPath")
        yield unit.startswith(("/usr/lib/systemd/", "/lib/systemd/")), f"the package over it: the unit is {unit}"
        yield self.service.restarted(pid), "the package over it: the service was restarted, and runs"
        enabled = self.unit.control("is-enabled", check=False).strip()
        yield enabled == "enabled", f"the package over it: the service is {enabled}"
        command = self.run("sh", "-c", "command -v edgeclassify").strip()
        yield command == "/usr/bin/edgeclassify", f"the package over it: the command is {command}"
        old = [path for path in OLD_PLACES if self.container.exists(path)]
        yield not old, f"the package over it: left of the one before: {old or 'nothing'}"
        kept = self.run("cat", CONFIG) == self.service.config()
        yield kept, "the package over it: the config is kept"
        yield self.service.numbers_go_on("the package over it", before)
        self.repository.apt_get("purge", PACKAGE)
