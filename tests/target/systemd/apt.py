"""The package's repository, as the container's own apt sees it: served on loopback by Python's web server."""

import subprocess

from tests.target.systemd.container import Container, soon

FOLDER = "/srv/apt"
"""Made by build-packages.sh: a repository `before`, and one `now` that has the higher number as well."""
PORT = 8079
PACKAGE = "edgeclassify"
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


class Repository:
    """What the container's apt installs from, and nothing else: there is no network."""

    def __init__(self, container: Container) -> None:
        self.container = container

    @property
    def is_there(self) -> bool:
        """Were the packages built?"""
        return self.container.exists(FOLDER)

    def serve(self, which: str) -> None:
        """Serve `before` or `now`, and let apt read what is in it."""
        self.container.run("ln", "-sfn", which, f"{FOLDER}/served")
        if self.container.result("systemctl", "is-active", "apt-web").stdout.strip() != "active":
            self.container.run(
                "systemd-run", "--quiet", "--unit=apt-web", "python3", "-m", "http.server", "--bind", "127.0.0.1",
                "--directory", f"{FOLDER}/served", str(PORT),
            )  # fmt: skip
            address = f"http://127.0.0.1:{PORT}/"
            look = ("python3", "-c", f"import urllib.request as r; r.urlopen({address!r})")
            soon(lambda: self.container.result(*look).returncode == 0)
        self._use_it_alone()
        # A web server says that an older file is unchanged, and apt would keep the newer list.
        self.container.run("sh", "-c", "rm -rf /var/lib/apt/lists/*")
        self.apt_get("update", check=True)

    def apt_get(self, *arguments: str, check: bool = False) -> "subprocess.CompletedProcess[str]":
        """As nobody sits before it: `apt-get` with a y for all that is asked."""
        return self.container.result(
            "env", *(f"{name}={value}" for name, value in QUIET.items()),
            "apt-get", "-y", "-o", "Dpkg::Use-Pty=0", *arguments, check=check, timeout=400,
        )  # fmt: skip

    def install(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The newest of the package that is served, without what is only recommended (it is not there)."""
        return self.apt_get("install", "--no-install-recommends", *arguments, PACKAGE)

    @property
    def installed(self) -> str:
        """Version of the package that is installed; empty: none is."""
        form = "${db:Status-Abbrev} ${Version}"
        seen = self.container.result("dpkg-query", "-W", "-f", form, PACKAGE).stdout.strip()
        return seen.split()[-1] if seen.startswith("ii") else ""

    def versions(self) -> list[str]:
        """What apt knows of, newest first."""
        lines = self.container.run("apt-cache", "madison", PACKAGE).splitlines()
        return [line.split("|")[1].strip() for line in lines if "|" in line]

    def _use_it_alone(self) -> None:
        container = self.container
        container.run("sh", "-c", "rm -f /etc/apt/sources.list.d/* && : > /etc/apt/sources.list")
        suite = container.run("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").strip()
        # Nobody cuts the power while dpkg writes: what it would wait for is the disk of the machine around.
        container.write("/etc/dpkg/dpkg.cfg.d/checks", "force-unsafe-io\n")
        sources = f"{FOLDER}/served/{PACKAGE}-{suite}.sources"
        container.run("install", "-m", "644", sources, f"/etc/apt/sources.list.d/{PACKAGE}.sources")
