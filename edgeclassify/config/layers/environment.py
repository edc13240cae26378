"""Variables within the strings of a config: ${NAME}, ${NAME:-default}; $${ is a ${ that is meant as it stands."""

import os
import re
import socket
from collections.abc import Mapping
from typing import Any

from edgeclassify.documents.faults import ConfigFault, key_of
from edgeclassify.redaction import remember, remember_all_in

HOST = "HOSTNAME"
"""This machine's name, also where no environment has it: systemd gives its services none."""
MARK = "${"
_VARIABLE = re.compile(
    r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-[^{}]*)?\}|(?P<broken>\$\{[^{}]{0,40}\}?)"
)
_SECRET = re.compile(
    r"(^|_)(pass|pwd|\w*(password|passwd|passphrase|secret)s?|tokens?|credentials?|auth"
    r"|(api|access|auth|private|secret|signing)_?keys?)(_|$)",
    re.IGNORECASE,
)
"""Whole words of a variable's name: MONKEY and BROKER_KEY_HOST name no secret, API_KEY does."""
UPDATE = "UPDATE"
"""Within an update's config: the folder where its models lie."""
_UPDATE_HINT = (
    "It stands for the folder of an update's models, in the update's own config.toml alone. Name the model there, "
    "and leave it out here."
)


class Environment:
    """`own`: variables beside those of the process, which these hide. `faults`: gets what is wrong."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = {} if own is None else own
        self.faults: list[ConfigFault] = []

    def filled(self, value: Any, place: tuple[int | str, ...] = ()) -> Any:
        """A document, or what is in it at `place`, with the variables' values in its strings."""
        if isinstance(value, str):
            return self._text(value, place) if MARK in value else value
        if isinstance(value, dict):
            return {key: self.filled(one, (*place, key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one, (*place, number)) for number, one in enumerate(value)]
        return value

    def _text(self, text: str, place: tuple[int | str, ...]) -> str:
        return _VARIABLE.sub(lambda found: self._value(found, place), text)

    def _value(self, found: re.Match[str], place: tuple[int | str, ...]) -> str:
        if found[0] == "$${":
            return MARK
        name, default = found["name"], found["default"]
        if name is None:
            shape = "${NAME} or ${NAME:-default}"
            self._note(place, shape, "a ${ that begins neither", "Write $${ for one that is meant as it stands.")
            return ""
        value = self._known(name)
        # As in a shell: an empty one counts as unset where there is a default.
        if default is not None and not value:
            return default.removeprefix(":-")
        if value is None:
            hint = (
                _UPDATE_HINT
                if name == UPDATE
                else f"Set it (systemctl edit edgeclassify, Environment={name}=…), or write ${{{name}:-default}}."
            )
            self._note(place, f"the environment variable {name}", "none of that name", hint)
            return ""
        if _SECRET.search(name):
            remember([value])
        remember_all_in(value)
        return value

    def _known(self, name: str) -> str | None:
        value = self._own.get(name, os.environ.get(name))
        return socket.gethostname() if value is None and name == HOST else value

    def _note(self, place: tuple[int | str, ...], expected: str, found: str, hint: str) -> None:
        self.faults.append(ConfigFault(key_of(place), expected, found, hint))
