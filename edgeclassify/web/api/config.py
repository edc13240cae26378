"""The config over HTTP: what of it can be changed here, and its change."""

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from edgeclassify.config.editing.config_file import ConfigFile, why_not_writable
from edgeclassify.config.editing.interface import ConfigConflictError, KeyChange
from edgeclassify.config.loading import is_layered
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError, EdgeClassifyError, StorageError
from edgeclassify.late_model import Field
from edgeclassify.web.api.changeable import SECTIONS, check_changeable
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint, RefusedError
from edgeclassify.web.api.shown_config import shown_document
from edgeclassify.web.interface import ConfigChange

NO_FILE = "the config came from no file: it can't be changed from here."
MOST_KEYS = 100


class ConfigShown(ApiBody):
    """The config file. `document`: the sections that can be changed here, as they stand in the file and in those
    below it, without what is secret; `why_not`: why it can't be written, in one sentence; `elsewhere`: keys that
    another file says, with its path: a change of them is written into the config file, and holds over that."""

    file: str | None
    etag: str
    writable: bool
    why_not: str | None
    document: dict[str, Any]
    elsewhere: dict[str, str]


class ChangedKey(ApiBody):
    """As of KeyChange. `value` null: the key, or the whole table, is taken away."""

    path: tuple[str, ...] = Field(min_length=2, max_length=8)
    value: Any


class ConfigAsked(ApiBody):
    """Keys that are to be changed together, all of them or none. `etag`: as it was given with the config; "":
    whatever is there. `dry_run`: check it only."""

    keys: tuple[ChangedKey, ...] = Field(min_length=1, max_length=MOST_KEYS)
    etag: str = ""
    dry_run: bool = False


class ConfigTaken(ApiBody):
    """As of ConfigChanged. `backup`: name of the file beside it that has what was there before."""

    etag: str
    changed: tuple[str, ...]
    backup: str | None
    notes: tuple[str, ...]


async def show_config(asked: Asked) -> ConfigShown:
    """Read anew each time: others write it, too."""
    path = asked.around.node.facts.config_file
    if path is None:
        return ConfigShown(file=None, etag="", writable=False, why_not=NO_FILE, document={}, elsewhere={})

    def read() -> ConfigShown:
        file = ConfigFile.read(path)
        try:
            document = parse_toml(file.text)
        except ValueError as error:
            raise ConfigError(f"{path}: not valid TOML: {error}") from error
        elsewhere: dict[str, str] = {}
        if is_layered(document):
            from edgeclassify.config.layers.layered import layered

            whole = layered(document, path)
            document, elsewhere = whole.document, whole.origins.elsewhere
        why_not = why_not_writable(path)
        return ConfigShown(
            file=str(path),
            etag=file.etag,
            writable=why_not is None,
            why_not=why_not,
            document=shown_document(document),
            elsewhere={key: file for key, file in elsewhere.items() if key.startswith(SECTIONS)},
        )

    return await asked.around.threads.run(read)


async def change_config(asked: Asked) -> ConfigTaken | Response:
    """Carried out by the daemon's thread; a page that is made anew by it may end before its answer is out."""
    body: ConfigAsked = asked.body
    keys = tuple(KeyChange(key.path, key.value) for key in body.keys)
    try:
        for key in keys:
            check_changeable(key)
        change = asked.around.node.change(ConfigChange(keys, body.etag, body.dry_run))
        done = await asyncio.wrap_future(change)
    except EdgeClassifyError as error:
        raise RefusedError(_status_of(error), str(error)) from error
    backup = None if done.backup is None else done.backup.name
    return ConfigTaken(etag=done.etag, changed=done.changed, backup=backup, notes=done.notes)


def _status_of(error: EdgeClassifyError) -> HTTPStatus:
    if isinstance(error, ConfigConflictError):
        return HTTPStatus.CONFLICT
    if isinstance(error, StorageError):
        return HTTPStatus.INSUFFICIENT_STORAGE
    return HTTPStatus.UNPROCESSABLE_ENTITY


CONFIG = (
    Endpoint(
        "GET", "/api/config", show_config,
        "The config file: what of it can be changed here, and whether it can be written.", "config",
        gives=ConfigShown,
    ),
    Endpoint(
        "POST", "/api/config", change_config,
        "Change keys of the config: checked, taken over live, then written. 409: the file is another one by now; "
        "422: what is wrong with it, all faults; 507: it can't be written.", "config",
        body=ConfigAsked, gives=ConfigTaken, most_bytes=100_000,
    ),
)  # fmt: skip
