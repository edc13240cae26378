import stat
from pathlib import Path

import pytest

from edgeclassify.config import load_config
from edgeclassify.demo.config_text import DemoConfig
from edgeclassify.types import ModelChoice


@pytest.mark.parametrize(
    "source", ["images:/a folder/\"quoted\" [and] 'more'", "rtsp://u:p@host/päth", "v4l2:/dev/video0"]
)
def test_the_text_is_a_config(tmp_path: Path, source: str) -> None:
    file = tmp_path / "edgeclassify.toml"
    DemoConfig(source, ModelChoice(name="mobilenet_v2", threads=2), 1234, 8085, 0.25).write(file)
    config = load_config(file)
    assert config.camera[0].source == source
    assert (config.camera[0].interval_s, config.mqtt.port) == (0.25, 1234)
    assert (config.model.name, config.model.threads, config.model.labels) == ("mobilenet_v2", 2, None)
    assert config.web.enabled
    assert config.web.port == 8085
    assert config.history.enabled
    assert config.teaching.enabled
    assert config.snapshot.disk
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_the_page(tmp_path: Path) -> None:
    file = tmp_path / "edgeclassify.toml"
    DemoConfig("synthetic:", ModelChoice(), 1234, None, 1).write(file)
    assert not load_config(file).web.enabled
