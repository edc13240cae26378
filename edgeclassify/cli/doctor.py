"""`edgeclassify doctor`: is anything wrong here, and what is to be done about it?"""

import json
import time
from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option


@click.command(short_help="What is wrong here, and what to do about it?")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@click.option(
    "--bundle",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all of it for a bug report into FILE, a .tar.gz without any password.",
)
@click.option("--beside-daemon", is_flag=True, hidden=True, help="The daemon asks, and works on meanwhile.")
def doctor(path: Path, as_json: bool, bundle: Path | None, beside_daemon: bool) -> int:
    """Look at machine, program, service, cameras, broker and page, and say what to do about what is wrong.

    Each line begins with the name of a check, which docs/troubleshooting.md explains. With sudo more can be found
    out. A camera that the daemon uses is not opened, and no message of it counts at the broker. Exit status 0
    without a fault, 78 where the config has one, 69 for any other.

    \b
    Example:  sudo edgeclassify doctor
              sudo edgeclassify doctor --bundle report.tar.gz
    """
    from edgeclassify.cli.reports.doctor import DoctorScreen
    from edgeclassify.doctor.checks import GROUPS, TITLES
    from edgeclassify.doctor.interface import Finding
    from edgeclassify.doctor.opening import opened
    from edgeclassify.doctor.report import document, exit_status
    from edgeclassify.doctor.running import run_checks

    if bundle is not None:
        from edgeclassify.doctor.bundle import check_place, write_bundle

        check_place(bundle)
    screen = None if as_json else DoctorScreen()
    found: list[Finding] = []
    at = time.time()
    with opened(path, beside_daemon=beside_daemon) as around:
        for group in GROUPS:
            if screen is not None:
                screen.begin(group.title)
            for finding in run_checks(around, group.checks):
                found.append(finding)
                if screen is not None:
                    screen.show(finding)
        said = document(found, TITLES, at)
        if bundle is not None:
            write_bundle(bundle, around, said)
    if screen is None:
        click.echo(json.dumps(said, indent=2))
    else:
        screen.end(found)
    if bundle is not None:
        click.echo(f"{bundle}: written, without passwords; read it before you send it.", err=as_json)
    return exit_status(found)
