"""Writes the files beside it from edgeclassify/service/units, as a package of today's Debian has them.

Usage: python systemd/generate.py. They are for those who read or copy them; `edgeclassify service install` and the
package make their own.
"""

from pathlib import Path

from edgeclassify.service.files import Layout, service_files

HERE = Path(__file__).parent
DEBIAN_TRIXIE = Layout(Path("/usr/bin/edgeclassify"), Path("/usr/lib"), 257)
_KINDS = {"sysusers.d": "sysusers", "tmpfiles.d": "tmpfiles"}


def shown_files() -> dict[str, str]:
    """Name in this folder → content."""
    return {_name(file.path): file.text for file in service_files(DEBIAN_TRIXIE)}


def _name(path: Path) -> str:
    kind = _KINDS.get(path.parent.name)
    return path.name if kind is None else f"{path.stem}.{kind}"


if __name__ == "__main__":
    for name, text in shown_files().items():
        (HERE / name).write_text(text, encoding="utf-8")
