"""Under which licence each shipped part is, judged by licences/licences.toml; what it does not know is refused."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.packages import Library, Package

RULES = Path(__file__).resolve().parents[1] / "licences/licences.toml"


class LicenceError(Exception):
    """Something is to be shipped whose licence nobody has looked at; the message says what to do."""


@dataclass(frozen=True)
class Within:
    """What lies in our own package and was made by others. `files`: a pattern from the checkout on."""

    files: str
    name: str
    copyright: str
    licence: str


class Licences:
    """What the rules say. Licences are SPDX expressions."""

    def __init__(self, rules: Path = RULES) -> None:
        self._rules: dict[str, Any] = tomllib.loads(rules.read_text())
        self._path = rules

    @property
    def within(self) -> list[Within]:
        """What others made of our own package."""
        return [Within(**table) for table in self._rules["within"]]

    def of_package(self, package: Package) -> str:
        """Raises LicenceError where it is not clear, or not one that may be shipped."""
        if package.stated and self._is_accepted(package.stated[0]):
            return package.stated[0]
        words = self._rules["words"]
        licence = next((words[said] for said in package.stated if said in words), None)
        if licence is None:
            licence = self._rules["packages"].get(package.name, {}).get("licence")
        if licence is None:
            said = "; ".join(text.splitlines()[0] for text in package.stated) or "nothing"
            raise LicenceError(
                f"{package.name} {package.version} says of its licence: {said}. That is no SPDX expression of "
                f"`accepted`: read its licence file, then add it to {self._path}"
            )
        return self._accepted(licence, package.name)

    def of_library(self, library: Library) -> tuple[str, str]:
        """Name and licence of what a wheel brings along. Raises LicenceError where it is not known."""
        stem = re.split(r"-[0-9a-z]|\.so|p-r0|64_p", library.file)[0]
        known = self._rules["libraries"].get(stem)
        if known is None:
            raise LicenceError(
                f"{library.file}: nobody has looked at this library. Name {stem} in {self._path}, [libraries]"
            )
        return known["name"], self._accepted(known["licence"], library.file)

    def _accepted(self, licence: str, what: str) -> str:
        if not self._is_accepted(licence):
            raise LicenceError(f"{what} is under {licence}: not among `accepted` in {self._path}")
        return licence

    def _is_accepted(self, licence: str) -> bool:
        return parts(licence) <= set(self._rules["accepted"])


def parts(licence: str) -> set[str]:
    """The single licences of an SPDX expression, each with its exception."""
    return set(re.split(r" (?:AND|OR) ", licence.replace("(", "").replace(")", "")))
