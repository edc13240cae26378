"""The package's names: each comes when it is asked for, and those for type checkers are the same."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from edgeclassify import types


def test_type_checkers_see_the_names_that_there_are() -> None:
    tree = ast.parse(Path(types.__file__).read_text(encoding="utf-8"))
    imported = {
        (node.module, alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert len(imported) == len(dir(types)) > 50
    for module, name in imported:
        assert getattr(types, name) is getattr(sys.modules[str(module)], name)


def test_a_name_that_is_none() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        types.Nothing  # noqa: B018


def test_who_asks_for_one_gets_no_others() -> None:
    code = (
        "import sys; from edgeclassify.types import Frame, Prediction\n"
        "print(sorted(name.rpartition('.')[2] for name in sys.modules if name.startswith('edgeclassify.types.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['embeddings', 'frames', 'predictions']\n"
