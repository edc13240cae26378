"""What a package is built for: a release of Debian, its Python, a processor."""

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class BuildError(Exception):
    """A package can't be built; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A release of Debian, and of the Raspberry Pi OS that is made of it. `systemd`: its version there."""

    name: str
    python: tuple[int, int]
    systemd: int


@dataclass(frozen=True, slots=True)
class Target:
    """`machine`: what wheels call the processor; `elf`: what readelf calls it.

    `from_debian`: packages of Debian in the place of wheels that are not made for this processor.
    """

    suite: Suite
    arch: str
    machine: str
    elf: str
    from_debian: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As its lock file is called."""
        return f"{self.suite.name}-{self.arch}"

    @property
    def lock(self) -> Path:
        """Which wheels, and their hashes."""
        return CHECKOUT / "packaging/locks" / f"{self.name}.txt"

    @property
    def python(self) -> str:
        """As in python3.11."""
        return "{}.{}".format(*self.suite.python)

    @property
    def next_python(self) -> str:
        """The first Python that its native wheels are not made for."""
        major, minor = self.suite.python
        return f"{major}.{minor + 1}"


_BOOKWORM = Suite("bookworm", (3, 11), 252)
_TRIXIE = Suite("trixie", (3, 13), 257)
_MACHINES = {
    "amd64": ("x86_64", "X86-64"),
    "arm64": ("aarch64", "AArch64"),
    "armhf": ("armv7l", "ARM"),
}


def target(suite_name: str, arch: str) -> Target:
    """The target of that name. Raises BuildError where there is none."""
    suites = {suite.name: suite for suite in (_BOOKWORM, _TRIXIE)}
    if suite_name not in suites:
        raise BuildError(f"SUITE={suite_name}: there is no such build; one of {', '.join(suites)}")
    if arch not in _MACHINES:
        raise BuildError(f"ARCH={arch}: there is no such build; one of {', '.join(_MACHINES)}")
    suite = suites[suite_name]
    if arch == "armhf" and suite is not _BOOKWORM:
        raise BuildError(
            f"ARCH=armhf SUITE={suite_name}: neither LiteRT nor tflite-runtime has a 32-bit wheel for Python "
            "{}.{}; build for arm64, or for a 32-bit bookworm".format(*suite.python)
        )
    from_debian = ("python3-numpy", "python3-opencv") if arch == "armhf" else ()
    return Target(suite, arch, *_MACHINES[arch], from_debian)
