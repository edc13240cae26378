"""Would the daemon start by what was written? As `edgeclassify check` looks, with the service's eyes."""

from contextlib import nullcontext
from pathlib import Path

from edgeclassify.config import load_config
from edgeclassify.preflight.config_rights import config_problems
from edgeclassify.preflight.looking_further import Findings, look_further
from edgeclassify.service.sandbox import service_of


def last_look(path: Path) -> Findings:
    """Faults, and what is to be known. Raises ConfigError where the file can't be read."""
    config, service = load_config(path), service_of(path)
    with nullcontext() if service is None else service.environment():
        found = look_further(config, service=service)
    found.take(config_problems(config, path, service))
    return found
