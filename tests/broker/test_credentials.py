import logging
import ssl
import subprocess
from pathlib import Path

import pytest

from edgeclassify.broker.credentials import MQTT_PASSWORD, credentials, tls_context
from edgeclassify.config import MqttConfig, TlsConfig
from edgeclassify.errors import ConfigError, ExitStatus

SECRET = "correct horse"


def password_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def with_file(path: Path) -> MqttConfig:
    return MqttConfig(username="porch", password_file=path)


def test_the_password_is_in_no_repr(tmp_path: Path) -> None:
    found = credentials(with_file(password_file(tmp_path, SECRET.encode())), {})
    assert SECRET not in repr(found)
    assert SECRET not in str(found)


def test_a_wrong_file_is_a_fault_of_the_config_that_systemd_does_not_retry(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        credentials(with_file(tmp_path / "nowhere"), {})
    assert raised.value.exit_status == ExitStatus.CONFIG


def test_a_password_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mqtt\.password_file: .*nowhere.*No such file or directory"):
        credentials(with_file(tmp_path / "nowhere"), {})
    with pytest.raises(ConfigError, match=r"Is a directory"):
        credentials(with_file(tmp_path), {})


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_file_for_everybody_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, warned: bool
) -> None:
    with caplog.at_level(logging.DEBUG):
        credentials(with_file(password_file(tmp_path, SECRET.encode(), mode)), {})
    assert ("can be read by every user" in caplog.text) is warned
    assert SECRET not in caplog.text


def test_sources_in_order(tmp_path: Path) -> None:
    (tmp_path / "mqtt-password").write_text("from systemd\n")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    config = MqttConfig(username="porch")

    def password(settings: MqttConfig) -> str | None:
        found = credentials(settings, environment)
        assert found is not None
        return found.password

    assert password(config) == "from systemd"
    environment[MQTT_PASSWORD.variable] = ""
    assert password(config) == "from systemd"
    environment[MQTT_PASSWORD.variable] = "from the environment"
    assert password(config) == "from the environment"
    assert password(with_file(password_file(tmp_path, b"from the file"))) == "from the file"


def test_a_variable_that_holds_more_than_a_password_is_refused() -> None:
    with pytest.raises(ConfigError, match=rf"^{MQTT_PASSWORD.variable}: .* found 2 lines"):
        credentials(MqttConfig(username="porch"), {MQTT_PASSWORD.variable: "one\ntwo"})
    found = credentials(MqttConfig(username="porch"), {MQTT_PASSWORD.variable: "one\n"})
    assert found is not None
    assert found.password == "one"


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_a_folder_of_credentials_that_can_not_be_looked_into_has_none(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    found = credentials(MqttConfig(username="porch"), {"CREDENTIALS_DIRECTORY": str(tmp_path / folder)})
    assert found is not None
    assert found.password is None


def test_an_empty_credential_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mqtt-password").write_text("\r\n")
    with pytest.raises(ConfigError, match=r"^systemd credential mqtt-password: .* found it empty"):
        credentials(MqttConfig(username="porch"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_a_user_without_password_and_no_user_at_all(tmp_path: Path) -> None:
    found = credentials(MqttConfig(username="porch"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert found is not None
    assert found.password is None
    assert credentials(MqttConfig(), {MQTT_PASSWORD.variable: "x"}) is None


def test_tls_off_and_system_certificates() -> None:
    assert tls_context(None) is None
    context = tls_context(TlsConfig())
    assert context is not None
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_missing_tls_file_names_its_key(tmp_path: Path) -> None:
    there = tmp_path / "there.pem"
    there.write_text("")
    nowhere = tmp_path / "nowhere.pem"
    for tls, key in (
        (TlsConfig(ca=nowhere), "ca"),
        (TlsConfig(cert=nowhere, key=there), "cert"),
        (TlsConfig(cert=there, key=nowhere), "key"),
    ):
        with pytest.raises(ConfigError, match=rf"^mqtt\.tls\.{key}: .*nowhere\.pem: .*No such file"):
            tls_context(tls)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\0" * 100])
def test_a_ca_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"^mqtt\.tls\.ca: {path}: expected a CA certificate in PEM form"):
        tls_context(TlsConfig(ca=path))


def test_a_key_of_another_certificate(certificates: Path) -> None:
    assert tls_context(TlsConfig(cert=certificates / "client.pem", key=certificates / "client.key")) is not None
    with pytest.raises(ConfigError, match=r"mqtt\.tls\.cert, mqtt\.tls\.key: .*belong together"):
        tls_context(TlsConfig(cert=certificates / "client.pem", key=certificates / "server.key"))


def test_an_encrypted_key_is_refused_and_nobody_is_asked(certificates: Path, tmp_path: Path) -> None:
    encrypted = tmp_path / "client.key"
    command: list[str | Path] = [
        "openssl",
        "pkey",
        "-in",
        certificates / "client.key",
        "-aes256",
        "-passout",
        "pass:x",
        "-out",
        encrypted,
    ]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(ConfigError, match=r"mqtt\.tls\.cert, mqtt\.tls\.key: .*unencrypted private key"):
        tls_context(TlsConfig(cert=certificates / "client.pem", key=encrypted))
