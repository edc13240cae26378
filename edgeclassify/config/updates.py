"""The section on updates: where this node looks for a signed config and models, and whose signature counts."""

import base64
import binascii
import re
from typing import Annotated

from edgeclassify.config.base import Section, about
from edgeclassify.config.values import web_url
from edgeclassify.documents.values import plain, with_home
from edgeclassify.late_model import AfterValidator, Field

FILE = "file:"
LEAST_INTERVAL_S, MOST_INTERVAL_S = 10.0, 30 * 86_400.0
KEY_BYTES = 32
_PATH = re.compile(r"[~./]|.*/|.*\.(pem|pub|key)$")


def _url(value: str) -> str:
    if value.startswith(FILE):
        if not value.startswith(f"{FILE}/") or value.endswith("/"):
            raise ValueError("https://HOST/PATH, http://HOST/PATH or file:/PATH")
        return plain(value)
    return web_url(value)


def is_key_path(value: str) -> bool:
    """True where a public key is named by its file."""
    return _PATH.match(value) is not None and not _is_key(value)


def _is_key(value: str) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _key(value: str) -> str:
    if _is_key(value):
        return value
    if is_key_path(value):
        return with_home(plain(value))
    raise ValueError(
        "the public key that `edgeclassify updates keygen` has printed (44 characters), or a file with it"
    )


class UpdatesConfig(Section):
    """[updates]: signed config and models by URL; needs the extra: pip install 'edgeclassify[updates]'."""

    url: Annotated[str, Field(json_schema_extra={"pattern": "^(https?://|file:/)"}), AfterValidator(_url)] = Field(
        description="Where the manifest is: https://…, http://… (it is signed: others can read it, and not change "
        "it) or file:/PATH, of a USB stick, say; user:password@ may stand before the host.",
    )
    public_key: Annotated[str, Field(min_length=1), AfterValidator(_key)] = Field(
        description="Whose signature counts: the public key that `edgeclassify updates keygen` prints, or a file "
        "with it.",
    )
    interval_s: Annotated[float, Field(ge=LEAST_INTERVAL_S, le=MOST_INTERVAL_S, allow_inf_nan=False)] = about(
        3600.0, "Seconds between two looks, a tenth more or less each time, so that a fleet does not ask at once."
    )
