"""Small wheels for these tests."""

import zipfile
from pathlib import Path


def wheel(
    folder: Path, name: str, version: str = "1.0", metadata: str = "", files: dict[str, str] | None = None
) -> Path:
    """A wheel with that metadata beside name and version. `files`: path → text, beside a module."""
    folder.mkdir(parents=True, exist_ok=True)
    path, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}\n"
        )
        for place, text in ({f"{name}.py": ""} | (files or {})).items():
            archive.writestr(place.replace("INFO", info), text)
    return path
