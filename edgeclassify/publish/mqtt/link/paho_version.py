"""Whether the paho that is installed has the private methods that our client overrides and calls."""

import inspect
from collections.abc import Mapping

from edgeclassify.errors import PublishError

WANTED = ">=2.2,<2.3"
"""As in pyproject.toml: a later minor version may have other private methods."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "_create_socket_connection": (),
    "_handle_pingresp": (),
    "_handle_pubackcomp": ("cmd",),
    "_handle_pubrec": (),
    "_packet_read": (),
    "_send_pingreq": (),
    "_send_puback": ("mid",),
    "_sock_recv": ("bufsize",),
    "_sock_send": ("buf",),
    "_ssl_wrap_socket": ("tcp_sock",),
}
"""Private methods of paho's client and their parameters."""

NEEDED_ATTRIBUTES = ("_in_packet", "_last_bytes_received")


def check(client: type) -> None:
    """Raises PublishError where paho's client class lacks something: else a broker could do what it likes."""
    unfit = [name for name, parameters in NEEDED.items() if _parameters(client, name) != parameters]
    names = getattr(inspect.getattr_static(client, "__init__", None), "__code__", None)
    unfit += [name for name in NEEDED_ATTRIBUTES if names is None or name not in names.co_names]
    if unfit:
        raise PublishError(
            f"paho-mqtt {_installed()} does not fit: expected {WANTED}, whose client has "
            f"{', '.join(sorted(unfit))}. pip install 'paho-mqtt{WANTED}'"
        )


def _parameters(client: type, name: str) -> tuple[str, ...] | None:
    method = getattr(client, name, None)
    return None if method is None else tuple(inspect.signature(method).parameters)[1:]


def _installed() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("paho-mqtt")
    except PackageNotFoundError:
        return "(of unknown version)"
