"""The demo's parts: bundled photos, a broker inside this process, a subscriber that prints."""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path


def demo_photos() -> AbstractContextManager[Path]:
    """The folder of the bundled photos (their origin: PROVENANCE.md in it), as long as the context lasts."""
    return as_file(files(__name__) / "photos")
