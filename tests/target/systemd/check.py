"""Installs edgeclassify into roots made by build-root.sh, boots them, and looks at the service as systemd runs it.

Usage: python -m tests.target.systemd.check [--short] [--only ROOM] ROOT...
One line per check, and a table of the scenarios; exit status 1 when one failed. Several roots are looked at side
by side; what is done to a root is gone afterwards.

The parts are real: PID 1, journal, apt, mosquitto with a password, the model; photos are the camera. What a
container can't show is a video device, and MemoryMax= where the kernel gives it no memory controller.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.target.systemd.container import Container
from tests.target.systemd.fresh_root import fresh_root
from tests.target.systemd.results import Result, look, read, table, write
from tests.target.systemd.rooms.bad_days import BadDays
from tests.target.systemd.rooms.diagnosed import Diagnosed
from tests.target.systemd.rooms.first_run import FirstRun
from tests.target.systemd.rooms.full_disk import FullDisk
from tests.target.systemd.rooms.hanging import Hanging
from tests.target.systemd.rooms.installed import Installed
from tests.target.systemd.rooms.instances import Instances
from tests.target.systemd.rooms.interface import Room
from tests.target.systemd.rooms.package import Leaving, Package
from tests.target.systemd.rooms.rolled_out import RolledOut
from tests.target.systemd.rooms.running import Running
from tests.target.systemd.rooms.upgrading import OtherVersions, Upgrading
from tests.target.systemd.rooms.without_package import MakeUninstall, PackageOverIt, WithoutPackage
from tests.target.systemd.service import InstalledService

NEEDED = {"Package", "Installed", "Running"}
"""Rooms that bring the others what they stand on."""


def rooms(service: InstalledService) -> Iterator[Room]:
    """In their order: the package from its installation to its end, and then without it."""
    package = Package(service)
    if not package.repository.is_there:
        raise SystemExit(
            f"{service.container.root}: expected packages in srv/apt, found none; run build-packages.sh"
        )
    yield package
    yield Installed(service)
    yield Running(service)
    yield Diagnosed(service)
    yield Upgrading(package)
    yield Hanging(service)
    yield BadDays(service)
    yield RolledOut(service)
    yield Instances(service)
    yield FirstRun(service)
    yield OtherVersions(package)
    yield Leaving(package)
    yield WithoutPackage(service)
    yield MakeUninstall(service)
    yield PackageOverIt(package)
    yield FullDisk(package)


def look_at(root: Path, model: Path | None, short: bool, only: set[str]) -> list[Result]:
    """Every scenario in one root."""
    results = []
    with fresh_root(root) as fresh, Container(fresh) as container:
        service = InstalledService(container, model)
        try:
            for room in rooms(service):
                if only and type(room).__name__ not in only | NEEDED:
                    continue
                results += [look(room, scenario) for scenario in room.scenarios(short)]
        finally:
            service.close()
    return results


def look_at_each(roots: list[Path], arguments: list[str]) -> dict[str, Sequence[Result]]:
    """A process for each root, side by side."""
    found: dict[str, Sequence[Result]] = {}
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for root in roots:
            file = Path(folder) / root.name
            command = [sys.executable, "-m", __spec__.name, *arguments, "--results", str(file), str(root)]
            running[root] = (file, subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        for root, (file, process) in running.items():
            said = process.communicate()[0]
            print(f"{root}:\n{said}", flush=True)
            found[root.name] = read(file) if file.exists() else [_ended(said)]
    return found


def _ended(said: str) -> Result:
    last = (said.strip().splitlines() or ["nothing was said"])[-1]
    return Result("Check", "ended too early", (last,), 0, 0.0, last)


def main() -> int:
    """Run the checks; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, help="in place of the built-in one, with its labels")
    parser.add_argument("--short", action="store_true", help="leave out what mostly waits")
    parser.add_argument("--only", action="append", default=[], help="this room, beside those that it stands on")
    parser.add_argument("--results", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--table", type=Path, help="write the table into this file too")
    arguments = parser.parse_args()
    roots = [root.resolve() for root in arguments.roots]
    if len(roots) == 1:
        found: dict[str, Sequence[Result]] = {
            roots[0].name: look_at(roots[0], arguments.model, arguments.short, {*arguments.only})
        }
    else:
        found = look_at_each(
            roots, [argument for argument in sys.argv[1:] if Path(argument) not in arguments.roots]
        )
    if arguments.results:
        write(found[roots[0].name], arguments.results)
    else:
        print(table(found))
        if arguments.table:
            arguments.table.write_text(table(found) + "\n")
    failed = sum(bool(each.failed) for results in found.values() for each in results)
    print(f"{failed} scenarios failed" if failed else "all checks hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
