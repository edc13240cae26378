"""Patterns that are compiled late: in use as those of `re`, and not compiled before."""

import re
import subprocess
import sys
import threading

import pytest

from edgeclassify.late_pattern import late_pattern
from tests.support.waiting import patient


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What has been compiled."""
    found: list[object] = []
    make = re.compile

    def noting(pattern: object, flags: int = 0) -> object:
        found.append(pattern)
        return make(pattern, flags)  # type: ignore[call-overload]

    monkeypatch.setattr(re, "compile", noting)
    return found


def test_it_is_compiled_once_and_when_it_is_used(compiled: list[object]) -> None:
    pattern = late_pattern(r"(?P<letter>[a-z])(\d)", re.IGNORECASE)
    assert compiled == []
    found = pattern.fullmatch("B7")
    assert found is not None
    assert found["letter"] == "B"
    assert pattern.fullmatch("77") is None
    assert pattern.sub(r"\2", "b7c8") == "78"
    assert compiled == [r"(?P<letter>[a-z])(\d)"]


def test_it_has_the_attributes_of_a_pattern() -> None:
    pattern = late_pattern(rb"[ab]+|(c)", re.DOTALL)
    assert (pattern.pattern, pattern.groups, bool(pattern.flags & re.DOTALL)) == (rb"[ab]+|(c)", 1, True)
    assert pattern.findall(b"abxc") == [b"", b"c"]
    with pytest.raises(AttributeError):
        _ = pattern.no_such_thing  # type: ignore[attr-defined]


def test_several_threads_may_use_it_first() -> None:
    pattern, found = late_pattern(r"(a|b|c)+d{2,40}"), []
    threads = [threading.Thread(target=lambda: found.append(pattern.fullmatch("abcdd"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert None not in found


@pytest.mark.parametrize(
    "module",
    [
        "edgeclassify.redaction",
        "edgeclassify.native_stderr",
        "edgeclassify.files.folder_condition",
        "edgeclassify.model.labels.label_file",
        "edgeclassify.model.labels.lines",
        "edgeclassify.model.labels.other_tools",
    ],
)
def test_what_every_start_imports_compiles_nothing_meanwhile(module: str) -> None:
    program = f"""
import re, sys
make, found = re.compile, []
def noting(*given):
    if sys._getframe(1).f_globals["__name__"] == {module!r}:
        found.append(given[0])
    return make(*given)
re.compile = noting
import {module}
print(len(found), end="")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=patient(60)
    )
    assert done.stdout == "0"
