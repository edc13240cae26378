"""What dpkg reads of a package: fields, checksums, the scripts that it runs."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from pathlib import Path

from target import CHECKOUT, Target

MAINTAINER = os.environ.get("DEB_MAINTAINER", "edgeclassify maintainers <maintainers@edgeclassify.invalid>")
"""Who publishes packages names an address here."""
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_FOLDER = CHECKOUT / "packaging/deb/scripts"

_DESCRIPTION = """Raspberry Pi with a camera as a trustworthy MQTT sensor
 A service that takes frames from a camera (CSI, USB, or a network stream),
 runs a quantized image classifier on the processor, turns noisy scores into
 states and events, and publishes labels over MQTT: is the gate open, is the
 cat at the feeder, is the workbench in use.
 .
 It is made to run unattended for months, announces itself to Home Assistant,
 has a page for browsers, and is taught classes of one's own from a few
 pictures. A built-in model comes with it.
 .
 After the installation: sudo edgeclassify setup
"""


def fields(target: Target, version: str, installed_kib: int, libraries: Sequence[str]) -> str:
    """The control file. `libraries`: the packages that its native code needs."""
    depends = [
        f"python3 (>= {target.python})", f"python3 (<< {target.next_python})", *target.from_debian, *libraries,
        "systemd | systemd-standalone-sysusers", "systemd | systemd-standalone-tmpfiles",
    ]  # fmt: skip
    lines = {
        "Package": "edgeclassify",
        "Version": version,
        "Architecture": target.arch,
        "Maintainer": MAINTAINER,
        "Installed-Size": str(installed_kib),
        "Depends": ", ".join(depends),
        "Recommends": "python3-picamera2, python3-libcamera",
        "Suggests": "avahi-daemon, libnss-mdns, mosquitto, python3-cryptography",
        "Section": "net",
        "Priority": "optional",
        "Description": _DESCRIPTION.rstrip("\n"),
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def changelog(target: Target, version: str, epoch: int) -> str:
    """Debian's own: what changed in the program stands in the other one."""
    return (
        f"edgeclassify ({version}) {target.suite.name}; urgency=medium\n\n"
        f"  * Built for Python {target.python}.\n"
        "    What has changed: /usr/share/doc/edgeclassify/changelog.gz\n\n"
        f" -- {MAINTAINER}  {formatdate(epoch)}\n"
    )


def lay_control(tree: Path, control: str, conffile: str, values: Mapping[str, str]) -> None:
    """Into the folder DEBIAN of the tree. `values`: what stands for @NAME@ in the scripts."""
    folder = tree / "DEBIAN"
    folder.mkdir()
    (folder / "control").write_text(control)
    (folder / "conffiles").write_text(f"/{conffile}\n")
    (folder / "md5sums").write_text(_checksums(tree, conffile))
    for name in SCRIPTS:
        text = (_FOLDER / name).read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        (folder / name).write_text(text)


def installed_kib(tree: Path) -> int:
    """As dpkg counts: each file in whole KiB, one for each folder and link."""
    return sum(
        -(-path.stat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1
        for path in tree.rglob("*")
    )


def _checksums(tree: Path, conffile: str) -> str:
    lines = []
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and not path.is_symlink() and name != conffile and not name.startswith("DEBIAN/"):
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {name}\n")
    return "".join(lines)
