"""The repository for apt, as apt itself takes it: a real gpg, a real apt in a folder of its own, a web server on
loopback."""

import functools
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import build_apt_repo
import pytest

SCRIPT = Path(build_apt_repo.__file__)
ARCH = "arm64"
NEEDED = ("dpkg-deb", "gpg", "apt-get")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)), reason=f"needs {', '.join(NEEDED)} (Debian: apt-get install gpg gpg-agent)"
)


def package(folder: Path, version: str, arch: str = ARCH) -> Path:
    """A package with nothing in it."""
    tree = folder / f"tree-{version}-{arch}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: edgeclassify\nVersion: {version}\nArchitecture: {arch}\nMaintainer: N <n@example.invalid>\n"
        "Description: nothing\n of worth\n"
    )
    folder.mkdir(exist_ok=True)
    made = folder / f"edgeclassify_{version}_{arch}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, made], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return made


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file with a secret key, for a day."""
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    name = "Tests <tests@edgeclassify.invalid>"
    subprocess.run([*gpg, "--quick-generate-key", name, "ed25519", "sign", "1d"], check=True, capture_output=True)
    file = home / "secret.asc"
    file.write_bytes(
        subprocess.run([*gpg, "--armor", "--export-secret-keys"], check=True, capture_output=True).stdout
    )
    yield file
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def make(key: object, packages: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPT), str(key), str(packages), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(key: Path, tmp_path: Path) -> Path:
    packages = tmp_path / "dist"
    for version in ("0.1.0-1~bookworm", "0.2.0-1~bookworm", "0.2.0-1~trixie"):
        package(packages, version)
    done = make(key, packages, packages / "apt")
    assert done.returncode == 0, done.stderr
    return packages / "apt"


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, *_: object) -> None:
        """To nobody."""


class Apt:
    """apt with folders of its own, for a machine of another processor; it asks a web server on loopback."""

    def __init__(self, folder: Path, repository: Path, suite: str) -> None:
        self._folder = folder
        for part in (
            "etc/apt/sources.list.d",
            "etc/apt/preferences.d",
            "state/lists/partial",
            "cache/archives/partial",
        ):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(repository)))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        sources = (repository / f"edgeclassify-{suite}.sources").read_text()
        address = f"http://127.0.0.1:{self._server.server_port}"
        (folder / "etc/apt/sources.list.d/edgeclassify.sources").write_text(
            sources.replace("https://example.org/apt", address)
        )

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """`apt-get …` or `apt-cache …`."""
        options = {
            "Dir::Etc": f"{self._folder}/etc/apt/", "Dir::Etc::sourcelist": "/dev/null",
            "Dir::State": f"{self._folder}/state/",
            "Dir::State::status": f"{self._folder}/status", "Dir::Cache": f"{self._folder}/cache/",
            "APT::Architecture": ARCH, "APT::Architectures": ARCH, "APT::Sandbox::User": "root",
            "Acquire::Languages": "none", "Acquire::http::Proxy": "false", "Debug::NoLocking": "true",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return subprocess.run(
            [command[0], *words, *command[1:]], capture_output=True, text=True, check=False, cwd=self._folder,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        )  # fmt: skip

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def apt(repository: Path, tmp_path: Path) -> Iterator[Apt]:
    machine = Apt(tmp_path / "machine", repository, "bookworm")
    yield machine
    machine.close()


def test_apt_takes_the_newest_of_its_release(apt: Apt, tmp_path: Path) -> None:
    updated = apt.run("apt-get", "update", "--error-on=any")
    assert updated.returncode == 0, updated.stderr
    assert updated.stderr == "", "no warning either"
    known = apt.run("apt-cache", "madison", "edgeclassify").stdout
    assert [line.split("|")[1].strip() for line in known.splitlines()] == ["0.2.0-1~bookworm", "0.1.0-1~bookworm"]
    fetched = apt.run("apt-get", "download", "edgeclassify")
    assert fetched.returncode == 0, fetched.stderr
    (file,) = (tmp_path / "machine").glob("*.deb")
    assert file.read_bytes() == (tmp_path / "dist/edgeclassify_0.2.0-1~bookworm_arm64.deb").read_bytes()


@pytest.mark.parametrize("name", ["main/binary-arm64/Packages", "InRelease"])
def test_apt_refuses_lists_that_somebody_has_changed(name: str, apt: Apt, repository: Path) -> None:
    dists = repository / "dists/bookworm"
    shutil.rmtree(dists / "main/binary-arm64/by-hash")
    (dists / "main/binary-arm64/Packages.gz").unlink()
    file = dists / name
    file.write_text(file.read_text().replace("edgeclassify", "edgeclassifx", 1))
    assert apt.run("apt-get", "update", "--error-on=any").returncode != 0


def test_apt_refuses_a_package_that_somebody_has_changed(apt: Apt, repository: Path) -> None:
    assert apt.run("apt-get", "update").returncode == 0
    (pool,) = (repository / "pool").glob("*_0.2.0-1~bookworm_*")
    pool.write_bytes(pool.read_bytes()[:-1] + b"X")
    assert apt.run("apt-get", "download", "edgeclassify").returncode != 0


def test_the_same_twice_gives_the_same_lists(
    key: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    texts = []
    for name in ("one", "two"):
        assert make(key, tmp_path / "dist", tmp_path / name).returncode == 0
        texts.append((tmp_path / name / "dists/bookworm/Release").read_text())
    assert texts[0] == texts[1]
    assert "Date: Tue, 14 Nov 2023 22:13:20 UTC\n" in texts[0]


def test_a_fault_leaves_the_repository_before_as_it_is(key: Path, repository: Path, tmp_path: Path) -> None:
    before = (repository / "dists/bookworm/InRelease").read_bytes()
    (tmp_path / "dist/edgeclassify_9_arm64.deb").write_text("not a package")
    done = make(key, tmp_path / "dist", repository)
    assert done.returncode == 1
    assert "edgeclassify_9_arm64.deb: no package" in done.stderr
    assert (repository / "dists/bookworm/InRelease").read_bytes() == before


def test_a_version_without_a_release_is_told(key: Path, tmp_path: Path) -> None:
    package(tmp_path / "dist", "0.1.0-1")
    done = make(key, tmp_path / "dist", tmp_path / "apt")
    assert done.returncode == 1
    assert "names no release" in done.stderr
    assert not (tmp_path / "apt").exists()


@pytest.mark.parametrize(
    ("key_text", "said"),
    [(None, "there is no such file"), ("", "no valid OpenPGP data"), ("word", "no valid OpenPGP data")],
)
def test_a_key_that_is_none_is_told(key_text: str | None, said: str, tmp_path: Path) -> None:
    package(tmp_path / "dist", "0.1.0-1~trixie")
    file = tmp_path / "key.asc"
    if key_text is not None:
        file.write_text(key_text)
    done = make(file, tmp_path / "dist", tmp_path / "apt")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_key_or_a_package_it_says_how_to_get_one(key: Path, tmp_path: Path) -> None:
    package(tmp_path / "dist", "0.1.0-1~trixie")
    assert "gpg --quick-generate-key" in make("", tmp_path / "dist", tmp_path / "apt").stderr
    (tmp_path / "empty").mkdir()
    assert "build some: make deb" in make(key, tmp_path / "empty", tmp_path / "apt").stderr
