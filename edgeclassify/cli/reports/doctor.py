"""The checks on a screen: one line each, with what to do below those that are not well."""

import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence

import click

from edgeclassify.doctor.interface import Finding, Standing
from edgeclassify.files import printable

_SIGNS = {
    Standing.OK: ("✓", "green"), Standing.UNKNOWN: ("?", "cyan"), Standing.WARNING: ("!", "yellow"),
    Standing.FAULT: ("✗", "red"),
}  # fmt: skip
_PLAIN = {"✓": "ok", "?": "? ", "!": "! ", "✗": "X "}
_WORDS = {Standing.FAULT: "fault", Standing.WARNING: "warning"}
_LEAST, _MOST = 50, 110
_NAME = 19


class DoctorScreen:
    """Writes as it goes. The ids of the checks are shown: who reads must be able to look one up."""

    def __init__(self) -> None:
        self._width = min(_MOST, max(_LEAST, shutil.get_terminal_size((80, 24)).columns))
        encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
        self._has_signs = "utf" in encoding and os.environ.get("TERM") != "linux-basic"

    def begin(self, title: str) -> None:
        """A group of checks."""
        click.secho(f"\n{title}", bold=True)

    def show(self, finding: Finding) -> None:
        """One finding."""
        sign, colour = _SIGNS[finding.standing]
        shown = sign if self._has_signs else _PLAIN[sign]
        subject = f"{finding.subject}: " if finding.subject else ""
        indent = " " * (3 + len(shown) + _NAME)
        said = printable(f"{subject}{' '.join(finding.found.split())}")  # names of devices among it
        body = textwrap.wrap(
            said, self._width - len(indent), break_on_hyphens=False,
            break_long_words=True,
        ) or [""]  # fmt: skip
        name = f"{finding.check:<{_NAME}}"
        click.echo(f" {click.style(shown, fg=colour, bold=True)} {click.style(name, fg=colour)} {body[0]}")
        for line in body[1:]:
            click.echo(f"{indent}{line}")
        if finding.remedy is not None:
            self._remedy(finding.remedy, indent)

    def _remedy(self, text: str, indent: str) -> None:
        arrow = "→ " if self._has_signs else "> "
        lines = textwrap.wrap(
            printable(" ".join(text.split())),
            self._width - len(indent) - 2,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for number, line in enumerate(lines):
            click.secho(f"{indent}{arrow if number == 0 else '  '}{line}", bold=True)

    def end(self, findings: Sequence[Finding]) -> None:
        """All of them in one line, and where more is told."""
        counts = Counter(finding.standing for finding in findings)
        words = [
            f"{counts[standing]} {word}{'' if counts[standing] == 1 else 's'}"
            for standing, word in _WORDS.items()
            if counts[standing]
        ]
        rest = f"{counts[Standing.OK]} ok, {counts[Standing.UNKNOWN]} not known"
        click.echo(f"\n{', '.join([*words, rest])}. Each name is explained in docs/troubleshooting.md.")
