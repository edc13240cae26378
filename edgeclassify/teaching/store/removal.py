"""A whole taught model is taken away."""

from collections.abc import Callable
from pathlib import Path

from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.teaching.store.placing import storage_error
from edgeclassify.teaching.store.taught_folder import TaughtFolder


def remove_taught(name: str, check: Callable[[], None] = lambda: None, *, wait_s: float = 0.0) -> Path:
    """Remove a taught model with all its versions, and say where it was. `wait_s`: as of `TaughtFolder.open`.

    `check`: asked when nobody else may change it any more; what it raises keeps the model. Raises
    UnknownModelError, TeachingBusyError, StorageError.
    """
    place = resolve_taught(name)
    with TaughtFolder.open(name, wait_s=wait_s):
        check()
        try:
            with OwnFolder(place.parent) as above:
                # Under a name that no model has: half of one is never taken for a model.
                spare = f".{name}.removed"
                above.remove_tree(spare)
                above.rename(name, spare)
                above.remove_tree(spare)
        except OSError as error:
            raise storage_error(place, error) from error
    return place
