"""All that must hold before a release, as one table: `make release-check`.

Exit status 1 where something does not. What can't be looked at here (the advisories of pip-audit, without a way to
them) is one of them, unless `--offline` says that somebody else has done it. See docs/release.md.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from supply import built, checks
from supply.lock_files import LOCKS as FOLDER
from supply.project import PROJECT, project_version


class Table:
    """Rows of name and what came of it; remembers whether one was a fault."""

    def __init__(self) -> None:
        self.has_faults = False

    def row(self, name: str, find: Callable[[], Iterable[str]]) -> None:
        """Look, and say it at once: some rows take a minute."""
        print(f"{name:44}", end="", flush=True)
        try:
            faults = list(find())
        except subprocess.CalledProcessError as error:
            faults = [f"{Path(error.cmd[0]).name}: {(error.stderr or error.stdout or '').strip()[-500:]}"]
        print("ok" if not faults else "FAULT")
        for fault in faults:
            print(f"  {fault}")
        self.has_faults |= bool(faults)


def _work_tree() -> Iterable[str]:
    """What is not committed, and a tag that is there already."""
    git = ["git", "-C", str(PROJECT.parent)]
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    yield from (f"not committed: {line[3:]}" for line in changed.splitlines())
    tag = f"v{project_version()}"
    if subprocess.run([*git, "tag", "--list", tag], capture_output=True, text=True, check=True).stdout.strip():
        yield f"{tag} is there already: the version in edgeclassify/__init__.py is released"


def _audit(lock: Path, offline: bool) -> Iterable[str]:
    try:
        return list(checks.audit_faults(lock))
    except checks.NotDoneError as error:
        if offline:
            print(f"NOT DONE here ({error}): ", end="")
            return []
        return [f"not done: {error}; where there is no way to the advisories, --offline"]


def _built(folder: Path, packages: list[Path]) -> Iterable[str]:
    packages.extend(built.build(folder))
    return ()


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description="all that must hold before a release")
    parser.add_argument("--offline", action="store_true", help="pip-audit may find no advisories")
    parser.add_argument(
        "--unreleased", action="store_true", help="not yet: no day in the changelog, work not committed"
    )
    options = parser.parse_args()
    table = Table()
    if not options.unreleased:
        table.row("version and changelog", checks.version_faults)
        table.row("work tree and tag", _work_tree)
    table.row("lock files", checks.lock_faults)
    table.row("list of licences", checks.licence_faults)
    for lock in sorted(FOLDER.glob("*.txt")):
        table.row(f"known faults, {lock.stem}", lambda lock=lock: _audit(lock, options.offline))  # type: ignore[misc]
    with tempfile.TemporaryDirectory(prefix="edgeclassify-release-") as name:
        folder = Path(name)
        packages: list[Path] = []
        table.row("wheel and source archive are built", lambda: _built(folder, packages))
        if packages:
            wheel, source = packages
            table.row("what is in them", lambda: built.content_faults(wheel, source))
            table.row("twine check", lambda: built.twine_faults(wheel, source))
            table.row("the wheel in a bare environment, its demo", lambda: built.run_faults(wheel, folder))
    sys.exit(int(table.has_faults))


if __name__ == "__main__":
    main()
