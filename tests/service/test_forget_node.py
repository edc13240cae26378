"""What the node left on its broker, taken back before the service goes."""

from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from tests.support.broker import Mosquitto, Observer, free_port, needs_mosquitto


def forget(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What is said, on both streams: whoever removes the service goes on."""
    assert main(["service", "forget-node", "--config", str(config)]) == ExitStatus.OK
    said = capsys.readouterr()
    return said.out, said.err


def node_config(folder: Path, port: int) -> Path:
    config = folder / "edgeclassify.toml"
    broker = f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\n'
    config.write_text(f'[node]\nname = "porch"\n{broker}[[camera]]\nsource = "synthetic:"\n')
    return config


@pytest.mark.broker
def test_what_the_node_left_on_its_broker_is_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs_mosquitto()
    broker = Mosquitto(tmp_path).start()
    try:
        sender = Observer(broker.port, "nothing").start()
        sender.publish("edgeclassify/porch/status", b"offline", retain=True)
        sender.publish("edgeclassify/other/status", b"offline", retain=True)
        sender.stop()
        assert "porch: 1 retained message removed" in forget(node_config(tmp_path, broker.port), capsys)[0]
        left = Observer(broker.port, "#").start()
        left.publish("the/end", b"", retain=False)
        left.stop()
        assert [topic for topic in left.topics() if topic != "the/end"] == ["edgeclassify/other/status"]
    finally:
        broker.stop()


def test_without_its_broker_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = forget(node_config(tmp_path, free_port()), capsys)[1]
    assert "connection refused" in error
    assert "edgeclassify watch --host BROKER --forget porch" in error


@pytest.mark.parametrize("text", [None, "[nod]\n"])
def test_without_a_config_that_can_be_read_the_rest_goes_on(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "edgeclassify.toml"
    if text is not None:
        config.write_text(text)
    error = forget(config, capsys)[1]
    assert ("--forget NODE" in error) is (text is not None)


def test_a_node_without_a_broker_has_left_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text('[mqtt]\nenabled = false\n[history]\nenabled = true\n[[camera]]\nsource = "synthetic:"\n')
    assert forget(config, capsys) == ("", "")
