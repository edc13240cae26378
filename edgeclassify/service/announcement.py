"""The page's announcement in the network, by Avahi: while others than this machine reach it."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from edgeclassify.config import Config
from edgeclassify.service.marked_file import MARK, settle_marked
from edgeclassify.service.places import ANNOUNCEMENTS, unit_of


def announcement_file(config: Path, folder: Path = ANNOUNCEMENTS) -> Path:
    """Where Avahi finds it."""
    return folder / unit_of(config).replace("@", "-")


def settle_announcement(config: Path, content: Config | None, folder: Path = ANNOUNCEMENTS) -> Iterator[str]:
    """Write or remove the announcement as the config asks; one line where that changes something.

    Nothing is written where there is no Avahi. `content` None: the config can't be read, and all stays. Raises
    StorageError.
    """
    if content is None or not folder.is_dir():
        return
    wanted = content.web.enabled and content.web.is_open
    file = announcement_file(config, folder)
    if settle_marked(file, _text(content) if wanted else None):
        yield f"{file}: the page is {'announced in the network' if wanted else 'not announced any more'}"


def _text(config: Config) -> str:
    kind = "_http._tcp" if config.web.tls is None else "_https._tcp"
    return (
        '<?xml version="1.0" standalone="no"?>\n'
        f"<!-- {MARK} -->\n"
        '<!DOCTYPE service-group SYSTEM "avahi-service.dtd">\n'
        "<service-group>\n"
        f'  <name replace-wildcards="yes">edgeclassify {escape(config.node.name)} on %h</name>\n'
        "  <service>\n"
        f"    <type>{kind}</type>\n"
        f"    <port>{config.web.port}</port>\n"
        "    <txt-record>path=/</txt-record>\n"
        "  </service>\n"
        "</service-group>\n"
    )
