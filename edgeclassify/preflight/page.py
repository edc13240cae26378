"""What keeps the page of a config from being served, or from being as safe as it should."""

import stat

from edgeclassify.config import Config
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.errors import PageError
from edgeclassify.preflight.named_files import Files, Problem
from edgeclassify.web.safety.access_file import AccessFile, read_access
from edgeclassify.web.safety.places import access_path, check_can_be_entered
from edgeclassify.web.serving.tls import server_context


def page_problems(config: Config, files: Files) -> list[Problem]:
    """None of them is a fault: nothing of it ends the daemon's start."""
    if not config.web.enabled or files.elsewhere:
        return []
    found = [*_certificate(config, files), *_access(config, files)]
    return [Problem(problem.text, is_fault=False) for problem in found]


def _certificate(config: Config, files: Files) -> list[Problem]:
    tls = config.web.tls
    if tls is None:
        return []
    found = [
        *files.problems("web.tls.cert", tls.cert),
        *files.problems("web.tls.key", tls.key, secret=True),
    ]
    if not found:
        try:
            server_context(tls)
        except PageError as error:
            found.append(Problem(str(error), is_fault=False))
    return found


def _access(config: Config, files: Files) -> list[Problem]:
    path = access_path(config.web, state_folder(config))
    try:
        is_there = path is not None and path.exists()
    except PermissionError:
        return [] if path is None else files.problems("web.access_file", path, secret=True)
    try:
        if path is None or not is_there:
            check_can_be_entered(config.web, path, AccessFile())
            return []
        if found := files.problems("web.access_file", path, secret=True):
            return found
        if path.stat().st_mode & stat.S_IROTH:
            text = f"web.access_file: {path}: every user of this machine may read it. Run: chmod 640 {path}"
            return [Problem(text, is_fault=False)]
        check_can_be_entered(config.web, path, read_access(path) or AccessFile())
    except PageError as error:
        return [Problem(str(error), is_fault=False)]
    return []
