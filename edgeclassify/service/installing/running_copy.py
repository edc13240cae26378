"""The packages that run now, copied into an environment that the service can see: the versions that were tried.

No package index is asked, and no pip is needed.
"""

import importlib.metadata
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import edgeclassify
from edgeclassify.errors import ServiceError, StorageError
from edgeclassify.service.installing import environment

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_WANTED = frozenset({"web", "tflite-runtime"})
"""Extras that are taken along where they are installed."""
_SCRIPT = """#!{python}
import sys
from edgeclassify.__main__ import main
sys.exit(main())
"""


def stage_running(home: Path = environment.HOME, staged: Path = environment.STAGED) -> None:
    """An environment at `staged` with what runs here. Raises ServiceError, StorageError; then there is none."""
    environment.drop(staged)
    try:
        environment.make_empty(_base_python(), staged, "--without-pip")
        target = next(staged.glob("lib/python3.*/site-packages"))
        for name in sorted(_needed("edgeclassify")):
            _copy_distribution(importlib.metadata.distribution(name), target)
        _copy_package(Path(edgeclassify.__file__).parent, target / "edgeclassify")
        script = staged / "bin/edgeclassify"
        script.write_text(_SCRIPT.format(python=home / "bin/python"))
        script.chmod(0o755)
    except (OSError, shutil.Error) as error:
        environment.drop(staged)
        raise StorageError(f"{staged}: can't be written: {error}. Is there room? Nothing was changed.") from error
    except BaseException:
        environment.drop(staged)
        raise


def _base_python() -> str:
    """A Python of this minor version, of no environment, that the service can see. Raises ServiceError."""
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    here = getattr(sys, "_base_executable", sys.executable)
    for candidate in (f"/usr/bin/{minor}", f"/usr/local/bin/{minor}", here):
        path = Path(candidate)
        if (
            path.exists()
            and not path.resolve().is_relative_to("/home")
            and not path.resolve().is_relative_to("/root")
        ):
            return str(path)
    raise ServiceError(
        f"service install: expected {minor} where the service sees it, found it in a home folder alone ({here}). "
        "Install Debian's, and edgeclassify with that one: sudo apt install python3-venv"
    )


def _needed(name: str) -> set[str]:
    """The distributions that it stands on, itself among them; those of its extras where they are there."""
    found: set[str] = set()
    ahead = [(name, _WANTED)]
    while ahead:
        one, extras = ahead.pop()
        if one in found:
            continue
        try:
            requires = importlib.metadata.requires(one) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # Debian's, or not for this machine
        found.add(one)
        ahead += [(needed, frozenset()) for needed in _names(requires, extras)]
    return found


def _names(requires: list[str], extras: frozenset[str]) -> Iterator[str]:
    for line in requires:
        extra = _EXTRA.search(line)
        name = _NAME.match(line)
        if name is not None and (extra is None or extra[1] in extras):
            yield name[0].lower().replace("_", "-")


def _copy_distribution(one: importlib.metadata.Distribution, target: Path) -> None:
    own = {Path(sysconfig.get_paths()[kind]).resolve() for kind in ("purelib", "platlib")}
    if Path(str(one.locate_file(""))).resolve() not in own:
        return  # Debian's own: the new environment sees it too
    for file in one.files or []:
        source = Path(str(file.locate()))
        pointer = file.suffix == ".pth" or file.name.startswith("__editable__")
        if ".." in file.parts or pointer or not source.is_file():
            continue
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)


def _copy_package(source: Path, target: Path) -> None:
    """Of a checkout too, which an editable environment only points to."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
