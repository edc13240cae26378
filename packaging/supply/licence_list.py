"""The list of all that is shipped, with its licences: licences/shipped.md, for people."""

from pathlib import Path

from supply.licences import Licences
from supply.packages import Package

SHIPPED = Path(__file__).resolve().parents[1] / "licences/shipped.md"
_HEAD = """# What the packages bring, and under which licences

Written by `make licences`, of the wheels of the lock files; what each wheel says of itself is judged by
[licences.toml](licences.toml). The text of each licence lies beside the code in the package, and in
`/usr/share/doc/edgeclassify/copyright`.
"""


def licence_list(wheels: dict[str, list[Package]]) -> str:
    """Lock → its packages, as Markdown."""
    licences = Licences()
    rows: dict[tuple[str, str], list[str]] = {}
    libraries: dict[tuple[str, str, str], None] = {}
    versions: dict[str, dict[str, str]] = {}
    for lock, packages in wheels.items():
        for package in packages:
            rows.setdefault((package.name, licences.of_package(package)), []).append(lock)
            versions.setdefault(package.name, {})[lock] = package.version
            for library in package.libraries:
                libraries[(*licences.of_library(library), package.name)] = None
    lines = [_HEAD, "| package | version | licence |", "|---|---|---|"]
    for (name, licence), locks in sorted(rows.items()):
        lines.append(
            f"| {name} | {_versions({lock: versions[name][lock] for lock in locks}, len(wheels))} | {licence} |"
        )
    lines += ["", "Native libraries that wheels bring along:", "", "| library | licence | in |", "|---|---|---|"]
    lines += [f"| {name} | {licence} | {package} |" for name, licence, package in sorted(libraries)]
    lines += ["", "Within our own package:", "", "| what | copyright | licence | files |", "|---|---|---|---|"]
    lines += [f"| {one.name} | {one.copyright} | {one.licence} | `{one.files}` |" for one in licences.within]
    return "\n".join(lines) + "\n"


def _versions(of_locks: dict[str, str], all_locks: int) -> str:
    """One version where all have the same, else each with the packages that have it."""
    by_version: dict[str, list[str]] = {}
    for lock, version in of_locks.items():
        by_version.setdefault(version, []).append(lock)
    if len(by_version) == 1 and len(of_locks) == all_locks:
        return next(iter(by_version))
    return "; ".join(f"{version} ({', '.join(locks)})" for version, locks in sorted(by_version.items()))
