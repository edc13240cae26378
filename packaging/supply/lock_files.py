"""A lock file, read and written: each package's version and the digests of its wheels."""

from dataclasses import dataclass, field
from pathlib import Path

LOCKS = Path(__file__).resolve().parents[1] / "locks"


@dataclass
class Chosen:
    """A package of a lock: its version, and the digests of its wheels."""

    version: str
    digests: set[str] = field(default_factory=set)


def read(path: Path) -> dict[str, Chosen]:
    """A lock file as it lies there; nothing where there is none."""
    found: dict[str, Chosen] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        if "==" in line and not line.startswith("#"):
            name, _, version = line.rstrip(" \\").partition("==")
            found[name] = Chosen(version)
        elif "--hash=sha256:" in line:
            found[name].digests.add(line.strip().rstrip(" \\").removeprefix("--hash=sha256:"))
    return found


def text(name: str, chosen: dict[str, Chosen]) -> str:
    """The file of that lock."""
    lines = [f"# Written by packaging/lock.py {name}. Do not edit."]
    for package, one in sorted(chosen.items()):
        lines.append(f"{package}=={one.version} \\")
        lines += [f"    --hash=sha256:{digest} \\" for digest in sorted(one.digests)]
        lines[-1] = lines[-1].removesuffix(" \\")
    return "\n".join(lines) + "\n"
