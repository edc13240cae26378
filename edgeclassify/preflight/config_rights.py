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
    found = [] if service is None else Files(service).problems("the config itself", file, secret=True)
    secret = [f"camera[{i}].source" for i, camera in enumerate(config.camera) if holds_secret(camera.source)]
    secret += ["webhook.url"] if config.webhook is not None and holds_secret(config.webhook.url) else []
    mode = file.stat().st_mode
    if secret and mode & stat.S_IROTH:
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
        found.append(Problem(text, is_fault=False))
    return found
