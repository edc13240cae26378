"""The page's password: one of the user's own, or one that is made where the page needs one and has none."""

from dataclasses import replace
from pathlib import Path

from edgeclassify.preflight.page_access import page_access
from edgeclassify.setup.terminal.screen import Screen


def give_password(config: Path, own: str | None, screen: Screen) -> None:
    """Write it where the daemon looks, and show a made one this once. Raises EdgeClassifyError."""
    from edgeclassify.web.safety.passwords import new_password, password_hash

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
