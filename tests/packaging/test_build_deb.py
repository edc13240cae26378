"""The package for Debian: what is in it, the same bytes twice; wheels of a few lines stand for the real ones."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import build_deb
import control
import libraries
import papers
import pytest
import staging
import wheels
from target import BuildError, Target, target

from edgeclassify.config import load_config
from edgeclassify.service.files import Layout, service_files

FILES = Path(staging.__file__).parent / "files"
SCRIPTS = Path(staging.__file__).parent / "scripts"
NATIVE = Path("/bin/true")
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, "")
EPOCH = 1_700_000_000
needs_dpkg = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None or shutil.which("readelf") is None or not MACHINE,
    reason="needs dpkg-deb and readelf (Debian: apt-get install dpkg binutils)",
)


def wheel(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return path


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with two small wheels, one of them native."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    native = wheel(tmp_path / "w", "native", {"native/__init__.py": b"", "native/code.so": NATIVE.read_bytes()})
    own = wheel(tmp_path / "w", "edgeclassify", {"edgeclassify/__init__.py": b'__version__ = "0"\n'})
    monkeypatch.setattr(wheels, "fetch", lambda *_: [native])
    monkeypatch.setattr(wheels, "build_own", lambda *_: own)
    monkeypatch.setattr(papers, "lay", lambda *_: None)
    return build_deb.build(target("bookworm", MACHINE), tmp_path / "dist", ["-Znone"])


def contents(package: Path) -> dict[str, tuple[str, str]]:
    """Path to rights and owner."""
    lines = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in lines.splitlines()]
    return {row[5].lstrip("."): (row[0], row[1]) for row in rows}


@needs_dpkg
def test_everything_lies_where_debian_has_it(built: Path) -> None:
    found = contents(built)
    assert {owner for _, owner in found.values()} == {"root/root"}
    for file in service_files(Layout(Path("/usr/bin/edgeclassify"), Path("/usr/lib"), 252)):
        assert str(file.path) in found
    for path in (
        "/usr/lib/edgeclassify/lib/python3.11/site-packages/native/code.so",
        "/usr/share/man/man1/edgeclassify.1.gz",
        "/usr/share/bash-completion/completions/edgeclassify",
        "/usr/share/zsh/vendor-completions/_edgeclassify",
        "/usr/share/fish/vendor_completions.d/edgeclassify.fish",
        "/usr/share/doc/edgeclassify/edgeclassify.toml",
    ):
        assert found[path][0] == "-rw-r--r--", path
    assert found["/usr/bin/edgeclassify"][0] == "-rwxr-xr-x"
    assert found["/etc/edgeclassify/edgeclassify.toml"][0] == "-rw-r-----", "a password may come to stand in it"


@needs_dpkg
def test_what_dpkg_reads_of_it(built: Path) -> None:
    said = subprocess.run(["dpkg-deb", "-I", built], capture_output=True, text=True, check=True).stdout
    assert "Version: " in said
    assert "~bookworm" in said
    assert "python3 (>= 3.11), python3 (<< 3.12), libc6 (>= 2." in said
    assert "Recommends: python3-picamera2" in said
    conffiles = subprocess.run(["dpkg-deb", "-I", built, "conffiles"], capture_output=True, text=True, check=True)
    assert conffiles.stdout == "/etc/edgeclassify/edgeclassify.toml\n"


@needs_dpkg
def test_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = build_deb.build(target("bookworm", MACHINE), tmp_path / "again", ["-Znone"])
    finally:
        os.umask(before)
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (built, again)}
    assert len(digests) == 1


@needs_dpkg
def test_the_command_finds_its_own_folder_first_and_debians_behind(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "-x", built, root], check=True)
    home = root / "usr/lib/edgeclassify"
    link = home / "bin/python3"
    assert str(link.readlink()) == "../../../bin/python3.11", "the minor version that the wheels are for"
    link.unlink()
    link.symlink_to(sys.executable)
    look = "import sys; print(*sys.path, sep='\\n'); print(sys.prefix)"
    done = subprocess.run([link, "-sPc", look], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(home), "so that a process that we start has the same packages"
    assert "include-system-site-packages = true" in (home / "pyvenv.cfg").read_text()
    assert (root / "usr/bin/edgeclassify").read_text().startswith("#!/usr/lib/edgeclassify/bin/python3 ")


@pytest.mark.parametrize(
    ("suite", "arch", "said"),
    [("sid", "arm64", "SUITE=sid"), ("bookworm", "riscv64", "ARCH=riscv64"), ("trixie", "armhf", "32-bit wheel")],
)
def test_what_can_not_be_built_is_told(suite: str, arch: str, said: str) -> None:
    with pytest.raises(BuildError, match=said):
        target(suite, arch)


def test_make_deb_says_it_in_one_line() -> None:
    command = [sys.executable, str(Path(build_deb.__file__)), "trixie", "armhf", "dist"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("make deb: ARCH=armhf SUITE=trixie: ")
    assert done.stderr.count("\n") == 1


def test_a_32_bit_pi_takes_from_debian_what_has_no_wheels() -> None:
    said = control.fields(target("bookworm", "armhf"), "1-1", 1, ["libc6 (>= 2.27)"])
    assert "python3-numpy, python3-opencv" in said


# --- wheels -------------------------------------------------------------------------------------------------


def test_a_wheel_is_laid_out_as_pip_would(tmp_path: Path) -> None:
    one = wheel(tmp_path, "one", {
        "one/__init__.py": b"1", "one-1.0.data/purelib/also.py": b"2", "one-1.0.data/scripts/tool": b"#!python",
        "one-1.0.dist-info/METADATA": b"Name: one", "one-1.0.dist-info/RECORD": b"",
    })  # fmt: skip
    wheels.unpack([one], tmp_path / "site")
    found = {
        path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*") if path.is_file()
    }
    assert found == {"one/__init__.py", "also.py", "one-1.0.dist-info/METADATA"}


@pytest.mark.parametrize("name", ["../out.py", "/etc/out.py", "one/../../out.py"])
def test_a_wheel_writes_nowhere_else(name: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="wants to write to"):
        wheels.unpack([wheel(tmp_path, "bad", {name: b""})], tmp_path / "site")


def test_two_wheels_with_one_file_are_told(tmp_path: Path) -> None:
    both = [wheel(tmp_path, name, {"same.py": b""}) for name in ("one", "two")]
    with pytest.raises(BuildError, match=r"same\.py is in another wheel too"):
        wheels.unpack(both, tmp_path / "site")


@pytest.mark.parametrize("change", ["0" * 64, ""])
def test_a_wheel_with_another_digest_is_refused(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    about = {"METADATA": b"Metadata-Version: 2.1\nName: one\nVersion: 1.0\n",
             "WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}  # fmt: skip
    made = wheel(folder, "one", {f"one-1.0.dist-info/{name}": text for name, text in about.items()})
    digest = change or hashlib.sha256(made.read_bytes()).hexdigest()
    lock = tmp_path / "lock.txt"
    lock.write_text(f"one==1.0 --hash=sha256:{digest}\n")
    monkeypatch.setattr(Target, "lock", property(lambda _: lock))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    if change:
        with pytest.raises(BuildError, match="HASHES"):
            wheels.fetch(target("bookworm", "arm64"), tmp_path / "cache")
    else:
        assert [path.name for path in wheels.fetch(target("bookworm", "arm64"), tmp_path / "cache")] == [made.name]


# --- native code --------------------------------------------------------------------------------------------


@needs_dpkg
def test_code_for_another_processor_is_told(tmp_path: Path) -> None:
    shutil.copy(NATIVE, tmp_path / "code.so")
    with pytest.raises(BuildError, match="not AVR"):
        libraries.dependencies(tmp_path, "AVR")


@needs_dpkg
def test_a_library_that_nobody_brings_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(NATIVE, tmp_path / "code.so")
    said = " Machine: Test\n 0x1 (NEEDED) Shared library: [libodd.so.1]\n Name: GLIBC_2.4\n"
    monkeypatch.setattr(libraries, "_read", lambda _: [said])
    with pytest.raises(BuildError, match=r"libodd\.so\.1"):
        libraries.dependencies(tmp_path, "Test")


def test_without_native_code_nothing_is_needed(tmp_path: Path) -> None:
    assert libraries.dependencies(tmp_path, "X86-64") == []


# --- config and scripts -------------------------------------------------------------------------------------


def test_the_config_that_comes_with_it_is_one() -> None:
    config = load_config(FILES / "edgeclassify.toml")
    assert [camera.source for camera in config.camera] == ["picamera:0"]


def test_the_config_that_comes_with_it_stays_as_it_is() -> None:
    """A change of it is a question at the next upgrade to all who have edited theirs: unattended ones wait."""
    digest = hashlib.sha256((FILES / "edgeclassify.toml").read_bytes()).hexdigest()
    assert digest == "9bfd8f21ab743945ff9c956961ea2e3691aff3b0df4e71723a280ba55653eb6b"


@pytest.mark.parametrize("script", sorted(SCRIPTS.iterdir()), ids=lambda script: script.name)
def test_the_scripts_are_plain_sh(script: Path) -> None:
    assert script.name in control.SCRIPTS
    done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_override_of_lintian_is_explained() -> None:
    lines = (FILES / "lintian-overrides").read_text().splitlines()
    assert lines[0].startswith("#")
    assert all(line.startswith(("#", "edgeclassify: ")) for line in lines)


def test_without_room_nothing_begins(tmp_path: Path) -> None:
    script = tmp_path / "preinst"
    script.write_text((SCRIPTS / "preinst").read_text().replace("@KIB@", str(1 << 50)))
    done = subprocess.run(["sh", script, "install"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "MiB are free; make room" in done.stderr
