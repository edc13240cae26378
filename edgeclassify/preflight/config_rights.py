"""Who may read the config itself: the service must, and where it holds passwords not everybody shall."""

import shlex
import stat
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.preflight.named_files import Files, Problem
from edgeclassify.redaction import holds_secret
from edgeclassify.service.sandbox import Service


def config_problems(config: Config, file: Path, service: Service | None) -> list[Problem]:
    """What is to be said of the file's rights."""
    others = [one for one in config.files if one != file]
    found = [] if service is None else Files(service).problems("the config itself", file, secret=True)
    for one in () if service is None else others:
        found += Files(service).problems("a file below the config", one, secret=True)
    secret = [f"camera[{i}].source" for i, camera in enumerate(config.camera) if holds_secret(camera.source)]
    secret += ["webhook.url"] if config.webhook is not None and holds_secret(config.webhook.url) else []
    for one in (file, *others) if secret else ():
        found += _open_to_all(one, secret, service)
    return found


def _open_to_all(file: Path, secret: list[str], service: Service | None) -> list[Problem]:
    mode = file.stat().st_mode
    if mode & stat.S_IROTH:
        name = shlex.quote(str(file))
        cure = (
            f"chmod 600 {name}"
            if service is None
            else f"sudo chgrp {service.account.name} {name} && sudo chmod 640 {name}"
        )
        text = (
            f"{', '.join(secret)}: a password, in a file that every user of this machine may read (mode "
            f"{stat.S_IMODE(mode):o}). Run: {cure}"
        )
        return [Problem(text, is_fault=False)]
    return []
