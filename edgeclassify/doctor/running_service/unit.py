"""Whether systemd runs the service, how it ended last, and what it says in its log."""

from collections.abc import Mapping

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.errors import ExitStatus

_STATUSES = {
    ExitStatus.USAGE: "the command line is wrong",
    ExitStatus.DATA: "a model or a picture is damaged",
    ExitStatus.NO_INPUT: "a file that it needs is missing",
    ExitStatus.UNAVAILABLE: "software that it needs is missing, or a camera is out of reach",
    ExitStatus.SOFTWARE: "a fault in edgeclassify",
    ExitStatus.CANNOT_WRITE: "it can't write: a full or read-only disk",
    ExitStatus.FRESH_PROCESS: "a camera needed a fresh process: that is tried by itself",
    ExitStatus.CONFIG: "the config is wrong",
    203: "its program can't be run: is it installed?",
    217: "its user is not there",
    226: "its sandbox could not be set up: a folder that it names is missing",
    243: "a credential (LoadCredential=) can't be read",
}
_RESULTS = {
    "watchdog": ("it hung", "See its log for the stacks (service-log); report it if it happens again."),
    "oom-kill": ("it ran out of memory", "A smaller model, smaller pictures (size), or more MemoryMax=."),
    "signal": ("it was ended by a signal", "See its log (service-log)."),
    "core-dump": ("it crashed", "Report it, with the file of `edgeclassify doctor --bundle FILE`."),
    "timeout": ("it did not start or stop in time", "See its log (service-log)."),
    "start-limit-hit": ("it failed too often", "Mend what its log says, then: sudo systemctl reset-failed UNIT && "
                        "sudo systemctl start UNIT"),
    "exit-code": ("it ended with a fault", "See its log (service-log): journalctl -u UNIT -n 30"),
}  # fmt: skip
_LAST_LINES = 3
_NOT_FOR_US = ("not seeing messages", "insufficient permissions")
_NO_SYSTEMD = "no systemd runs here"


def look_at_unit(around: Around) -> list[Finding]:
    """Installed, started with the machine, running."""
    shown, unit = around.shown, around.unit
    if around.beside_daemon:
        return [ok("service", "it runs, and has asked for this")]
    if shown is None:
        return [
            unknown(
                "service",
                _NO_SYSTEMD,
                "Whatever runs it instead should start it again when it ends: edgeclassify run",
            )
        ]
    state, enabled = shown.get("ActiveState", ""), shown.get("UnitFileState", "")
    figures = {"active": state, "enabled": enabled}
    if shown.get("LoadState") != "loaded":
        return [
            warning("service", f"{unit} is not installed", "sudo edgeclassify service install", figures=figures)
        ]
    if state == "failed":
        remedy = f"Mend what service-failures and service-log say, then: sudo systemctl restart {unit}"
        return [fault("service", f"{unit} has failed", remedy, figures=figures)]
    if shown.get("SubState") == "auto-restart":
        remedy = f"Mend what service-failures and service-log say, then: sudo systemctl restart {unit}"
        return [fault("service", f"{unit} ends, and is tried again and again", remedy, figures=figures)]
    if state not in ("active", "reloading"):
        remedy = f"sudo systemctl enable --now {unit}"
        return [warning("service", f"{unit} is {state}", remedy, figures=figures)]
    status = f": {shown['StatusText']}" if shown.get("StatusText") else ""
    if not enabled.startswith("enabled"):
        return [warning("service", f"{unit} runs, but does not start with the machine",
                        f"sudo systemctl enable {unit}", figures=figures)]  # fmt: skip
    return [ok("service", f"{unit} runs since {shown.get('ActiveEnterTimestamp', '?')}{status}", figures=figures)]


def look_at_failures(around: Around) -> list[Finding]:
    """How it ended last, and how often systemd had to start it again."""
    shown = around.shown
    if shown is None or shown.get("LoadState") != "loaded":
        return [unknown("service-failures", _NO_SYSTEMD if shown is None else "the unit is not installed")]
    result, restarts = shown.get("Result", "success"), _number(shown, "NRestarts")
    status = _number(shown, "ExecMainStatus")
    figures = {"result": result, "restarts": restarts, "status": status}
    why = _STATUSES.get(status, "") if shown.get("ExecMainCode") == "1" else ""
    if result == "success" and not restarts:
        return [ok("service-failures", "none since it was started", figures=figures)]
    what, remedy = _RESULTS.get(result, ("it was restarted by systemd", "See its log (service-log)."))
    times = f"{restarts} restart{'s' if restarts != 1 else ''} since it was started; the last time: "
    found = f"{times if restarts else ''}{what}{f' ({status}: {why})' if why else ''}"
    say = warning if around.runs else fault
    return [say("service-failures", found, remedy.replace("UNIT", around.unit), figures=figures)]


def _number(shown: Mapping[str, str], key: str) -> int:
    try:
        return int(shown.get(key, ""))
    except ValueError:
        return 0


def look_at_log(around: Around) -> list[Finding]:
    """Warnings and errors of the last day in the journal, the newest of them in words."""
    if around.beside_daemon:
        return [unknown("service-log", "the page shows the log below")]
    if around.shown is None:
        return [unknown("service-log", _NO_SYSTEMD)]
    answer = around.ask([
        "journalctl", f"--unit={around.unit}", "--since=-24h", "--priority=warning", "--no-pager",
        "--output=cat", "--lines=500",  # not --quiet: the hint that we may not see it would be missing
    ])  # fmt: skip
    if (
        answer.status != 0
        or "not seeing messages" in answer.errors
        or "insufficient perm" in answer.errors.lower()
    ):
        reason = answer.errors.strip().splitlines()[:1] or ["it can't be read"]
        return [unknown("service-log", f"the journal: {reason[0]}", "Run it with sudo.")]
    lines = [line for line in answer.output.splitlines() if line.strip() and not line.startswith("-- ")]
    if not lines:
        return [ok("service-log", "no warning in the last 24 hours", figures={"lines": 0})]
    count = f"{len(lines)} warning{'s' if len(lines) > 1 else ''}" if len(lines) < 500 else "500 warnings or more"
    last = " | ".join(line[:200] for line in dict.fromkeys(lines[-_LAST_LINES:]))
    remedy = f"journalctl -u {around.unit} -p warning --since -24h"
    return [warning("service-log", f"{count} in the last 24 hours, the last: {last}", remedy,
                    figures={"lines": len(lines)})]  # fmt: skip
