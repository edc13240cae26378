"""The environment of the peers: made once in a folder, from pinned requirements."""

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
_DONE = "made-of"
Pip = list[str]


def environment(folder: Path, python: str = sys.executable) -> Path:
    """The Python in it, with all requirements. `folder`: where it is, or is made by that Python.

    Raises SystemExit with pip's last words where they can't be installed.
    """
    made_of = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    inner, mark = folder / "bin" / "python", folder / _DONE
    if mark.is_file() and mark.read_text() == made_of and inner.exists():
        return inner
    print(f"making {folder}: some minutes, once", file=sys.stderr)
    _run([python, "-m", "venv", str(folder)])
    _run([str(inner), "-m", "pip", "install", "--quiet", "--requirement", str(REQUIREMENTS)])
    mark.write_text(made_of)
    return inner


def _run(command: Pip) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise SystemExit("the peers' environment can't be made:\n" + "\n".join(last))
