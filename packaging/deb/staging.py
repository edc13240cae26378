"""The package as a tree of files: what lies where on the machine, below one folder."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

from control import SCRIPTS, changelog
from target import CHECKOUT, BuildError, Target

FILES = CHECKOUT / "packaging/deb/files"
HOME = "usr/lib/edgeclassify"
COMMAND = "/usr/bin/edgeclassify"
CONFIG = "etc/edgeclassify/edgeclassify.toml"
DOCUMENTS = "usr/share/doc/edgeclassify"
_COMPLETIONS = {
    "edgeclassify.bash": "usr/share/bash-completion/completions/edgeclassify",
    "_edgeclassify": "usr/share/zsh/vendor-completions/_edgeclassify",
    "edgeclassify.fish": "usr/share/fish/vendor_completions.d/edgeclassify.fish",
}


def packages_folder(tree: Path, target: Target) -> Path:
    """Where the wheels go. An environment like any other, so that a process of ours that starts a Python of its
    own gets the same one."""
    return tree / HOME / f"lib/python{target.python}/site-packages"


def lay_files(tree: Path, target: Target, version: str, epoch: int, work: Path) -> None:
    """Everything but the wheels. `version`: the package's; `epoch`: seconds since 1970, when it was released;
    `work`: a folder for what is made on the way."""
    _lay_environment(tree, target)
    _lay_command(tree)
    _lay_service(tree, target)
    _lay_reference(tree, work / "reference")
    _lay_config(tree)
    _lay_documents(tree, target, version, epoch)


def settle_rights(tree: Path, epoch: int) -> None:
    """The same modes and times whoever builds, and whenever: folders 0755, files 0644, what is run 0755."""
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_symlink():
            os.utime(path, (epoch, epoch), follow_symlinks=False)
            continue
        path.chmod(_mode(path, path.relative_to(tree).as_posix()))
        os.utime(path, (epoch, epoch))
    tree.chmod(0o755)
    os.utime(tree, (epoch, epoch))


def _mode(path: Path, name: str) -> int:
    if path.is_dir() or name == COMMAND[1:] or name.removeprefix("DEBIAN/") in SCRIPTS:
        return 0o755
    # A camera's password may stand in it. Its group comes with the user, who is made when it is installed.
    return 0o640 if name == CONFIG else 0o644


def _lay_environment(tree: Path, target: Target) -> None:
    minor = f"python{target.python}"
    _write(
        tree / HOME / "pyvenv.cfg",
        f"home = /usr/bin\ninclude-system-site-packages = true\nversion = {target.python}\n",
    )
    link = tree / HOME / "bin/python3"
    link.parent.mkdir(parents=True)
    link.symlink_to(f"../../../bin/{minor}")


def _lay_command(tree: Path) -> None:
    _write(tree / COMMAND[1:], (FILES / "edgeclassify").read_text())


def _lay_service(tree: Path, target: Target) -> None:
    """Units, what makes the user, and what makes the folders, for the systemd of that release."""
    systemd = str(target.suite.systemd)
    _ours(
        "service",
        "files",
        "--command",
        COMMAND,
        "--library",
        "/usr/lib",
        "--systemd",
        systemd,
        "--into",
        str(tree),
    )


def _lay_reference(tree: Path, made: Path) -> None:
    """Man pages and completions, made in the folder `made` of the commands themselves."""
    man, completions = made / "man", made / "completions"
    _ours("reference", "--man", str(man), "--completions", str(completions))
    for page in sorted(man.iterdir()):
        _write_gz(tree / "usr/share/man/man1" / f"{page.name}.gz", page.read_text())
    for name, place in _COMPLETIONS.items():
        _write(tree / place, (completions / name).read_text())


def _ours(*arguments: str) -> None:
    """Run a command of this checkout, by the Python that runs us."""
    command = [sys.executable, "-m", "edgeclassify", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if done.returncode:
        raise BuildError(f"edgeclassify {arguments[0]} ends with {done.returncode}:\n{done.stderr.strip()}")


def _lay_config(tree: Path) -> None:
    _write(tree / CONFIG, (FILES / "edgeclassify.toml").read_text())


def _lay_documents(tree: Path, target: Target, version: str, epoch: int) -> None:
    folder = tree / DOCUMENTS
    _write(folder / "edgeclassify.toml", (CHECKOUT / "config/edgeclassify.toml").read_text())
    _write_gz(folder / "changelog.gz", (CHECKOUT / "CHANGELOG.md").read_text())
    _write_gz(folder / "changelog.Debian.gz", changelog(target, version, epoch))
    _write(tree / "usr/share/lintian/overrides/edgeclassify", (FILES / "lintian-overrides").read_text())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _write_gz(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
