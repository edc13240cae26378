"""What a package of ours is made of: its licences and its bill of materials, of the wheels in a folder.

    material.py copyright FOLDER --site-packages PATH   Debian's copyright file, to standard output
    material.py sbom LOCK FOLDER                        CycloneDX 1.6, to standard output
    material.py list FOLDER                             packaging/licences/shipped.md, of all locks

FOLDER: the wheels of a lock, as `pip download` lays them. That of `list` has one in it for each lock; what is not
there is fetched. A part whose licence nobody has looked at is refused with exit status 1.
"""

import argparse
import os
import sys
from pathlib import Path

from supply.debian_copyright import copyright_file
from supply.downloads import download
from supply.licence_list import SHIPPED, licence_list
from supply.licences import LicenceError
from supply.lock_files import LOCKS as FOLDER, read
from supply.packages import Package, read_wheels
from supply.project import project_version, wanted_by_project
from supply.sbom import bill_of_materials
from supply.targets import LOCKS

PACKAGES = tuple(name for name, lock in LOCKS.items() if len(lock.targets) == 1)


def _wheels_of_all(folder: Path) -> dict[str, list[Package]]:
    """Lock → its packages, for each that is shipped."""
    found = {}
    for name in PACKAGES:
        download(name, folder / name)
        locked = read(FOLDER / f"{name}.txt")
        found[name] = [one for one in read_wheels(folder / name) if one.sha256 in locked[one.name].digests]
    return found


def main() -> None:
    """As above."""
    parser = argparse.ArgumentParser(description="licences and bill of materials of the wheels in a folder")
    kinds = parser.add_subparsers(dest="kind", required=True)
    asked = kinds.add_parser("copyright")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--site-packages", required=True)
    asked = kinds.add_parser("sbom")
    asked.add_argument("lock", choices=PACKAGES)
    asked.add_argument("folder", type=Path)
    asked = kinds.add_parser("list")
    asked.add_argument("folder", type=Path)
    options = parser.parse_args()
    try:
        if options.kind == "copyright":
            sys.stdout.write(copyright_file(read_wheels(options.folder), options.site_packages))
        elif options.kind == "sbom":
            lock = LOCKS[options.lock]
            (target,) = lock.targets
            epoch, wanted = int(os.environ.get("SOURCE_DATE_EPOCH", "0")), wanted_by_project(target, lock.extras)
            packages = read_wheels(options.folder)
            sys.stdout.write(bill_of_materials(options.lock, project_version(), target, packages, wanted, epoch))
        else:
            SHIPPED.write_text(licence_list(_wheels_of_all(options.folder)))
    except LicenceError as error:
        sys.exit(f"licences: {error}")


if __name__ == "__main__":
    main()
