"""Changes of a taught model by their names, and the model that they are made of."""

from collections.abc import Callable, Mapping
from pathlib import Path

from edgeclassify.model.taught.places import find_taught
from edgeclassify.teaching.store import TaughtFolder, import_taught
from edgeclassify.teaching.store.versions import KEPT
from tests.teaching.store.examples import BASE, JPEG, example, fit, fitted_head

EXPORT = Path("gate.taught.zip")


def begin() -> None:
    """The taught model that is changed: two examples, a head, and so many versions that the next one ends one."""
    with TaughtFolder.create("gate", BASE, now=lambda: 1000.0) as folder:
        folder.add([example("open", 1, jpeg=JPEG), example("closed", 2)])
        fit(folder, fitted_head())
        folder.add([example("open", 3)])
        folder.undo()
        for i in range(KEPT):
            folder.teach_only_normal(i % 2 == 0)


def _gate() -> TaughtFolder:
    return TaughtFolder.open("gate", now=lambda: 2000.0)


def _add() -> None:
    with _gate() as folder:
        folder.add([example("open", 11, jpeg=JPEG), example("closed", 12), example("shut", 13)])


def _remove() -> None:
    with _gate() as folder:
        folder.remove([folder.manifest.examples[0].id])


def _fit() -> None:
    with _gate() as folder:
        fit(folder, b"another head")


def _undo() -> None:
    with _gate() as folder:
        folder.undo()


def _create() -> None:
    TaughtFolder.create("bin", BASE, now=lambda: 2000.0).close()


def _import_new() -> None:
    import_taught(_export(), "door", now=lambda: 2000.0)


def _import_over() -> None:
    import_taught(_export(), "gate", replace=True, now=lambda: 2000.0)


def _export() -> Path:
    """Beside the models, where the test has put it."""
    folder = find_taught("gate")
    assert folder is not None
    return folder.parent.parent / EXPORT


CHANGES: Mapping[str, Callable[[], None]] = {
    "add": _add,
    "remove": _remove,
    "fit": _fit,
    "undo": _undo,
    "create": _create,
    "import new": _import_new,
    "import over": _import_over,
}
