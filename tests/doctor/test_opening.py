"""What is opened for the checks: the broker's password as systemd would hand it to the service."""

import os
from pathlib import Path

import pytest

from edgeclassify.doctor import opening
from edgeclassify.doctor.opening import opened
from edgeclassify.service import credential_store, places


def test_a_password_of_systemds_stores_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text("")
    (tmp_path / "edgeclassify.mqtt-password").write_text("stored-words\n")
    monkeypatch.setattr(credential_store, "STORES", (tmp_path, tmp_path / "sealed"))
    monkeypatch.setattr(opening, "CONFIG", config)
    monkeypatch.setattr(opening, "unit_shown", lambda _: None)
    monkeypatch.delenv("EDGECLASSIFY_MQTT_PASSWORD", raising=False)
    assert places.unit_name(config) == "edgeclassify"
    with opened(config):
        assert os.environ["EDGECLASSIFY_MQTT_PASSWORD"] == "stored-words"
    assert "EDGECLASSIFY_MQTT_PASSWORD" not in os.environ
