"""How many looks pass over a file that is not as it was signed."""

import pytest

from edgeclassify.daemon.updating import wrong_files
from edgeclassify.daemon.updating.wrong_files import WrongFiles
from edgeclassify.updates.interface import FetchError, UpdateError


def is_fetched(files: WrongFiles, sha256: str = "a", error: Exception | None = None) -> bool:
    fetched = []

    def fetch() -> None:
        with files.minding("u", sha256):
            fetched.append(sha256)
            raise error or UpdateError("wrong")

    with pytest.raises((UpdateError, FetchError), match="wrong"):
        fetch()
    return bool(fetched)


def test_the_pause_grows_up_to_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_files, "MOST_SKIPPED", 4)
    files = WrongFiles()
    fetched = [look for look in range(20) if is_fetched(files)]
    assert fetched == [0, 2, 5, 10, 15]
    files.clear()
    assert is_fetched(files)


def test_another_file_waits_for_nothing() -> None:
    files = WrongFiles()
    assert is_fetched(files)
    assert is_fetched(files, "b")
    assert is_fetched(files, "a")


def test_what_breaks_off_is_gone_on_with_at_once() -> None:
    files = WrongFiles()
    assert is_fetched(files, error=FetchError("wrong"))
    assert is_fetched(files)
