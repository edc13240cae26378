"""What makes an archive what it is: kept when it is begun, and held against each run that goes on with it."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.listing.stores import shown_source
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import UsageError
from edgeclassify.files import printable
from edgeclassify.types.model_choice import is_model_path

_DIGEST = " sha256:"


def options_of(sources: Sequence[str], wanted: Wanted, listing: ListingOptions) -> dict[str, Any]:
    """What makes the output what it is, under names of the command's options."""
    model = wanted.model.as_it_decides.plain()
    return {
        "SOURCE": [_placed(source) for source in sources],
        "--model": os.path.abspath(model["name"]) if is_model_path(model["name"]) else model["name"],  # noqa: PTH100
        "--labels": None if model["labels"] is None else os.path.abspath(model["labels"]),  # noqa: PTH100
        "--runtime": model["runtime"],
        "--delegate": model["delegate"],
        "--delegate-option": [list(pair) for pair in model["delegate_options"]],
        "--top": wanted.top,
        "--groups": wanted.groups,
        "--still": wanted.still,
        "--every": listing.frames_apart_s,
    }


def _placed(source: str) -> str:
    """The same from wherever the command is given; of a URL without what is secret in it, and its checksum."""
    if "://" in source:
        return f"{shown_source(source)}{_DIGEST}{hashlib.sha256(os.fsencode(source)).hexdigest()}"
    sign = "@" if source.startswith("@") else ""
    return sign + os.path.abspath(source.removeprefix(sign))  # noqa: PTH100  a name that is no UTF-8, a glob


def check_options(folder: Path, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """Raises UsageError where an earlier run had others."""
    if before is None:
        return
    for name, value in before["options"].items():
        if now[name] != value:
            raise UsageError(
                f"--out {printable(folder)}: expected {name} {_shown(value)}, as this archive was begun, found "
                f"{_shown(now[name])}. Give the same, name another folder, or have it made anew: --again"
            )


def check_classifier(folder: Path, before: Mapping[str, Any] | None, now: ClassifierFacts) -> None:
    """Raises UsageError where the model is another one by now, or another runtime."""
    if before is not None and (found := ClassifierFacts.of_plain(before["classifier"]).differs(now)):
        raise UsageError(
            f"--out {printable(folder)}: {found}, as this archive was begun. Use that one, name another folder, "
            "or have it made anew: --again"
        )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(_shown, value)) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    text, digest, checksum = printable(str(value)).rpartition(_DIGEST)
    return f"{text}{digest}{checksum[:8]}…" if digest else checksum
