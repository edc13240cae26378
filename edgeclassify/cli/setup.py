"""`edgeclassify setup`: the first config, by questions or by options; later one answer anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.cli.support.models_option import not_empty

if TYPE_CHECKING:
    from edgeclassify.config import CameraConfig
    from edgeclassify.setup.around import Around
    from edgeclassify.types import Frame

SUBJECTS = ("node", "broker", "camera", "model", "home-assistant", "page")
SETTLE_S = 1.0
"""Before the picture: a camera's exposure settles."""


@click.command(short_help="Set this node up, by questions; later change one answer.")
@click.argument("subjects", metavar="[SUBJECT]...", nargs=-1, type=click.Choice(SUBJECTS))
@config_option
@click.option("--node", metavar="NAME", callback=not_empty, help="Name of this node.")
@click.option(
    "--broker", metavar="HOST[:PORT]", callback=not_empty, help="The MQTT broker; mqtts://HOST with TLS; none."
)
@click.option("--username", metavar="NAME", help="User name at the broker; empty: none.")
@click.option(
    "--password-file",
    metavar="FILE",
    callback=not_empty,
    help="File with its password, which stays there; - takes a line of standard input, kept beside the config.",
)
@click.option("--tls/--no-tls", default=None, help="Encrypt the connection to the broker.")
@click.option("--ca", type=click.Path(path_type=Path), help="File with the certificate of the broker's CA (PEM).")
@click.option("--camera", metavar="SOURCE", callback=not_empty, help="As in picamera:0; `edgeclassify cameras`.")
@click.option(
    "--camera-name", metavar="NAME", callback=not_empty, help="Which camera, or what a new one is called."
)
@click.option("--model", "-m", metavar="NAME|FILE", callback=not_empty, help="As in `edgeclassify models list`.")
@click.option("--home-assistant/--no-home-assistant", default=None, help="Announce the node to Home Assistant.")
@click.option("--page", type=click.Choice(["off", "here", "network"]), help="A page, and who reaches it.")
@click.option(
    "--page-password-file",
    metavar="FILE",
    callback=not_empty,
    help="File with its password. [default: one is made]",
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: options, else what is there or was found; start.")
@click.option("--untried", is_flag=True, help="Take answers as they are: nothing is connected or opened.")
@click.option(
    "--start/--no-start",
    default=None,
    help="Start the service at the end. [default: asked; with --yes: start]",
)
def setup(
    subjects: tuple[str, ...],
    path: Path,
    node: str | None,
    broker: str | None,
    username: str | None,
    password_file: str | None,
    tls: bool | None,
    ca: Path | None,
    camera: str | None,
    camera_name: str | None,
    model: str | None,
    home_assistant: bool | None,
    page: str | None,
    page_password_file: str | None,
    yes: bool,
    untried: bool,
    start: bool | None,
) -> None:
    """Set this node up: name, broker, camera, model, Home Assistant, page.

    Each answer is tried as it is given: brokers of the network are found, connected to, and asked for the rights
    that the node needs; the camera takes a picture, which is shown, and the model says what it sees. Then the
    config is written, with all comments kept, and the service is started. Enter takes the usual answer; until the
    end Ctrl-C leaves everything as it was.

    Once there is a config, a SUBJECT (node, broker, camera, model, home-assistant, page) or an option changes that
    answer alone. With --yes, or options where there is no terminal, nothing is asked, and the service is started
    too, unless --no-start says otherwise.

    \b
    Example:  sudo edgeclassify setup
              sudo edgeclassify setup camera
              sudo edgeclassify setup --yes --node porch --broker homeassistant.local --camera picamera:0
    """
    from edgeclassify.errors import UsageError
    from edgeclassify.setup.asking import Asking
    from edgeclassify.setup.interface import Given, PageReach, Subject
    from edgeclassify.setup.run import Ending, run_setup

    kept, in_file = _broker_password(password_file)
    given = Given(
        node=node,
        broker=broker,
        username=username,
        password=kept,
        password_file=in_file,
        tls=tls,
        ca=ca,
        camera=camera,
        camera_name=camera_name,
        model=model,
        home_assistant=home_assistant,
        page=None if page is None else PageReach(page),
        page_password=_page_password(page_password_file),
    )
    around = _around(path, asks=not yes, tries=not untried)
    if not (yes or around.talk.asks or given.subjects or start is not None):
        raise UsageError(
            "setup: expected a terminal to ask on, or answers as options; found neither. With --yes it takes what "
            "is there or was found, writes the config and starts the service."
        )
    named = tuple(map(Subject, subjects))
    is_services = around.service.unit is not None and around.service.as_root
    run_setup(path, Asking(around, given, named), Ending(start, _settle if is_services else None))


def _around(path: Path, *, asks: bool, tries: bool) -> Around:
    import os

    from edgeclassify.doctor.broker_trial import try_broker
    from edgeclassify.setup.around import Around, Trials
    from edgeclassify.setup.nearby.brokers import look_around
    from edgeclassify.setup.service_control import ServiceControl, service_unit
    from edgeclassify.setup.terminal.screen import Screen
    from edgeclassify.setup.terminal.talk import Talk, somebody_sits_here

    talk = Talk(Screen.of_output(), asks=asks and somebody_sits_here())
    service = ServiceControl(service_unit(path), as_root=os.geteuid() == 0)
    return Around(talk, service, Trials(try_broker, _picture, look_around), tries=tries)


def _picture(camera: CameraConfig) -> Frame:
    """Raises SourceError."""
    from edgeclassify.pixels import to_keep
    from edgeclassify.preflight.one_frame import next_frame, opened_camera

    source = opened_camera(camera, "request/snapshot")
    try:
        return to_keep(next_frame(source, SETTLE_S))
    finally:
        source.close()


def _settle(config: Path) -> list[str]:
    """What the machine around the service's config needs; a line for each change. Raises EdgeClassifyError."""
    from edgeclassify.service.settling import settle
    from edgeclassify.service.systemctl import reload_units

    lines = settle(config)
    if lines:
        reload_units()
    return lines


def _broker_password(file: str | None) -> tuple[str | None, Path | None]:
    """One to be kept beside the config, or the file where it stays."""
    from edgeclassify.broker.password import the_line

    if file != "-":
        return None, None if file is None else Path(file)
    text = "" if sys.stdin is None else sys.stdin.readline()
    return the_line(text, "--password-file: -: expected the broker's password on standard input"), None


def _page_password(file: str | None) -> str | None:
    from edgeclassify.broker.password import password_in

    return None if file is None else password_in(Path(file), "--page-password-file", "the page's password")
