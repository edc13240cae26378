"""The whole of it: asked, shown, written, and the service started."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from edgeclassify.config import Config
from edgeclassify.redaction import scrubbed
from edgeclassify.setup.around import Around
from edgeclassify.setup.asking import Asking
from edgeclassify.setup.changes import changed_lines
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.last_look import last_look
from edgeclassify.setup.page_password import give_password
from edgeclassify.setup.writing import check_can_write, write

Settle = Callable[[Path], list[str]]


@dataclass(frozen=True, slots=True)
class Ending:
    """What comes behind the answers. `start` None: it is asked. `settle`: what the service needs of a new config,
    None: it is no service's, or not ours to give."""

    start: bool | None
    settle: Settle | None


def run_setup(path: Path, asking: Asking, ending: Ending) -> None:
    """Ask; write what was answered. Raises EdgeClassifyError, click.Abort for Ctrl-C: then all is as it was."""
    around = asking.around
    check_can_write(path)
    draft = Draft.begin(path)
    is_written = False
    try:
        draft = asking.all_of(draft)
        is_written = _write(draft, around, ending)
        _start(draft, around, ending, is_written)
    except (click.Abort, KeyboardInterrupt):
        around.screen.plain("")
        around.screen.plain(f"Left. {'What was written stays.' if is_written else 'Nothing was changed.'}")
        raise
    finally:
        around.service.go_on()


def _write(draft: Draft, around: Around, ending: Ending) -> bool:
    """False: there is nothing to write, or it is not wanted."""
    screen = around.screen
    screen.heading("The config")
    if not draft.is_changed:
        screen.good(f"{draft.path}: nothing is to be changed")
        return False
    for line in changed_lines(draft):
        screen.plain(line)
    if draft.password is not None:
        screen.plain(f"and the broker's password, in {draft.config.mqtt.password_file}")
    if not around.talk.yes(f"Write {draft.path}?"):
        screen.plain("Nothing was changed.")
        return False
    for path in write(draft):
        screen.good(f"written: {path}")
    give_password(draft.path, draft.page_password, screen)
    for line in ending.settle(draft.path) if ending.settle is not None else ():
        screen.plain(line)
    found = last_look(draft.path)
    for warning in found.warnings:
        screen.warning(scrubbed(warning))
    for fault in found.faults:
        screen.bad(str(fault))
    return True


def _start(draft: Draft, around: Around, ending: Ending, is_written: bool) -> None:
    service, screen = around.service, around.screen
    if not is_written and ending.start is not True:
        return
    screen.heading("The service")
    if service.unit is None:
        screen.plain(f"Run it by hand: edgeclassify run --config {shlex.quote(str(draft.path))}")
        screen.plain("As a service, by a config in /etc/edgeclassify, it needs root: sudo edgeclassify setup")
    elif not service.is_there:
        screen.plain("It is not on this machine yet: sudo edgeclassify service install")
    elif not service.as_root:
        screen.plain(f"Starting it needs root: sudo systemctl enable --now {service.unit}")
    elif _is_wanted(around, ending):
        service.start()
        screen.good(f"{service.unit} runs, and starts with the machine")
    else:
        screen.plain(f"Start it: sudo systemctl enable --now {service.unit}")
    _what_next(draft.config, around)


def _is_wanted(around: Around, ending: Ending) -> bool:
    if ending.start is not None:
        return ending.start
    if around.service.is_active:
        return around.talk.yes("The service runs. Shall it take this over now?")
    return around.talk.yes("Start the service now, and with the machine?")


def _what_next(config: Config, around: Around) -> None:
    mqtt, screen = config.mqtt, around.screen
    if mqtt.enabled:
        login = f" -u {shlex.quote(mqtt.username)} -P 'the password'" if mqtt.username else ""
        port = "" if mqtt.port == 1883 else f" -p {mqtt.port}"
        topic = shlex.quote(f"{mqtt.prefix}/{config.node.name}/#")
        screen.note(f"What it says: mosquitto_sub -h {shlex.quote(mqtt.host)}{port}{login} -t {topic} -v")
    if config.web.enabled:
        screen.note(f"The page: {config.web.address}")
    screen.note("Another answer later: edgeclassify setup camera (or node, broker, model, home-assistant, page)")
