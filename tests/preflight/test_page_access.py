"""Where the page's password is kept."""

from pathlib import Path

import pytest

from edgeclassify.errors import UsageError
from edgeclassify.preflight.page_access import page_access, service_is_missing
from edgeclassify.service import places


def test_a_password_waits_for_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before that is here nobody knows its user, and root's own home is none of its places."""
    config = tmp_path / "edgeclassify.toml"
    config.write_text('[[camera]]\nsource = "synthetic:"\n')
    assert not service_is_missing(config)
    monkeypatch.setattr(places, "CONFIG", config)
    monkeypatch.setattr(places, "NAME", "nobody-has-this-name")
    assert service_is_missing(config)
    with pytest.raises(UsageError, match="sudo edgeclassify service install"):
        page_access(config)


def test_a_place_that_the_config_names_waits_for_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, place = tmp_path / "edgeclassify.toml", tmp_path / "access.json"
    config.write_text(f'[web]\naccess_file = "{place}"\n[[camera]]\nsource = "synthetic:"\n')
    monkeypatch.setattr(places, "CONFIG", config)
    monkeypatch.setattr(places, "NAME", "nobody-has-this-name")
    assert page_access(config).path == place
