"""The config, all that it names, and the folder where the daemon keeps what must survive a restart."""

import os
from pathlib import Path

from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.files.folder_condition import FolderCondition, condition_of
from edgeclassify.files.rights import Right, obstacle
from edgeclassify.preflight.config_rights import config_problems
from edgeclassify.preflight.looking_further import look_further

_MENDED = "Mend the line; `edgeclassify check` says when it is right."


def look_at_config(around: Around) -> list[Finding]:
    """What `edgeclassify check` says, each fault and warning by itself."""
    file = str(around.config_file)
    if around.config is None:
        return [_unusable(around)]
    found = look_further(around.config, service=around.service)
    faults = [fault("config", str(line), _MENDED) for line in found.faults]
    notes = [warning("config", line, "Where it is meant so, nothing is to be done.") for line in found.warnings]
    return [*faults, *notes] or [ok("config", f"{file}: right, and so is all that it names")]


def _unusable(around: Around) -> Finding:
    if not _is_there(around.config_file):
        return fault("config", around.config_fault, "Make one: edgeclassify setup")
    if not os.access(around.config_file, os.R_OK):
        return unknown("config", f"{around.config_file}: not for you to read", "Run it with sudo.")
    return fault("config", around.config_fault, _MENDED)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True


def look_at_rights(around: Around) -> list[Finding]:
    """Who may read the config: the service must, and not everybody where it holds passwords."""
    if around.config is None:
        return [unknown("config-rights", "the config can't be used: see config")]
    problems = config_problems(around.config, around.config_file, around.service)
    found = []
    for problem in problems:
        text, _, cure = problem.text.partition(" Run: ")
        say = fault if problem.is_fault else warning
        found.append(say("config-rights", text, cure or "Let its user read it, and nobody else who need not."))
    return found or [ok("config-rights", "those who must may read it, and no others")]


def look_at_state_folder(around: Around) -> list[Finding]:
    """Whether the daemon may write there, and whether what it writes there lasts."""
    if around.config is None:
        return [unknown("state-folder", "the config can't be used: see config")]
    folder = state_folder(around.config)
    if folder is None:
        return [ok("state-folder", "none, as the config has it: nothing is kept over a restart")]
    condition = condition_of(folder)
    if condition is FolderCondition.MISSING:
        return [_missing(around, folder)]
    if condition is FolderCondition.UNWRITABLE and around.service is not None and os.geteuid() != 0:
        return [unknown("state-folder", "not for you to see", "Run it with sudo.", subject=str(folder))]
    return [_of_condition(condition, folder) or _of_rights(around, folder)]


_OF_CONDITION = {
    FolderCondition.READ_ONLY: (
        "its disk is read-only",
        "Where that is not meant: look for errors of the card (dmesg), and sudo mount -o remount,rw / . Where it "
        "is: give it a folder that can be written to (node.state_dir), or events wait in memory only.",
    ),
    FolderCondition.FULL: ("its disk is full", "Make room: see disk. Until then events wait in memory only."),
    FolderCondition.UNWRITABLE: ("it can't be written to", "sudo chown -R $USER: FOLDER"),
}
"""What is a fault, and what to do."""


def _of_condition(condition: FolderCondition, folder: Path) -> Finding | None:
    if condition in _OF_CONDITION:
        found, remedy = _OF_CONDITION[condition]
        return fault("state-folder", found, remedy.replace("FOLDER", str(folder)), subject=str(folder))
    if condition is FolderCondition.VOLATILE:
        found = "it lies in memory: what is kept there is lost when the power goes"
        remedy = "Put it on a disk that can be written to: node.state_dir."
        return warning("state-folder", found, remedy, subject=str(folder))
    return None


def _missing(around: Around, folder: Path) -> Finding:
    subject = str(folder)
    if around.service is not None or os.access(_parent(folder), os.W_OK):
        return ok("state-folder", "not there yet: it is made at the first start", subject=subject)
    return fault("state-folder", "not there, and can't be made", f"sudo mkdir -p {folder}", subject=subject)


def _parent(folder: Path) -> Path:
    return next((place for place in folder.parents if place.is_dir()), Path("/"))


def _of_rights(around: Around, folder: Path) -> Finding:
    """Whether the service's user may write there, who asks being another one."""
    subject = str(folder)
    if around.service is None:
        return ok("state-folder", "can be written to, and lasts", subject=subject)
    stuck = obstacle(around.service.account, folder, Right.READ | Right.WRITE)
    name = around.service.account.name
    if stuck is not None and stuck.right is None:
        found = "its rights are not for you to see"
        return unknown("state-folder", found, "Run it with sudo.", subject=subject)
    if stuck is not None:
        found = f"the service ({name}) may not write there: {stuck.place}"
        return fault("state-folder", found, f"sudo chown -R {name}: {folder}", subject=subject)
    return ok("state-folder", "can be written to, and lasts", subject=subject)
