"""Password files and variables as editors, shells and secret stores leave them."""

import os
import threading
import time
from pathlib import Path

import pytest

from edgeclassify.broker import password
from edgeclassify.broker.password import LONGEST, password_in, password_of
from edgeclassify.errors import ConfigError

SECRET = "correct horse"


def in_file(folder: Path, content: bytes) -> str:
    path = folder / "password"
    path.write_bytes(content)
    return password_in(path, "mqtt.password_file")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"s3", "s3"),
        (b"s3\n", "s3"),
        (b"s3\r\n", "s3"),
        (b"s3\r", "s3"),
        (b"s3\n\n", "s3"),
        (b"\r\n\r\ns3\r\n \r\n", "s3"),
        (b"\xef\xbb\xbfs3\r\n", "s3"),
        (b"\xef\xbb\xbf\ns3", "s3"),
        (b" s3 \n", " s3 "),
        (b"\ts\t3", "\ts\t3"),
        ("pä\u2028ß\n".encode(), "pä\u2028ß"),
        (b"x" * LONGEST + b"\r\n", "x" * LONGEST),
    ],
)
def test_what_is_around_it_is_no_part_of_it(tmp_path: Path, content: bytes, found: str) -> None:
    assert in_file(tmp_path, content) == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "found it empty"),
        (b"\n", "found it empty"),
        (b"\xef\xbb\xbf", "found it empty"),
        (b"\r\n  \r\n", "found it empty"),
        (b"\xff" + SECRET.encode(), "found bytes that are no UTF-8"),
        (SECRET.encode("utf-16"), "found UTF-16 text"),
        (b"\xfe\xff" + SECRET.encode("utf-16-be"), "found UTF-16 text"),
        (SECRET.encode("utf-16-le"), "found control characters"),
        (SECRET.encode() + b"\x00", "found control characters"),
        (SECRET.encode() + b"\x1b[2J", "found control characters"),
        (SECRET.encode() + b"\nsecond", "on one line, found 2 lines"),
        (b"user\n\n" + SECRET.encode() + b"\nthird\n", "on one line, found 3 lines"),
        (b"x" * (LONGEST + 1), "found more than 65535 bytes"),
        (b"x" * 200_000, "found more than 65535 bytes"),
    ],
)
def test_a_file_that_holds_no_password(tmp_path: Path, content: bytes, found: str) -> None:
    with pytest.raises(ConfigError) as raised:
        in_file(tmp_path, content)
    message = str(raised.value)
    assert message.startswith(f"mqtt.password_file: {tmp_path}/password: expected a file with the broker password")
    assert found in message
    assert SECRET not in message
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("value", ["s3", "s3\n", "\n s3".replace(" ", ""), "s3\r\n", "\ufeffs3"])
def test_a_variable_with_line_ends(value: str) -> None:
    assert password_of(value, "VARIABLE") == "s3"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("\n", "found it empty"),
        (f"{SECRET}\nmore", "found 2 lines"),
        (f"{SECRET}\x07", "found control characters"),
        (os.fsdecode(b"\xff") + SECRET, "found bytes that are no UTF-8"),
    ],
)
def test_a_variable_that_holds_no_password(value: str, found: str) -> None:
    with pytest.raises(ConfigError) as raised:
        password_of(value, "VARIABLE")
    assert str(raised.value).startswith("VARIABLE: expected the broker password")
    assert found in str(raised.value)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    keeper = os.open(pipe, os.O_RDWR)

    def write() -> None:
        for part in (b"s3", b"4\n"):
            time.sleep(0.2)
            os.write(keeper, part)
        os.close(keeper)

    writer = threading.Thread(target=write)
    writer.start()
    assert password_in(pipe, "key") == "s34"
    writer.join()


def test_a_pipe_without_a_writer_is_empty_and_one_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password, "_PIPE_S", 0.1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match="found it empty"):
        password_in(pipe, "key")
    keeper = os.open(pipe, os.O_RDWR)
    with pytest.raises(ConfigError, match="found it empty"):
        password_in(pipe, "key")
    os.close(keeper)


def test_no_file_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    in_file(tmp_path, b"s3")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_device_without_an_end(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found more than"):
        password_in(Path("/dev/zero"), "key")
