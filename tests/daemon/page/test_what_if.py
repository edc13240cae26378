"""What a view would have told by other rules, asked of a daemon that runs."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.page.what_if import AT_ONCE, Breath, WhatIfs
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.recording.recent.deciding_again import decide_again
from edgeclassify.recording.recent.recent_inputs import RecentInputs
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.web.interface import WhatIf
from tests.daemon.page.file_bench import TEXT, FileBench
from tests.recording.inputs import fresh, make_begins, put_into, seen
from tests.support.sources import BrightnessSource
from tests.support.waiting import patient, wait_for

FACTS = make_begins().facts
BRIGHT = [255] * 40 + [150] * 40 + [0] * 40 + [255]
"""Day, something between (0.59 day), night, day."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FileBench]:
    made = FileBench(tmp_path, f"{TEXT}\n[profile.strict.view.gate]\nthreshold_enter = 0.995\n")
    made.sources["front"] = lambda name: BrightnessSource(name, BRIGHT)
    made.start()
    wait_for(lambda: len(events(made)) >= 5)
    yield made
    made.stop()


def events(bench: FileBench) -> list[Any]:
    return bench.sink.of("event")


def asked(bench: FileBench, **rules: object) -> dict[str, Any]:
    status, found = bench.post("api/views/gate/what-if", {"rules": rules, "hours": 1.0})
    assert status == 200, found
    return found


def answered(bench: FileBench) -> dict[str, Any]:
    """Empty while there is no answer yet."""
    status, found = bench.post("api/views/gate/what-if", {})
    return found if status == 200 else {}


def told(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["type"], one["label"]) for one in found["events"]]


def test_the_present_rules_tell_what_was_told_others_tell_something_else(bench: FileBench) -> None:
    found = asked(bench, threshold_enter=0.55)
    live = [(str(one.event_type), one.label) for one in events(bench)]
    assert told(found["now"])[: len(live)] == live
    assert [band["label"] for band in found["now"]["bands"]] == ["day", "night", "day"]
    assert found["now"]["bands"][-1]["to"] is None
    assert (found["gone"], found["new"]) == ([], [])
    assert found["recorded"]["frames"] >= 8
    assert found["series"]["labels"] == ["day", "night"]
    assert len(found["series"]["t"]) == len(found["series"]["scores"][0]) >= 8
    strict = asked(bench, threshold_enter=0.97, threshold_exit=0.9, confirm_s=600)
    assert (strict["then"]["bands"], len(strict["gone"])) == ([], 3)


def test_the_labels_rules_and_groups_can_be_tried(bench: FileBench) -> None:
    found = asked(bench, label_rules={"night": {"muted": True}})
    assert {band["label"] for band in found["then"]["bands"]} == {"day"}
    grouped = asked(bench, groups={"light": ["day"]})
    assert {band["label"] for band in grouped["then"]["bands"]} == {"light", "night"}
    assert {band["label"] for band in grouped["gone"]} == {"day"}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"threshold_enter": 2}, "rules: 1 fault\n  threshold_enter: expected a number of at most 1, found 2."),
    ({"threshold_exit": 0.9}, "expected a threshold of at least threshold_exit (0.9), found 0.6"),
    ({"roi": [0, 0, 1, 1]}, "roi: expected one of threshold_enter, "),
    ({"confirm": 1}, 'Did you mean "confirm_s"?'),
    ({"label_rules": {"dya": {"rare": True}}}, 'Did you mean "day"?'),
]
"""Rules, and what is said of them."""


def test_rules_that_can_not_be_are_named(bench: FileBench) -> None:
    for rules, said in REFUSED:
        status, answer = bench.post("api/views/gate/what-if", {"rules": rules})
        assert status == 422
        assert said in answer["error"]


def test_what_cannot_be_answered_is_said(bench: FileBench) -> None:
    status, answer = bench.post("api/views/gat/what-if", {})
    assert (status, answer["error"]) == (422, 'view: expected one of gate, found gat. Did you mean "gate"?')
    assert bench.post("api/views/gate/what-if", {"hours": 100})[0] == 422


def test_it_goes_on_over_a_change_and_a_profile(bench: FileBench) -> None:
    """What was heard by other rules is decided on by those that hold now; another region begins anew."""
    assert bench.change(("view.gate.threshold_enter", 0.7), ("view.gate.update_step", 0.2))[0] == 200
    found = asked(bench)
    assert [band["label"] for band in found["now"]["bands"]] == ["day", "night", "day"]
    assert found["now"] == found["then"]
    assert bench.post("api/requests/profile", {"profile": "strict"})[0] == 200
    strict = asked(bench)
    assert strict["now"] == strict["then"]
    assert asked(bench, threshold_enter=0.7)["then"]["starts"] >= 3
    frames = asked(bench)["recorded"]["frames"]
    assert bench.change(("view.gate.roi", [0, 0, 0.5, 0.5]))[0] == 200
    anew = wait_for(lambda: answered(bench))
    assert anew["recorded"]["frames"] < frames


def test_what_was_set_over_mqtt_counts_where_the_question_says_nothing_else(bench: FileBench) -> None:
    bench.post("api/requests/set", {"view": "gate", "option": "threshold", "value": 0.5})
    found = asked(bench, hold_s=0.0)
    assert [band["label"] for band in found["then"]["bands"]] == [band["label"] for band in found["now"]["bands"]]
    assert found["gone"] == found["new"] == []


def test_who_has_given_up_is_answered_no_more(bench: FileBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slider that moves on drops its question, and the next one need not wait for it."""
    ended: list[bool] = []

    def slow(_: WhatIfs, question: WhatIf) -> dict[str, Any]:
        wait_for(question.given_up)
        ended.append(True)
        raise EdgeClassifyError("nobody waits")

    monkeypatch.setattr(WhatIfs, "answer", slow)
    with socket.create_connection(("127.0.0.1", bench.port)) as client:
        client.sendall(
            f"POST /api/views/gate/what-if HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nX-Edgeclassify: page\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".encode()
        )
    wait_for(lambda: bool(ended))


def test_what_nobody_waits_for_ends_by_itself() -> None:
    inputs = RecentInputs(decider_of)
    decider = TappedDecider(fresh())
    decider.remember(inputs.listener(FACTS, None))
    for i in range(2000):
        put_into(decider, seen(i * 0.5, 0.9, 0.0, 0.0))
        inputs.pack()
    stretch = inputs.since("gate", 0.0)
    assert stretch is not None
    looked: list[int] = []

    def given_up() -> bool:
        looked.append(1)
        return True

    with pytest.raises(EdgeClassifyError, match="nobody waits for the answer any more"):
        decide_again(stretch, 0.0, (FACTS, decider.rules), decider_of, Breath(given_up).take)
    assert len(looked) == 1


class HeldInputs(RecentInputs):
    """Whoever reads them is held until `go`."""

    def __init__(self) -> None:
        super().__init__(decider_of)
        self.is_read, self.go = threading.Event(), threading.Event()

    def since(self, view: str, at: float) -> None:
        self.is_read.set()
        self.go.wait(patient(20))


def test_of_too_many_questions_the_newest_is_refused(bench: FileBench) -> None:
    """Those before wait for their turn, as long as somebody waits for them."""
    inputs, is_gone, looks = HeldInputs(), threading.Event(), threading.Semaphore(0)
    what_ifs = WhatIfs(inputs, lambda: bench.running.parts)

    def given_up() -> bool:
        looks.release()
        return is_gone.is_set()

    def asked(given_up: Callable[[], bool]) -> str:
        with pytest.raises(EdgeClassifyError) as refused:
            what_ifs.answer(WhatIf("gate", {}, 1.0, given_up))
        return str(refused.value)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        first = pool.submit(asked, lambda: False)
        assert inputs.is_read.wait(patient(20))
        waiting = [pool.submit(asked, given_up) for _ in range(AT_ONCE - 1)]
        for _ in range(3 * (AT_ONCE - 1)):
            assert looks.acquire(timeout=patient(20))
        assert asked(lambda: False) == "others are asking what would have been: try again in a moment"
        is_gone.set()
        said = [one.result(patient(20)) for one in waiting]
        assert said == ["nobody waits for the answer any more"] * (AT_ONCE - 1)
        inputs.go.set()
        assert "nothing is recorded yet" in first.result(patient(20))
