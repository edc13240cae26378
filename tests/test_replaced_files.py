"""Imports in a process that has run for long."""

import subprocess
import sys
from importlib import import_module

import pytest

from edgeclassify.replaced_files import ReplacedFilesError, late_imports


def test_a_module_that_is_gone_is_one_sentence() -> None:
    with pytest.raises(ReplacedFilesError) as raised, late_imports():
        import_module("edgeclassify.gone")
    assert str(raised.value) == (
        "expected the files that edgeclassify was started with, found others "
        "(No module named 'edgeclassify.gone'). Restart the service."
    )


def test_what_else_goes_wrong_is_no_business_of_it() -> None:
    with pytest.raises(ZeroDivisionError), late_imports():
        raise ZeroDivisionError


def printed(code: str) -> str:
    """What a fresh Python prints of it."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_core_of_pydantic_that_does_not_fit_is_such_a_file() -> None:
    """As it is in the middle of an update: the daemon answers a request with one sentence then."""
    code = (
        "import pydantic_core; pydantic_core.__version__ = '0.0.1'\n"
        "from edgeclassify.contract.requests import request_of\n"
        "from edgeclassify.replaced_files import ReplacedFilesError\n"
        "from edgeclassify.types import Command\n"
        "try: request_of(Command.PING, {}, [], None)\n"
        "except ReplacedFilesError as error: print(str(error)[:30])\n"
    )
    assert printed(code) == "expected the files that edgecl\n"


@pytest.mark.parametrize("module", ["watch.reading", "recording.format.lines", "web.api.endpoints"])
def test_what_judges_for_months_loads_pydantic_at_once(module: str) -> None:
    assert printed(f"import sys, edgeclassify.{module}; print('pydantic' in sys.modules)") == "True\n"
