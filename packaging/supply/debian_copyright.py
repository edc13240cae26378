"""The copyright file of a Debian package, in its machine-readable form (DEP 5).

Each wheel is a paragraph of its own, and keeps its licence files beside its code. A licence that lies on every
Debian is named by its place there, another one is quoted from a wheel that is under it alone.
"""

import re
from collections.abc import Iterable

from supply.licences import Licences, parts
from supply.packages import Package

_COMMON = {
    "Apache-2.0": "Apache-2.0",
    "GPL-3.0-or-later": "GPL-3",
    "LGPL-2.1-or-later": "LGPL-2.1",
    "MPL-2.0": "MPL-2.0",
    "CC0-1.0": "CC0-1.0",
}
_HOLDER = re.compile(r"^\W*(?:Copyright|©)\s*(?:\(c\)|©)?[\s:]*(.{4,90}?)\s*$", re.IGNORECASE)
_NOT_A_HOLDER = re.compile(
    r"\[yyyy\]|\{yyyy\}|notice|license|owner|holder|software foundation, inc|law|the work|permission",
    re.IGNORECASE,
)
_TOLD = {
    "Apache-2.0": "the Apache License, version 2.0",
    "CC0-1.0": "CC0 1.0: no rights reserved",
    "GPL-3.0-or-later": "the GNU General Public License, version 3 or later",
    "LGPL-2.1-or-later": "the GNU Lesser General Public License, version 2.1 or later",
    "MPL-2.0": "the Mozilla Public License, version 2.0",
}


def copyright_file(packages: Iterable[Package], site_packages: str, homepage: str = "") -> str:
    """The whole file. `site_packages`: where the wheels lie in the package, such as "usr/lib/x/site-packages"."""
    licences, packages = Licences(), list(packages)
    found = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: edgeclassify"
    ]
    if homepage:
        found[0] += f"\nSource: {homepage}"
    found.append("Files: *\nCopyright: the authors of edgeclassify\nLicense: Apache-2.0")
    used = {"Apache-2.0"}
    for one in licences.within:
        found.append(
            f"Files: {site_packages}/{one.files}\nCopyright: {one.copyright}\nLicense: {one.licence}\n"
            f"Comment: {one.name}"
        )
        used |= parts(one.licence)
    for package in packages:
        licence = licences.of_package(package)
        used |= parts(licence)
        found.append(_paragraph(package, licence, site_packages))
        for library in package.libraries:
            name, licence = licences.of_library(library)
            used |= parts(licence)
            found.append(
                f"Files: {site_packages}/*.libs/{library.file}\nCopyright: the authors of {name}\n"
                f"License: {_field(licence)}\nComment: {name}, as {package.name} brings it"
            )
    found += [_licence(one, packages, licences, site_packages) for one in sorted(used)]
    return "\n\n".join(found) + "\n"


def _paragraph(package: Package, licence: str, site_packages: str) -> str:
    files = "\n ".join(
        f"{site_packages}/{name}{'' if name.endswith('.py') or '.so' in name else '/*'}"
        for name in package.top_level
    )
    holders = "\n ".join(_holders(package))
    comment = f"{package.name} {package.version}: {package.summary}".rstrip(": ")
    return f"Files: {files}\nCopyright: {holders}\nLicense: {_field(licence)}\nComment: {comment}"


def _holders(package: Package) -> list[str]:
    """As its licence files name them, the first few."""
    found: dict[str, None] = {}
    for text in package.licence_files.values():
        for line in text.splitlines():
            holder = _HOLDER.match(line)
            if holder and not _NOT_A_HOLDER.search(holder[1]):
                found[holder[1]] = None
    return list(found)[:8] or [f"the authors of {package.name}"]


def _field(licence: str) -> str:
    """An SPDX expression in Debian's words."""
    return _short(licence).replace(" AND ", " and ").replace(" OR ", " or ").replace("(", "").replace(")", "")


def _short(licence: str) -> str:
    """Debian writes an exception with the word."""
    return licence.replace("GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3.0-or-later with GCC-3.1 exception")


def _licence(licence: str, packages: list[Package], licences: Licences, site_packages: str) -> str:
    """A paragraph of its own for a licence that others name."""
    base = licence.partition(" WITH ")[0]
    if base in _COMMON:
        place = f"/usr/share/common-licenses/{_COMMON[base]}"
        body = f"This is {_TOLD[base]}.\nOn Debian systems its whole text lies in {place}."
        if base != licence:
            body += (
                "\nThe GCC Runtime Library Exception, version 3.1, lets programs of any licence bring it along."
            )
    else:
        alone = [one for one in packages if licences.of_package(one) == licence and one.licence_files]
        body = (
            next(iter(alone[0].licence_files.values())) if alone else _elsewhere(licence, packages, site_packages)
        )
    lines = [f" {line.rstrip()}" if line.strip() else " ." for line in body.strip().splitlines()]
    return "\n".join([f"License: {_short(licence)}", *lines])


def _elsewhere(licence: str, packages: list[Package], site_packages: str) -> str:
    """Where the text of a licence lies that no wheel is under alone."""
    licences = Licences()
    files = [
        f"/{site_packages}/{path}"
        for package in packages
        for path in package.licence_files
        if licence in parts(licences.of_package(package))
        or any(licence in parts(licences.of_library(library)[1]) for library in package.libraries)
    ]
    return "\n".join(["The text lies with the code, in one of", *files[:12]])
