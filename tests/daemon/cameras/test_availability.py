"""Who says whether a view gets frames: one owner, whatever the order in which its writers speak."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.publish.interface import Sink
from tests.daemon.bench import Bench, view
from tests.support.sinks import RecordingSink
from tests.support.sources import BrightnessSource
from tests.support.waiting import wait_for

Said = list[tuple[str, bool]]


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture
def availability(said: Said) -> Availability:
    made = Availability()
    made.show({"gate": "front", "door": "front", "yard": "back"}, lambda *args: said.append(args))
    said.clear()
    return made


def test_all_is_offline_until_a_frame_has_come(said: Said) -> None:
    Availability().show({"gate": "front"}, lambda *args: said.append(args))
    assert said == [("gate", False)]


def test_every_view_of_a_camera_is_told_of_and_each_change_once(availability: Availability, said: Said) -> None:
    front = availability.reporter("front")
    front("front", True)
    front("front", True)
    front("front", False)
    assert said == [("gate", True), ("door", True), ("gate", False), ("door", False)]


@pytest.mark.parametrize(
    ("told", "online"),
    [
        (["stuck"], False),
        (["stuck", "free"], True),
        # Its thread went on between the two looks at it: what it says counts, whoever speaks last.
        (["stuck", "lost", "free"], False),
        (["lost", "stuck", "back", "free"], True),
        (["stuck", "back"], False),
        (["stuck", "lost", "back", "free"], True),
    ],
)
def test_a_call_that_does_not_return_and_the_cameras_own_word(
    availability: Availability, said: Said, told: list[str], online: bool
) -> None:
    back = availability.reporter("back")
    back("back", True)
    for word in told:
        if word in ("stuck", "free"):
            availability.note_stuck("back", word == "stuck")
        else:
            back("back", word == "back")
    assert said[-1] == ("yard", online)


def test_a_new_thread_of_a_camera_keeps_what_was_said_until_it_speaks(
    availability: Availability, said: Said
) -> None:
    old = availability.reporter("back")
    old("back", True)
    new = availability.reporter("back")
    assert said == [("yard", True)]
    old("back", False)  # it has been replaced
    assert said == [("yard", True)]
    new("back", False)
    assert said == [("yard", True), ("yard", False)]


def test_a_new_thread_in_place_of_a_stuck_one_is_not_online_before_its_first_frame(
    availability: Availability, said: Said
) -> None:
    availability.reporter("back")("back", True)
    availability.note_stuck("back", True)
    new = availability.reporter("back")
    availability.note_stuck("back", False)
    assert said[-1] == ("yard", False)
    new("back", True)
    assert said[-1] == ("yard", True)


def test_a_camera_that_is_gone_takes_its_views_along(availability: Availability, said: Said) -> None:
    back = availability.reporter("back")
    back("back", True)
    availability.forget("back")
    back("back", True)
    availability.note_stuck("back", False)
    assert said == [("yard", True), ("yard", False)]


def test_what_is_told_while_nobody_listens_is_said_afterwards(availability: Availability, said: Said) -> None:
    front = availability.reporter("front")
    availability.hide()
    front("front", True)
    assert said == []
    availability.show({"door": "front"}, lambda *args: said.append(args))
    assert said == [("door", True)]


def test_at_the_end_all_is_offline_and_stays_so(availability: Availability, said: Said) -> None:
    front = availability.reporter("front")
    front("front", True)
    said.clear()
    availability.end()
    front("front", True)
    assert said == [("gate", False), ("door", False)]


def test_the_last_word_said_is_the_last_one_told(said: Said) -> None:
    """Two threads change a camera as fast as they can; a slow listener must not turn their order round."""
    availability, order = Availability(), threading.Lock()

    def say(view: str, online: bool) -> None:
        assert order.acquire(blocking=False), "two speak at a time"
        time.sleep(0.0005)
        said.append((view, online))
        order.release()

    availability.show({"gate": "front"}, say)
    front = availability.reporter("front")

    def flicker() -> None:
        for i in range(100):
            front("front", i % 2 == 0)

    threads = [threading.Thread(target=flicker), threading.Thread(target=flicker)]
    for thread in threads:
        thread.start()
    for i in range(100):
        availability.note_stuck("front", i % 2 == 0)
    for thread in threads:
        thread.join()
    front("front", True)
    assert said[-1] == ("gate", True)
    assert all(one != other for one, other in itertools.pairwise(said))


# --- in the daemon ---------------------------------------------------------------------------------------


class Adopting(RecordingSink):
    """Takes over another config's views; `meanwhile` is what happens at that moment."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def adopt(self, other: Sink) -> bool:
        self._note("adopt", other)
        self.meanwhile()
        return True


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, make_sink=Adopting)
    made.document["camera"].append({"name": "back", "source": "synthetic:"})
    made.document["view"] = [view("gate", camera="front"), view("yard", camera="back")]
    made.start()
    wait_for(lambda: ("yard", True) in made.sink.of("availability"))
    yield made
    if made.thread.is_alive():
        made.stop()


def test_nothing_is_said_of_a_view_that_a_reload_removes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its topics are being emptied: a capture thread that speaks just then must not fill them again."""
    first, told = bench.sinks[0], []

    def lose() -> None:
        before = len(first.of("availability"))
        for name in ("front", "back"):
            bench.daemon.availability.note_stuck(name, True)
        told.append(len(first.of("availability")) - before)

    monkeypatch.setattr(first, "meanwhile", lose)
    bench.document["view"] = [view("gate", camera="front"), view("door", camera="back")]
    bench.reload()
    assert told == [0]
    assert first.of("availability")[-2:] == [("gate", False), ("door", False)]


def test_a_camera_that_was_gone_begins_anew(bench: Bench) -> None:
    first, cameras, views = bench.sinks[0], bench.document["camera"], bench.document["view"]
    bench.document.update(camera=cameras[:1], view=views[:1])
    bench.reload()
    bench.sources["back"] = lambda name: BrightnessSource(name, [255], pause_s=1.0)
    bench.document.update(camera=cameras, view=views)
    before = len(first.of("availability"))
    bench.reload()
    wait_for(lambda: first.of("availability")[-1] == ("yard", True))
    told = [online for name, online in first.of("availability")[before:] if name == "yard"]
    assert told == [False, True]
