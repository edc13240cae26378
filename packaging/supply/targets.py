"""The lock files: for which machines each is, and what it is to hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from packaging.requirements import Requirement

# What a user of the package finds there: the page, the demo with its broker, the questions of the setup. A package
# can't be added to later, so the second runtime comes along where it exists.
SHIPPED = ("demo", "setup", "tflite-runtime", "web")
# The demo's broker asks for more than there is for a 32-bit ARM (psutil, argon2).
SHIPPED_ARMHF = tuple(extra for extra in SHIPPED if extra != "demo")
# Debian's own in Bookworm, where PyPI has no wheels for a 32-bit ARM: the package depends on python3-NAME.
BOOKWORM_ARMHF = {"numpy": "1.24.2", "opencv-python-headless": "4.6.0"}


@dataclass(frozen=True)
class Target:
    """A machine and a Python that wheels are chosen for."""

    python: str
    machine: str
    glibc: int  # the minor version: 2.36 in Bookworm

    def tags(self) -> Iterator[str]:
        """The platform tags of wheels that run there, best first."""
        oldest = 5 if self.machine == "x86_64" else 17
        legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
        for minor in range(self.glibc, oldest - 1, -1):
            yield f"manylinux_2_{minor}_{self.machine}"
            if minor in legacy:
                yield f"{legacy[minor]}_{self.machine}"

    def wants(self, requirement: Requirement, extra: str = "") -> bool:
        """Does its marker hold there?"""
        here = {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "platform_machine": self.machine,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "os_name": "posix",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "extra": extra,
        }
        return requirement.marker is None or requirement.marker.evaluate(here)


@dataclass(frozen=True)
class Lock:
    """One file: for whom, which extras of the project, and what comes from elsewhere."""

    targets: tuple[Target, ...]
    extras: tuple[str, ...] = SHIPPED
    elsewhere: dict[str, str] = field(default_factory=dict)  # name → the version that is there
    also: tuple[str, ...] = ()


def _tests(python: str) -> Lock:
    machines = tuple(Target(python, machine, glibc=36) for machine in ("x86_64", "aarch64"))
    return Lock(machines, ("dev", "release"), also=("setuptools>=77",))


LOCKS = {
    "bookworm-amd64": Lock((Target("3.11", "x86_64", glibc=36),)),
    "bookworm-arm64": Lock((Target("3.11", "aarch64", glibc=36),)),
    "bookworm-armhf": Lock((Target("3.11", "armv7l", glibc=36),), SHIPPED_ARMHF, elsewhere=BOOKWORM_ARMHF),
    "trixie-amd64": Lock((Target("3.13", "x86_64", glibc=41),)),
    "trixie-arm64": Lock((Target("3.13", "aarch64", glibc=41),)),
    "tests-3.11": _tests("3.11"),
    "tests-3.13": _tests("3.13"),
}
