"""Taught models in their folders: examples come and go, heads are fitted, and any change can be undone."""

from edgeclassify.teaching.store.example_changes import Added
from edgeclassify.teaching.store.example_files import read_embeddings, read_picture
from edgeclassify.teaching.store.exporting import export_taught
from edgeclassify.teaching.store.importing import import_taught
from edgeclassify.teaching.store.lesson import read_lesson
from edgeclassify.teaching.store.taught_folder import TaughtFolder

__all__ = [
    "Added",
    "TaughtFolder",
    "export_taught",
    "import_taught",
    "read_embeddings",
    "read_lesson",
    "read_picture",
]
