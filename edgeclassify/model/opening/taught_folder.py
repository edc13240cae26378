"""Whether a name is a taught model's: asked of each model that is opened, most of which are not."""

from pathlib import Path

from edgeclassify.model.catalog import has_entry
from edgeclassify.model.taught.places import find_taught
from edgeclassify.types.model_choice import is_model_path


def taught_folder(name: str) -> Path | None:
    """Where the taught model of this name lies; None where the name is a path, one of the catalog, or nobody's."""
    folder = None if is_model_path(name) else find_taught(name)
    return None if folder is None or has_entry(name) else folder
