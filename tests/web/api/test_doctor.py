"""The check-up over HTTP: as `edgeclassify doctor` makes it, one at a time, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from edgeclassify.doctor.checks import TITLES
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.web.jobs import checkup
from edgeclassify.web.jobs.checkup import Checkup
from tests.browser.served_nodes import ServedNode
from tests.support.waiting import patient

WELL = {"version": "1", "ts": "2026-01-01T00:00:00.000Z", "checks": [], "worst": "ok"}


def test_what_the_daemon_is_told(api: httpx.Client, node: ServedNode) -> None:
    del node
    said = api.get("api/doctor", timeout=patient(100)).raise_for_status().json()
    by_check = {one["check"]: one for one in said["checks"]}
    assert set(by_check) <= set(TITLES)
    assert by_check["service"]["standing"] == "ok"
    assert by_check["camera"]["standing"] == "unknown", "the daemon has it"
    assert by_check["runtime-speed"]["standing"] == "unknown"
    assert by_check["config"]["standing"] in ("ok", "warning")


async def in_thread(task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return await asyncio.to_thread(task)


def of(script: str) -> Checkup:
    return Checkup([sys.executable, "-c", script])


@pytest.mark.parametrize(("kept_s", "runs"), [(3600.0, "x"), (0.0, "xx")])
def test_who_asks_meanwhile_or_soon_after_gets_the_same(
    kept_s: float, runs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "KEPT_S", kept_s)
    log = tmp_path / "log"
    once = of(f"print(open({str(log)!r}, 'a').write('x') and {json.dumps(json.dumps(WELL))})")

    async def ask() -> list[dict[str, Any]]:
        both = list(await asyncio.gather(*(once.ask(Path("c"), in_thread) for _ in range(3))))
        return [*both, await once.ask(Path("c"), in_thread)]

    assert asyncio.run(ask()) == [WELL] * 4
    assert log.read_text() == runs


def test_one_without_an_answer() -> None:
    with pytest.raises(EdgeClassifyError, match="no answer"):
        asyncio.run(of("raise SystemExit(1)").ask(Path("c"), in_thread))


def test_one_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "WITHIN_S", 0.2)
    with pytest.raises(EdgeClassifyError, match="did not end"):
        asyncio.run(of("import time; time.sleep(3600)").ask(Path("c"), in_thread))


def test_a_machine_without_the_memory_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "free_memory_bytes", lambda: 50_000_000)
    with pytest.raises(EdgeClassifyError, match="50 of 120 MB"):
        asyncio.run(of("print(1)").ask(Path("c"), in_thread))
