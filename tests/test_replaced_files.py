"""Imports in a process that has run for long."""

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
