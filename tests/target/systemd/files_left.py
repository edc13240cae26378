"""What lies in a root, to see what an installation that is gone has left."""

from pathlib import Path

LOOKED_AT = ("etc", "opt", "root", "srv", "usr", "var")
NOT_OURS = (
    "etc/.pwd.lock", "etc/apt", "etc/dpkg/dpkg.cfg.d/checks", "etc/ld.so.cache", "etc/mosquitto",
    "root/edgeclassify", "srv/apt", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/lib/mosquitto",
    "var/lib/private", "var/lib/systemd", "var/lib/ucf", "var/lib/unattended-upgrades", "var/log", "var/tmp",
    "etc/systemd/system/multi-user.target.wants/mosquitto.service", "var/rebooted",
)  # fmt: skip
"""Of apt, of the broker, of the machine itself."""
ACCOUNTS = ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow")


def files_in(root: Path) -> set[str]:
    """Paths of all files and folders below the root that an installation may have made."""
    found = set()
    for top in LOOKED_AT:
        for path in (root / top).rglob("*"):
            name = str(path.relative_to(root))
            if "__pycache__" not in path.parts and not name.startswith(NOT_OURS):
                found.add(f"/{name}")
    return found


def accounts_in(root: Path) -> set[str]:
    """Names in the files of users and groups."""
    lines = (line for file in ACCOUNTS for line in (root / file).read_text().splitlines())
    return {line.split(":")[0] for line in lines}
