"""A root as build-root.sh made it, however often it is used: what is written is thrown away afterwards."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_root(root: Path) -> Iterator[Path]:
    """A folder that shows `root`, and in which everything may be changed. Beside `root`, on its disk."""
    folder = Path(tempfile.mkdtemp(prefix=f"{root.name}-run-", dir=root.parent))
    folder.chmod(0o755)
    layer, work, shown = (folder / name for name in ("layer", "work", root.name))
    for each in (layer, work, shown):
        each.mkdir()
    options = f"lowerdir={root},upperdir={layer},workdir={work}"
    try:
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(shown)], check=True)
        try:
            yield shown
        finally:
            # Lazily: a process of the container may still be ending.
            subprocess.run(["umount", "--recursive", "--lazy", str(shown)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
