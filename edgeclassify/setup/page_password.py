"""The page's password: one of the user's own, or one that is made where the page needs one and has none."""

from dataclasses import replace
from pathlib import Path

from edgeclassify.preflight.page_access import page_access, service_is_missing
from edgeclassify.service.sandbox import config_seen
from edgeclassify.setup.terminal.screen import Screen


def give_password(config: Path, own: str | None, screen: Screen) -> None:
    """Write it where the daemon looks, and show a made one this once. Raises EdgeClassifyError."""
    from edgeclassify.web.safety.passwords import new_password, password_hash

    # A file that the config names needs no service to be in its place.
    web = config_seen(config)[0].web
    if own is None and web.access_file is None and service_is_missing(config):
        if web.is_open:
            screen.command("The page gets its password once the service is here", "sudo edgeclassify web password")
        return
    access = page_access(config)
    web = access.config.web
    before = access.read()
    if own is None and (not web.enabled or not web.is_open or before.password or before.tokens):
        return
    chosen = new_password() if own is None else own
    access.write(replace(before, password=password_hash(chosen)))
    if own is None:
        screen.good(f"the password of {web.address}, shown this once:")
        screen.once(f"  {chosen}")
    else:
        screen.good(f"the password of {web.address} is yours; written to {access.path}")
