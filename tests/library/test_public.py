"""What of the package is public, and that it costs what it must: nothing else is loaded for it."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import edgeclassify

ROOT = Path(edgeclassify.__file__).parent
NEEDLESS = (
    "pydantic", "click", "rich", "requests", "urllib3", "paho", "tomlkit", "ssl", "sqlite3", "asyncio",
    "edgeclassify.config", "edgeclassify.contract", "edgeclassify.daemon", "edgeclassify.cli",
    "edgeclassify.publish",
)  # fmt: skip
"""What a picture's classes need nothing of."""


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", edgeclassify.__all__)
def test_every_public_name_is_there(name: str) -> None:
    value = getattr(edgeclassify, name)
    if name != "__version__":
        assert value.__name__ == name
        assert value.__doc__


def test_types_are_given_for_all_of_them() -> None:
    tree = ast.parse((ROOT / "__init__.pyi").read_text(encoding="utf-8"))
    named = {"__version__"}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                assert node.module is not None
                named.add(alias.name)
                found = getattr(importlib.import_module(node.module), alias.name)
                assert found is getattr(edgeclassify, alias.name)
        elif isinstance(node, ast.Assign):
            assert ast.literal_eval(node.value) == edgeclassify.__all__
    assert named == set(edgeclassify.__all__)


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'edgeclassify' has no attribute 'Classifer'"):
        edgeclassify.Classifer  # type: ignore[attr-defined]  # noqa: B018
    assert set(edgeclassify.__all__) <= set(dir(edgeclassify))


def test_importing_the_package_alone_loads_nothing() -> None:
    script = (
        "import sys, edgeclassify; print(sorted(name for name in sys.modules if name.startswith('edgeclassify.')))"
    )
    assert run(script).strip() == "[]"
    errors = "import sys; from edgeclassify import ImageError; print('numpy' in sys.modules)"
    assert run(errors).strip() == "False"


def test_a_picture_is_classified_without_what_the_daemon_needs(espresso: Path) -> None:
    script = (
        "import sys; from edgeclassify import Classifier\n"
        f"assert Classifier()({str(espresso)!r}).best.label == 'espresso'\n"
        f"print([name for name in {NEEDLESS!r} if name in sys.modules])"
    )
    assert run(script).strip() == "[]"


def test_every_error_is_one_of_the_package() -> None:
    for name in ("ArgumentError", "ImageError", "MissingInputError", "ModelError", "SourceError"):
        assert issubclass(getattr(edgeclassify, name), edgeclassify.EdgeClassifyError)
