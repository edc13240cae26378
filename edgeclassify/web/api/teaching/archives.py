"""Taught models as files: taken away by the browser, and brought in."""

import shutil
import tempfile
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from edgeclassify.errors import EdgeClassifyError, TaughtModelError, UsageError
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.teaching.store import export_taught, import_taught
from edgeclassify.teaching.store.exporting import ENDING
from edgeclassify.web.api.interface import Asked, RefusedError
from edgeclassify.web.api.requests import tell_taught
from edgeclassify.web.api.teaching import bodies, orders
from edgeclassify.web.api.teaching.manifests import model_said
from edgeclassify.web.api.teaching.models_taught import WAIT_S

MOST_BYTES = 32 << 20
"""Of a file that is brought in: it is in memory while it comes. A thousand examples with their pictures."""
_ZIP = "application/zip"
_EXPORT, _IMPORT = ".export-", ".import-"


async def export_model(asked: Asked) -> Response:
    """The model as one file; without pictures where none may leave the node."""
    model, facts = asked.path["model"], asked.around.node.facts
    pictures = asked.query.pictures and facts.shows_pictures
    file = await asked.around.threads.run(lambda: _exported(model, facts.state, pictures=pictures))
    return FileResponse(
        file, media_type=_ZIP, filename=f"{model}{ENDING}", background=BackgroundTask(file.unlink, missing_ok=True)
    )


async def import_model(asked: Asked) -> bodies.TaughtSaid:
    """A file that was exported becomes a model here; all of it is checked before."""
    facts = asked.around.node.facts
    manifest = await asked.around.threads.run(lambda: _imported(asked.body, asked.query, facts.state))
    tell_taught(asked.around, manifest.name)
    return model_said(manifest, facts)


@cache
def sweep_unfinished(folder: Path | None) -> None:
    """What a power cut left of files on their way out and in. Once in a process, before any is on its way."""
    if folder is None:
        return
    for place in (one for begin in (_EXPORT, _IMPORT) for one in folder.glob(f"{begin}*")):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        else:
            with suppress(OSError):
                place.unlink()


def _exported(model: str, folder: Path | None, *, pictures: bool) -> Path:
    """In the state folder: elsewhere there may be memory alone."""
    place = resolve_taught(model)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_EXPORT, suffix=ENDING, delete=False) as file:
        target = Path(file.name)
    try:
        return export_taught(place, target, pictures=pictures)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _imported(content: bytes, asked: orders.ImportAsked, folder: Path | None) -> Manifest:
    with tempfile.TemporaryDirectory(dir=folder, prefix=_IMPORT) as temporary:
        file = Path(temporary) / "model.taught.zip"
        file.write_bytes(content)
        try:
            return import_taught(file, asked.name, replace=asked.replace, wait_s=WAIT_S)
        except TaughtModelError as error:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, _of_browser(error, file)) from error
        except UsageError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, _of_browser(error, file)) from error


def _of_browser(error: EdgeClassifyError, file: Path) -> str:
    """Where the file lay here for a moment is nobody's concern."""
    return str(error).replace(f"{file}: ", "").replace(str(file), "the file")
