"""What listeners are told: numbered, resumed, and made anew where something is missing."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import pytest

from edgeclassify.errors import PublishError
from edgeclassify.web.live.broadcast import KEPT, Broadcast
from edgeclassify.web.live.outbox import CAPACITY, Outbox, Said
from tests.support.waiting import patient

Test = Callable[["Told"], Coroutine[Any, Any, None]]


class Heard:
    """One listener: its messages as (kind, data), and the ids."""

    def __init__(self, stream: AsyncGenerator[bytes, None]) -> None:
        self._stream = stream
        self._read: list[tuple[str, Any]] = []
        self.last = ""
        self.comments = 0

    async def next(self) -> tuple[str, Any]:
        while not self._read:
            chunk = await asyncio.wait_for(anext(self._stream), patient(5))
            for text in chunk.decode().split("\n\n")[:-1]:
                self._take(text)
        return self._read.pop(0)

    async def several(self, number: int) -> list[tuple[str, Any]]:
        return [await self.next() for _ in range(number)]

    async def end(self) -> None:
        """It has left."""
        await self._stream.aclose()

    def _take(self, text: str) -> None:
        fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(":"))
        self.comments += text.startswith(":")
        if "event" in fields:
            self.last = fields["id"]
            self._read.append((fields["event"], json.loads(fields["data"])))


class Told:
    """A broadcast with quick turns."""

    def __init__(self, linger_s: float = 60.0, comment_s: float = 15.0) -> None:
        self.outbox = Outbox()
        self.nows = self.asked = 0
        self.broadcast = Broadcast(
            self.outbox, self._now, self._ask, turn_s=0.01, linger_s=linger_s, comment_s=comment_s
        )

    def listen(self, after: str = "") -> Heard:
        return Heard(self.broadcast.listen(after))

    def say(self, value: object, kind: str = "event", of: str = "") -> None:
        self.outbox.put(Said(kind, of, lambda: value))

    def _now(self) -> dict[str, Any]:
        self.nows += 1
        return {"now": self.nows}

    def _ask(self) -> None:
        self.asked += 1


def test_it_begins_with_what_is_now_and_goes_on_with_what_is_told() -> None:
    async def run() -> None:
        told = Told()
        told.say("before anybody listens")
        heard = told.listen()
        assert await heard.next() == ("now", {"now": 1})
        told.say(1)
        told.say(2)
        assert await heard.several(2) == [("event", 1), ("event", 2)]

    asyncio.run(run())


def test_what_is_told_is_written_once_for_all_of_them() -> None:
    async def run() -> None:
        told, written = Told(), []
        listeners = [told.listen() for _ in range(5)]
        for one in listeners:
            await one.next()
        told.outbox.put(Said("event", "", lambda: written.append(1)))
        assert [await one.next() for one in listeners] == [("event", None)] * 5
        assert len(written) == 1
        assert len({one.last for one in listeners}) == 1

    asyncio.run(run())


def test_one_that_comes_back_is_told_what_it_has_missed_and_nothing_twice() -> None:
    async def run() -> None:
        told = Told()
        heard, other = told.listen(), told.listen()
        await heard.next()
        await other.next()
        told.say(1)
        await heard.next()
        await heard.end()
        told.say(2)
        told.say(3)
        await other.several(3)
        again = told.listen(heard.last)
        told.say(4)
        assert await again.several(3) == [("event", 2), ("event", 3), ("event", 4)]
        assert told.nows == 2

    asyncio.run(run())


def test_it_resumes_where_nobody_else_listened_meanwhile() -> None:
    async def run() -> None:
        told = Told()
        heard = told.listen()
        await heard.next()
        await heard.end()
        told.say(1)
        await asyncio.sleep(0.05)
        assert await told.listen(heard.last).next() == ("event", 1)

    asyncio.run(run())


@pytest.mark.parametrize("after", ["", "nonsense", "ffffffff-1", "-", "1", "ffffffff--1", "ffffffff-" + "9" * 40])
def test_an_id_of_another_run_or_none_begins_anew(after: str) -> None:
    async def run() -> None:
        assert (await Told().listen(after).next())[0] == "now"

    asyncio.run(run())


def test_an_id_that_was_not_told_yet_begins_anew() -> None:
    async def run() -> None:
        told = Told()
        heard = told.listen()
        await heard.next()
        boot = heard.last.split("-")[0]
        assert (await told.listen(f"{boot}-99").next())[0] == "now"

    asyncio.run(run())


def test_one_that_was_away_for_too_long_is_told_what_is_now() -> None:
    async def run() -> None:
        told = Told(linger_s=0.02)
        heard = told.listen()
        await heard.next()
        await heard.end()
        await asyncio.sleep(0.1)
        assert not told.outbox.is_open
        told.say("nobody hears this")
        again = told.listen(heard.last)
        assert await again.next() == ("now", {"now": 2})
        told.say(1)
        assert await again.next() == ("event", 1)

    asyncio.run(run())


def test_one_that_reads_too_slowly_is_told_what_is_now_in_place_of_what_it_missed() -> None:
    async def run() -> None:
        told = Told()
        slow, quick = told.listen(), told.listen()
        await slow.next()
        await quick.next()
        for first in (0, KEPT - 1):
            for number in range(first, first + KEPT - 1):
                told.say(number)
            await quick.several(KEPT - 1)
        assert await slow.next() == ("now", {"now": 3})
        told.say("news")
        assert await slow.next() == await quick.next() == ("event", "news")

    asyncio.run(run())


def test_what_came_too_fast_is_made_up_for_by_what_is_now() -> None:
    async def run() -> None:
        told = Told()
        heard = told.listen()
        await heard.next()
        for number in range(CAPACITY + 1):
            told.say(number, kind="job")
        assert await heard.next() == ("now", {"now": 2})

    asyncio.run(run())


def test_a_quiet_stream_says_that_it_is_there() -> None:
    async def run() -> None:
        told = Told(comment_s=0.02)
        heard = told.listen()
        await heard.next()
        reading = asyncio.ensure_future(heard.next())
        await asyncio.sleep(0.1)
        told.say(1)
        assert await reading == ("event", 1)
        assert heard.comments >= 2

    asyncio.run(run())


def test_figures_are_asked_for_only_while_somebody_listens() -> None:
    async def run() -> None:
        told = Told(linger_s=0.05)
        assert told.asked == 0
        heard = told.listen()
        await heard.next()
        told.say(1)
        await heard.next()
        assert told.asked == 1

    asyncio.run(run())


def test_what_has_no_json_is_left_out_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> None:
        raise PublishError("score: expected a finite number, found nan")

    async def run() -> None:
        told = Told()
        heard = told.listen()
        await heard.next()
        for _ in range(2):
            told.outbox.put(Said("state", "", refuse))
            told.say(float("nan"))
        told.say(1)
        assert await heard.next() == ("event", 1)

    asyncio.run(run())
    assert caplog.text.count("found nan") == 1
    assert caplog.text.count("the page is not told of event") == 1


def test_a_close_ends_every_stream() -> None:
    async def run() -> None:
        told = Told()
        listeners = [told.listen() for _ in range(3)]
        for one in listeners:
            await one.next()
        await asyncio.to_thread(told.broadcast.close)
        for one in listeners:
            with pytest.raises(StopAsyncIteration):
                await one.next()
        assert told.broadcast.listeners == 0
        with pytest.raises(StopAsyncIteration):
            await told.listen().next()

    asyncio.run(run())


def test_a_fault_in_what_is_told_ends_nothing_for_who_listens(caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> None:
        raise RuntimeError("a bug")

    class Broken(Told):
        def _ask(self) -> None:
            raise RuntimeError("no figures")

    async def run() -> None:
        told = Broken()
        heard = told.listen()
        await heard.next()
        told.outbox.put(Said("event", "", break_down))
        await asyncio.sleep(0.05)
        told.say("still here")
        assert await heard.next() == ("event", "still here")

    asyncio.run(run())
    assert "a bug" in caplog.text
    assert "no figures" in caplog.text
