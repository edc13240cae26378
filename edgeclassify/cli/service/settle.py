"""`edgeclassify service settle`: the machine made to fit a changed config."""

from __future__ import annotations

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option


@click.command(short_help="After a change of the config: rights, ports, announcement.")
@config_option
@click.option("--no-password", is_flag=True, help="Make no password for the page, whoever reaches it.")
@click.pass_context
def settle(context: click.Context, path: Path, no_password: bool) -> None:
    """Make this machine fit the service's config, after each change of it by hand. Twice does no harm.

    \b
    * A config with a password in it can be read by root and the service alone; one that the page changes is the
      service's own.
    * The service may listen on the page's port, and on no other.
    * A page that others than this machine reach is announced by Avahi, and gets a password, which is shown this
      once.

    \b
    Example:  sudo edgeclassify service settle
    """
    from edgeclassify.cli.support.root import check_root
    from edgeclassify.errors import EdgeClassifyError, UsageError
    from edgeclassify.service.places import CONFIG, is_services
    from edgeclassify.service.settling import settle as settled
    from edgeclassify.service.systemctl import reload_units

    check_root("service settle")
    if not is_services(path):
        raise UsageError(
            f"{path}: expected {CONFIG}, or the config of an instance beside it (letters, digits, _ . -), found a "
            "file that no unit runs with. Nothing was changed."
        )
    lines = settled(path)
    for line in lines:
        click.echo(line)
    if lines:
        reload_units()
    if no_password or not path.exists():
        return
    from edgeclassify.cli.web.password import password

    try:
        context.invoke(password, path=path, if_needed=True)
    except EdgeClassifyError as error:
        click.echo(f"the page has no password yet; later: sudo edgeclassify web password. {error}", err=True)
