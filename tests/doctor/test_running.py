"""Checks are run one by one: one that hangs, or breaks, is told of, and no secret leaves."""

import threading
from typing import NoReturn

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Check, Finding, Standing
from edgeclassify.doctor.report import document, exit_status, worst
from edgeclassify.doctor.running import run_checks
from edgeclassify.errors import ExitStatus
from edgeclassify.redaction import remember
from tests.doctor.looked_at import around

FINE: Check[Around] = Check("fine", "Fine", lambda _: [ok("fine", "well")], 20.0)


def test_one_that_hangs_is_left_behind() -> None:
    for_ever = threading.Event()

    def hang(_: Around) -> list[Finding]:
        for_ever.wait()
        return []

    hung, fine = run_checks(around(), [Check("hung", "Hung", hang, 0.05), FINE])
    assert (hung.check, hung.standing) == ("hung", Standing.UNKNOWN)
    assert fine.standing is Standing.OK
    for_ever.set()


def test_one_that_breaks_is_a_fault_of_ours() -> None:
    def break_down(_: Around) -> NoReturn:
        raise KeyError("x")

    broken, fine = run_checks(around(), [Check("broken", "Broken", break_down, 20.0), FINE])
    assert broken.standing is Standing.FAULT
    assert "--bundle" in (broken.remedy or "")
    assert fine.standing is Standing.OK


def test_what_is_known_to_be_secret_is_left_out() -> None:
    remember(["very-secret-words"])
    found = [warning("x", "very-secret-words", "say very-secret-words")]
    (finding,) = run_checks(around(), [Check("x", "X", lambda _: found, 20.0)])
    assert "very-secret" not in f"{finding}"


def test_the_document_and_the_exit_status() -> None:
    found = [ok("disk", "room", subject="/", figures={"free_bytes": 1}), unknown("power", "not told")]
    assert (worst(found), exit_status(found)) == (Standing.UNKNOWN, ExitStatus.OK)
    found.append(warning("clock", "not held", "set it"))
    assert (worst(found), exit_status(found)) == (Standing.WARNING, ExitStatus.OK)
    found.append(fault("camera", "no picture", "plug it in", subject="front"))
    assert exit_status(found) == ExitStatus.UNAVAILABLE
    said = document(found, {"disk": "Disk", "power": "Power", "clock": "Clock", "camera": "Camera"}, 0.0)
    assert said["worst"] == "fault"
    assert said["ts"] == "1970-01-01T00:00:00.000Z"
    assert said["checks"][-1] == {
        "check": "camera", "subject": "front", "title": "Camera", "standing": "fault", "found": "no picture",
        "remedy": "plug it in", "figures": None,
    }  # fmt: skip
    assert exit_status([*found, fault("config", "wrong", "mend it")]) == ExitStatus.CONFIG
