"""The section on the page: whether there is one, where it listens, and who may look."""

import ipaddress
import socket
from typing import Annotated

from edgeclassify.config.base import Section, about
from edgeclassify.config.values import File, Host
from edgeclassify.late_model import Field, field_validator


class WebTlsConfig(Section):
    """[web] tls: https with a certificate of one's own."""

    cert: File = Field(description="Certificate, with those between it and its CA (PEM).")
    key: File = Field(description="Its private key, without a passphrase (PEM).")


class WebConfig(Section):
    """[web]: the page, and the HTTP API below it."""

    enabled: bool = about(False, "Serve the page; needs the extra: pip install 'edgeclassify[web]'.")
    listen: str = about(
        "127.0.0.1",
        "IP address to listen on: 0.0.0.0 is all of IPv4, :: all there are. Any but this machine's own needs a "
        "password: `edgeclassify web password` makes one.",
    )
    port: Annotated[int, Field(ge=1, le=65535)] = about(8080, "TCP port.")
    access_file: File | None = about(
        None, "Who may look, as `edgeclassify web password` writes it; default: web-access.json in node.state_dir."
    )
    tls: WebTlsConfig | None = about(None, "A certificate for https; absent: plain http.")
    hosts: Annotated[tuple[Host, ...], Field(strict=False)] = about(
        (),
        "Names by which browsers may ask for the page, beside this machine's name, NAME.local, localhost and any "
        "IP address: those of a proxy before it, say.",
    )
    proxies: Annotated[tuple[str, ...], Field(strict=False)] = about(
        (), "IP addresses of proxies whose X-Forwarded-For and -Proto count."
    )
    fps: Annotated[float, Field(gt=0, le=30, allow_inf_nan=False)] = about(
        5.0, "Most pictures per second of each camera, made while somebody looks, once for all who do."
    )
    longest_side: Annotated[int, Field(ge=64, le=4096)] = about(960, "Pixels of their longer side.")
    connections: Annotated[int, Field(ge=4, le=1000)] = about(100, "Most connections at a time; more are refused.")

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        return _address(value)

    @field_validator("proxies")
    @classmethod
    def _proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_address, value))

    @property
    def is_open(self) -> bool:
        """True where others than this machine reach it."""
        return not ipaddress.ip_address(self.listen).is_loopback

    @property
    def address(self) -> str:
        """Where people find it, as a URL without a slash at its end; of all addresses it is this
        machine's name."""
        ip = ipaddress.ip_address(self.listen)
        host = f"[{ip}]" if ip.version == 6 else str(ip)
        if ip.is_unspecified:
            name = socket.gethostname()
            host = name if "." in name else f"{name}.local"
        scheme, usual = ("http", 80) if self.tls is None else ("https", 443)
        return f"{scheme}://{host}" if self.port == usual else f"{scheme}://{host}:{self.port}"


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as error:
        raise ValueError("an IP address, as in 127.0.0.1 or 0.0.0.0") from error
