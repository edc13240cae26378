"""The package where there is no room for it: nothing is half there, and it works once there is."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.target.systemd.apt import PACKAGE
from tests.target.systemd.container import soon
from tests.target.systemd.rooms.installed import Installed
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.rooms.package import Package
from tests.target.systemd.service import CONFIG

LAYER = "/var/full-disk"


class FullDisk(Room):
    """The package is not installed."""

    def __init__(self, package: Package) -> None:
        super().__init__(package.service)
        self.repository = package.repository

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """Only where there is time."""
        return () if short else (self.first_installation, self.upgrade)

    def first_installation(self) -> Findings:
        self.repository.serve("before")
        with self._room_in("/usr/lib", "20M"):
            done = self.repository.install()
            said = [line for line in done.stdout.splitlines() if "make room" in line]
            yield done.returncode != 0 and bool(said), f"full disk: apt-get ends with {done.returncode}: {said}"
            there = [path for path in ("/usr/bin/edgeclassify", CONFIG) if self.container.exists(path)]
            yield not self.repository.installed and not there, f"full disk: what is there: {there or 'nothing'}"
        done = self.repository.install()
        seen = self.repository.installed
        yield done.returncode == 0 and bool(seen), f"full disk: with room again it is installed: {seen}"

    def upgrade(self) -> Findings:
        """The disk is full while the service runs: the version before goes on."""
        yield from Installed(self.service).rights()
        self.service.close()  # what was heard of a node whose state is purged
        self.service.start_afresh(self.service.config())
        self.repository.serve("now")
        before = self.repository.installed
        with self._room_in("/usr/lib", "20M"):
            done = self.repository.install()
            seen = self.repository.installed
            yield done.returncode != 0, f"upgrade on a full disk: apt-get ends with {done.returncode}"
            yield seen == before, f"upgrade on a full disk: {seen} is still there"
            runs = soon(lambda: self.unit.active)
            yield runs and self.service.publishes(), "upgrade on a full disk: the version before goes on"
        done = self.repository.install()
        yield self.repository.installed != before, f"upgrade with room again: {self.repository.installed}"
        self.repository.apt_get("purge", PACKAGE)

    @contextmanager
    def _room_in(self, folder: str, size: str) -> Iterator[None]:
        """Only so much may be written to a folder, which shows what it held; afterwards that is gone again."""
        self.run("mkdir", "-p", LAYER)
        self.run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", LAYER)
        self.run("mkdir", f"{LAYER}/layer", f"{LAYER}/work")
        options = f"lowerdir={folder},upperdir={LAYER}/layer,workdir={LAYER}/work"
        self.run("mount", "-t", "overlay", "overlay", "-o", options, folder)
        try:
            yield
        finally:
            self.run("umount", "--lazy", folder)
            self.run("umount", "--lazy", LAYER)
            self.run("rmdir", LAYER)
