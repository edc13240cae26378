"""What checks look at, for tests: a config from text, and what systemd would say."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgeclassify.config import Config, parse_config
from edgeclassify.doctor.around import Answer, Around, Places

CAMERA = '[[camera]]\nname = "front"\nsource = "synthetic:"\n'


def config_of(text: str = CAMERA, folder: Path = Path("/")) -> Config:
    return parse_config(tomllib.loads(text), "test", folder)


def silent(command: Sequence[str]) -> Answer:
    return Answer(None, "", f"{command[0]} is not here")


def around(
    config: Config | None = None,
    *,
    file: Path = Path("/c.toml"),
    shown: Mapping[str, str] | None = None,
    **more: Any,
) -> Around:
    more.setdefault("ask", silent)
    return Around(file, config, shown=shown, **more)


def places(folder: Path, **files: str | bytes) -> Places:
    """A machine in a folder. `files`: with __ for each / of their paths."""
    for name, content in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Places(folder / "proc", folder / "sys", folder / "dev", folder / "etc")
