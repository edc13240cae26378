"""The whole of it: asked, shown, written, and the service started."""

import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from edgeclassify.config import Config
from edgeclassify.documents.faults import report
from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.preflight.page_access import check_service_is_there
from edgeclassify.setup.around import Around
from edgeclassify.setup.asking import Asking
from edgeclassify.setup.changes import changed_lines
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.last_look import last_look, new_faults
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
    with _left_as_by_ctrl_c(), around.service:
        try:
            draft = asking.all_of(draft)
            is_written = _is_to_be_written(draft, around)
            settled = _write(draft, around, ending) if is_written else []
            if is_written or ending.start:
                _start(draft, around, ending, anew=bool(settled))
        except (click.Abort, KeyboardInterrupt):
            around.screen.plain("")
            around.screen.plain(f"Left. {'What was written stays.' if is_written else 'Nothing was changed.'}")
            raise


@contextmanager
def _left_as_by_ctrl_c() -> Iterator[None]:
    """While entered, also a connection of ssh that breaks, and a kill: what was stopped is started again."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_to_be_written(draft: Draft, around: Around) -> bool:
    """What there is to write is shown first."""
    screen = around.screen
    screen.heading("The config")
    if not draft.is_changed:
        screen.good(f"{draft.path}: nothing is to be changed")
        return False
    for line in changed_lines(draft):
        screen.plain(line)
    if draft.password is not None:
        screen.plain(f"and the broker's password, in {draft.config.mqtt.password_file}")
    faults = new_faults(draft) if around.tries else []
    if faults and not around.talk.asks:
        raise ConfigError(f"{report(str(draft.path), faults)}\nNothing was changed; --untried writes it as it is.")
    for fault in faults:
        screen.bad(f"the service would not start: {fault}")
    if around.talk.yes(f"Write {draft.path}{' all the same' if faults else ''}?", usual=not faults):
        return True
    screen.plain("Nothing was changed.")
    return False


def _write(draft: Draft, around: Around, ending: Ending) -> list[str]:
    """What was changed of the machine around it. Raises ConfigError where the daemon would not start by it."""
    screen = around.screen
    if draft.page_password is not None:
        check_service_is_there(draft.path)
    for path in write(draft):
        screen.good(f"written: {path}")
    give_password(draft.path, draft.page_password, screen)
    settled = ending.settle(draft.path) if ending.settle is not None else []
    for line in settled:
        screen.note(line)
    found = last_look(draft.path)
    for warning in found.warnings:
        screen.warning(warning)
    if found.faults:
        faults = report(str(draft.path), found.faults)
        raise ConfigError(f"{faults}\nThe config is written; mend this, then: sudo edgeclassify setup --start")
    return settled


def _start(draft: Draft, around: Around, ending: Ending, *, anew: bool) -> None:
    service, screen = around.service, around.screen
    screen.heading("The service")
    if service.unit is None:
        screen.command("Run it by hand", f"edgeclassify run --config {shlex.quote(str(draft.path))}")
        screen.command("As a service, with a config in /etc/edgeclassify", "sudo edgeclassify setup")
    elif not service.is_there:
        screen.command("It is not on this machine yet", "sudo edgeclassify service install")
    elif not service.as_root:
        screen.command("Starting it needs root", f"sudo systemctl enable --now {service.unit}")
    elif _is_wanted(around, ending):
        service.start(anew=anew)
        screen.good(f"{service.unit} runs, and starts with the machine")
    else:
        if service.stay_stopped():
            screen.warning(f"{service.unit} was stopped for its camera, and stays so")
        screen.command("Start it", f"sudo systemctl enable --now {service.unit}")
    _what_next(draft.path, draft.config, around)


def _is_wanted(around: Around, ending: Ending) -> bool:
    if ending.start is not None:
        return ending.start
    if around.service.is_active:
        return around.talk.yes("The service runs. Shall it take this over now?")
    return around.talk.yes("Start the service now, and with the machine?")


def _what_next(path: Path, config: Config, around: Around) -> None:
    mqtt, screen = config.mqtt, around.screen
    if mqtt.enabled:
        login = f" -u {shlex.quote(mqtt.username)} -P 'the password'" if mqtt.username else ""
        host, number = mqtt.servers[0]
        port = "" if number == 1883 else f" -p {number}"
        topic = shlex.quote(f"{mqtt.prefix}/{config.node.name}/#")
        screen.command("What it says", f"mosquitto_sub -h {shlex.quote(host)}{port}{login} -t {topic} -v")
    if config.web.enabled:
        screen.command("The page", config.web.address)
    file = "" if around.service.unit is not None else f" --config {shlex.quote(str(path))}"
    screen.command("Another answer later", f"{'sudo ' if around.service.unit else ''}edgeclassify setup{file}")
