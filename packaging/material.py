"""What a package of ours is made of: its licences and its bill of materials, of the wheels in a folder.

    material.py copyright FOLDER --site-packages PATH   Debian's copyright file, to standard output
    material.py sbom LOCK FOLDER                        CycloneDX 1.6, to standard output
    material.py list FOLDER...                          packaging/licences/shipped.md

FOLDER: the wheels of a lock, as `pip download` lays them. A folder for `list` is named after its lock. A part
whose licence nobody has looked at is refused with exit status 1.
"""

import argparse
import os
import sys
from pathlib import Path

from supply.debian_copyright import copyright_file
from supply.licence_list import SHIPPED, licence_list
from supply.licences import LicenceError
from supply.packages import read_wheels
from supply.project import project_version, wanted_by_project
from supply.sbom import bill_of_materials
from supply.targets import LOCKS


def main() -> None:
    """As above."""
    parser = argparse.ArgumentParser(description="licences and bill of materials of the wheels in a folder")
    kinds = parser.add_subparsers(dest="kind", required=True)
    asked = kinds.add_parser("copyright")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--site-packages", required=True)
    asked = kinds.add_parser("sbom")
    asked.add_argument("lock", choices=[name for name, lock in LOCKS.items() if len(lock.targets) == 1])
    asked.add_argument("folder", type=Path)
    asked = kinds.add_parser("list")
    asked.add_argument("folders", type=Path, nargs="+")
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
            SHIPPED.write_text(licence_list({folder.name: read_wheels(folder) for folder in options.folders}))
    except LicenceError as error:
        sys.exit(f"licences: {error}")


if __name__ == "__main__":
    main()
