"""What keeps a node from taking updates: nothing of it ends the daemon's start."""

from importlib.util import find_spec
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.config.updates import FILE, is_key_path
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.preflight.named_files import Files, Problem
from edgeclassify.updates.keys import checked_key, key_in


def update_problems(config: Config, files: Files) -> list[Problem]:
    """None of them is a fault."""
    updates = config.updates
    if updates is None or files.elsewhere:
        return []
    found = []
    if find_spec("cryptography") is None:
        found.append(
            "[updates] needs the package cryptography, which is not installed here. Run: pip install "
            "'edgeclassify[updates]' (Debian: apt install python3-cryptography)."
        )
    if not updates.url.startswith((FILE, "https:")):
        found.append(
            "updates.url: http: others can read what the update brings. It is signed: they can't change it."
        )
    if is_key_path(updates.public_key):
        path = Path(updates.public_key)
        problems = files.problems("updates.public_key", path)
        found += [problem.text for problem in problems]
        try:
            if not problems:
                checked_key(key_in(path), "public")
        except EdgeClassifyError as error:
            found.append(f"updates.public_key: {error}")
    return [Problem(text, is_fault=False) for text in found]
