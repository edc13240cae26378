"""Writes one figure into a sidecar, and leaves all else as its author wrote it."""

import re
from pathlib import Path

from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ModelError
from edgeclassify.files import read_plain_file
from edgeclassify.model.description.sidecar import MOST_BYTES, sidecar_path

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_KEY = re.compile(r"^([ \t]*temperature[ \t]*=[ \t]*)[^#\r\n]*?([ \t]*(?:#[^\r\n]*)?)(?=\r?$)", re.MULTILINE)


def with_temperature(model: Path, temperature: float) -> str:
    """The text of a model's sidecar with that temperature; what it is without one, where there is none yet.

    Raises ModelError where the sidecar can't be read, or is written in a way in which that can't be done safely.
    """
    path = sidecar_path(model)
    try:
        before = read_plain_file(path, MOST_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: the model's sidecar can't be read: {error}.") from error
    after = _edited(before, f"{temperature:g}")
    try:
        wanted = {**parse_toml(before), "temperature": float(f"{temperature:g}")}
        is_safe = parse_toml(after) == wanted
    except ValueError:
        is_safe = False
    if not is_safe:
        raise ModelError(f"{path}: can't be changed safely. Write this into it: temperature = {temperature:g}")
    return after


def _edited(text: str, figure: str) -> str:
    table = _TABLE.search(text)
    top, rest = (text, "") if table is None else (text[: table.start()], text[table.start() :])
    if _KEY.search(top):
        return _KEY.sub(rf"\g<1>{figure}\g<2>", top, count=1) + rest
    lines = top.splitlines(keepends=True)
    # Behind the last key: comments below it may belong to the table that follows.
    last = max(
        (i for i, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")), default=-1
    )
    if last >= 0 and not lines[last].endswith(("\n", "\r")):
        lines[last] += "\n"
    return "".join([*lines[: last + 1], f"temperature = {figure}\n", *lines[last + 1 :]]) + rest
