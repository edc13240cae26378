"""A password as people leave it in a file or a variable: out of Notepad, `echo`, `docker secret`, a pipe.

It is one line. What editors and shells put around it (a byte order mark, line ends of any kind, empty lines) is no
part of it; spaces are. No message quotes any of it, and no error that would carry it is kept as a cause.
"""

import os
import re
import select
import stat
from pathlib import Path

from edgeclassify.errors import ConfigError
from edgeclassify.redaction import remember

LONGEST = 65_535
"""MQTT's limit, in bytes."""
_AROUND = 64
"""Bytes more than that are read, for what is around it."""
_PIPE_S = 5.0
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


BROKER_PASSWORD = "the broker password"


def password_in(path: Path, key: str, what: str = BROKER_PASSWORD) -> str:
    """The password in a file. Raises ConfigError, with `key` in front, where there is none or it can't be read.

    `what`: what it is, for messages.
    """
    wanted = f"{key}: {path}: expected a file with {what}"
    try:
        content = _content(path)
    except OSError as error:
        raise ConfigError(
            f"{wanted}, but it can't be read: {error.strerror}. Check the path and its rights."
        ) from error
    if len(content) > LONGEST + _AROUND:
        raise ConfigError(f"{wanted}, found more than {LONGEST} bytes. Is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        found = "UTF-16 text" if content[:2] in _UTF16 else "bytes that are no UTF-8"
        raise ConfigError(f"{wanted}, found {found}. Save it as UTF-8 text.") from None
    return the_line(text, wanted)


def password_of(value: str, variable: str, what: str = BROKER_PASSWORD) -> str:
    """The password in an environment variable. Raises ConfigError."""
    wanted = f"{variable}: expected {what}"
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ConfigError(f"{wanted}, found bytes that are no UTF-8. Set it as UTF-8 text.") from None
    return the_line(value.removeprefix("\ufeff"), wanted)


def the_line(text: str, wanted: str) -> str:
    """The one line of `text` that is not empty. Raises ConfigError that begins with `wanted`."""
    lines = [line for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
    if not lines:
        raise ConfigError(f"{wanted}, found it empty. Write it there, on one line.")
    if len(lines) > 1:
        raise ConfigError(f"{wanted} on one line, found {len(lines)} lines. Keep it alone.")
    if _CONTROL.search(lines[0]):
        raise ConfigError(
            f"{wanted}, found control characters in it. Is it the right one? Write it as plain text."
        )
    if len(lines[0].encode()) > LONGEST:
        raise ConfigError(f"{wanted}, found more than {LONGEST} bytes. Is it the right one?")
    remember(lines[:1])
    return lines[0]


def _content(path: Path) -> bytes:
    """What is in the file, at most a little more than the longest password has.

    A pipe (as `--password-file <(pass show broker)`) is read until its writer is done, or has said nothing for
    some seconds; one without a writer is empty.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        content = b""
        while len(content) <= LONGEST + _AROUND:
            if is_pipe and not select.select([descriptor], [], [], _PIPE_S)[0]:
                break
            chunk = os.read(descriptor, LONGEST + _AROUND + 1 - len(content))
            if not chunk:
                break
            content += chunk
        return content
    finally:
        os.close(descriptor)
