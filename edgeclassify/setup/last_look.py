"""Would the daemon start by it? As `edgeclassify check` looks, with the service's eyes: before it is written, and
after."""

from contextlib import nullcontext
from pathlib import Path

from edgeclassify.config import load_config
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.preflight.config_rights import config_problems
from edgeclassify.preflight.looking_further import Findings, look_further
from edgeclassify.service.sandbox import config_seen, service_of
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.questions.tried_broker import as_the_daemon


def new_faults(draft: Draft) -> list[ConfigFault | str]:
    """Why the daemon would not start by what was answered; what keeps it from that already is not among them."""
    service = service_of(draft.path)
    with nullcontext() if service is None else service.environment():
        before = [] if draft.is_fresh else look_further(load_config(draft.path), service=service).faults
        with as_the_daemon(draft) as config:
            found = look_further(config, service=service).faults
    return [fault for fault in found if fault not in before]


def last_look(path: Path) -> Findings:
    """Faults, and what is to be known. Raises ConfigError where the file can't be read."""
    config, service = config_seen(path)
    with nullcontext() if service is None else service.environment():
        found = look_further(config, service=service)
    found.take(config_problems(config, path, service))
    return found
