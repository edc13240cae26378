"""The governor's verdict in the daemon: who is held back, what is told of it, and what a reload makes of it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import GovernorConfig
from edgeclassify.daemon.governing.battery_topic import BatteryTopic
from edgeclassify.daemon.governing.governing import STEP_S, USUAL_S, Governing
from edgeclassify.daemon.governing.sensors import Sensors
from edgeclassify.daemon.health_figures import Governed
from edgeclassify.daemon.publishing import sink_key
from edgeclassify.errors import ModelError
from edgeclassify.governor.gauge import BatteryGauge
from edgeclassify.governor.interface import Readings
from edgeclassify.sources.interface import FrameSource
from tests.daemon.running_parts import Whole, config_of
from tests.support.clock import Clock
from tests.support.sources import BrightnessSource
from tests.support.waiting import patient

PORCH = {"name": "porch", "source": "synthetic:", "interval_s": 0.5}
TWO = {
    "camera": [PORCH, {"name": "garden", "source": "synthetic:", "interval_s": 20.0}],
    "view": [{"name": "gate", "camera": "porch"}, {"name": "shed", "camera": "garden"}],
}
ON_BATTERY = {"enabled": True, "battery": "mqtt:solar"}


class Told(Sensors):
    """Tells what a test has set."""

    def __init__(self, bench: "Bench", gauge: BatteryGauge | None) -> None:
        self._bench, self._told_of = bench, gauge
        bench.looks = 0

    def read(self) -> Readings:
        bench = self._bench
        bench.looks += 1
        battery = bench.battery if self._told_of is None else self._told_of.value
        return Readings(bench.clock.now, bench.temperature_c, battery=battery, used_w=1.5)


class Bench:
    """Parts that run, and a governor between what a test has set and what it asks for."""

    def __init__(self, live: bool = True, **sections: Any) -> None:
        self.config = config_of(**{**TWO, "governor": {"enabled": True}, **sections})
        self.whole = Whole(self.config)
        self.live = live
        self.whole.make_source = self._source
        self.running = self.whole.running
        self.clock, self.topic = Clock(), BatteryTopic()
        self.temperature_c: float | None = 50.0
        self.battery: float | None = None
        self.looks = 0
        self.threads: list[int | None] = []
        self.set_threads: Callable[[int | None], None] = self.threads.append
        self.governing = Governing(
            self.running,
            self.whole.health,
            self.topic,
            lambda most: self.set_threads(most),
            sensors=lambda _, gauge: Told(self, gauge),
            clock=self.clock,
        )
        self.running.start_threads()

    def _source(self, camera: Any) -> FrameSource:
        source = BrightnessSource(camera.name, [255])
        source.live = self.live
        return source

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.governing.work()
            self.clock.now += 1

    @property
    def apart_s(self) -> list[float]:
        return [view.rules.pace.apart_s for view in self.running.parts.views]

    def stop(self) -> None:
        self.whole.stop(time.monotonic() + 2.0)


@pytest.fixture
def make() -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def made(live: bool = True, **sections: Any) -> Bench:
        benches.append(Bench(live, **sections))
        return benches[-1]

    yield made
    for bench in benches:
        bench.stop()


def test_where_it_is_off_nothing_is_looked_at(make: Callable[..., Bench]) -> None:
    bench = make(governor={})
    bench.temperature_c = 120.0
    bench.pass_time(100)
    assert (bench.looks, bench.apart_s, bench.governing.figures) == (0, [0.5, 20.0], Governed())


def test_heat_holds_all_cameras_back_and_the_watchdog_waits(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.temperature_c = 90.0
    bench.pass_time(1200)
    figures = bench.governing.figures
    assert figures.slowdown is not None
    assert figures.slowdown > 2
    assert (figures.slowed_by, figures.one_thread, figures.power_w) == ("temperature", False, 1.5)
    gate, shed = bench.apart_s
    assert gate == pytest.approx(0.5 * figures.slowdown)
    assert shed == pytest.approx(min(60.0, 20 * figures.slowdown))
    # What is asked for stays known, and cameras and the service manager follow what is done.
    assert [view.rules.pace.interval_s for view in bench.running.parts.views] == [0.5, 20.0]
    parts = bench.running.parts
    assert [parts.interval_of(camera) for camera in parts.config.camera] == [gate, shed]
    assert parts.longest_silence_s > 3 * shed
    bench.temperature_c = 40.0
    bench.pass_time(3600)
    assert bench.apart_s == [0.5, 20.0]
    assert bench.governing.figures.slowed_by == "nothing"


def test_sensors_are_looked_at_every_so_often(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.pass_time(10 * STEP_S)
    assert bench.looks == 10


def test_files_are_never_held_back(make: Callable[..., Bench]) -> None:
    bench = make(live=False)
    bench.temperature_c = 90.0
    bench.pass_time(1200)
    assert bench.apart_s == [0.5, 20.0]


def test_a_camera_as_fast_as_it_goes_is_held_back_too(make: Callable[..., Bench]) -> None:
    bench = make(camera=[PORCH | {"interval_s": 0}], view=[{"name": "gate"}])
    bench.temperature_c = 90.0
    bench.pass_time(1200)
    slowdown = bench.governing.figures.slowdown
    assert slowdown is not None
    assert bench.apart_s == [pytest.approx(USUAL_S * slowdown)]


def test_a_battery_that_a_topic_tells_of(make: Callable[..., Bench]) -> None:
    bench = make(governor=ON_BATTERY)
    bench.topic.tell("other", b"99")
    bench.topic.tell("solar", b"20")
    bench.pass_time(60)
    bench.topic.tell("other", b"99")
    bench.pass_time(60)
    assert bench.governing.figures.battery_percent == 20
    assert bench.governing.figures.slowed_by == "battery"
    assert bench.apart_s == [pytest.approx(60.0)] * 2
    assert bench.threads == [1]


def test_what_came_before_anybody_listened_counts_by_its_age() -> None:
    clock, heard = Clock(), list[tuple[str, float]]()
    topic, came_at = BatteryTopic(clock), clock.now

    def hear(text: str, at_s: float) -> None:
        heard.append((text, at_s - came_at))

    topic.tell("solar", b"20")
    clock.now += 5
    topic.listen("other", hear)
    assert heard == []
    topic.listen("solar", hear)
    topic.tell("solar", b"\xff21")
    topic.tell("other", b"1")
    topic.listen(None, hear)
    topic.tell("solar", b"22")
    assert heard == [("20", 0), ("\ufffd21", 5)]


def test_what_came_long_ago_is_no_news_after_an_edit(make: Callable[..., Bench]) -> None:
    bench = make(governor=ON_BATTERY)
    old = Clock(time.monotonic() - 86_400)
    bench.topic = BatteryTopic(old)
    bench.topic.tell("solar", b"20")
    old.now += 86_400
    gauge = BatteryGauge(bench.config.governor)
    bench.topic.listen("solar", gauge.tell)
    assert gauge.value is None
    bench.topic.tell("solar", b"21")
    assert gauge.value == 21


def test_a_battery_in_volts_has_a_figure_of_its_own(make: Callable[..., Bench]) -> None:
    volts = {"battery_unit": "volts", "battery_low": 12.4, "battery_empty": 11.8}
    bench = make(governor=ON_BATTERY | volts)
    bench.topic.tell("solar", b"12.1")
    bench.pass_time(60)
    figures = bench.governing.figures
    assert (figures.battery_volts, figures.battery_percent) == (12.1, None)


def test_threads_that_can_not_be_had_are_said_and_tried_again(
    make: Callable[..., Bench], caplog: pytest.LogCaptureFixture
) -> None:
    tried = list[int | None]()

    def refuse(most: int | None) -> None:
        tried.append(most)
        raise ModelError("m.tflite: gone")

    bench = make(governor=ON_BATTERY)
    bench.set_threads = refuse
    bench.topic.tell("solar", b"20")
    bench.pass_time(60)
    said = "governor: models keep their threads: m.tflite: gone. Tried again in 600 s."
    assert caplog.messages.count(said) == 1
    assert bench.apart_s[0] == pytest.approx(60.0)
    assert (tried, bench.governing.figures.one_thread) == ([1], False)
    bench.pass_time(600)
    assert (tried, bench.governing.figures.one_thread) == ([1, 1], False)
    bench.set_threads = bench.threads.append
    bench.pass_time(600)
    assert (bench.threads, bench.governing.figures.one_thread) == ([1], True)


def test_one_thread_alone_has_a_reason_and_is_said(
    make: Callable[..., Bench], caplog: pytest.LogCaptureFixture
) -> None:
    def said() -> list[str]:  # views say what they see meanwhile, in threads of their own
        return [one for one in caplog.messages if one.startswith("governor: models run")]

    caplog.set_level("INFO")
    bench = make(governor=ON_BATTERY | {"interval_max_s": 0.5}, camera=[PORCH], view=[{"name": "gate"}])
    bench.topic.tell("solar", b"20")
    bench.pass_time(60)
    figures = bench.governing.figures
    assert (figures.slowdown, figures.slowed_by, figures.one_thread) == (1, "battery", True)
    assert said() == ["governor: models run with one thread: battery"]
    bench.topic.tell("solar", b"90")
    bench.pass_time(900)
    assert said()[1:] == ["governor: models run with the config's threads again"]
    assert (bench.governing.figures.slowed_by, bench.governing.figures.one_thread) == ("nothing", False)


def test_it_is_said_when_frames_come_otherwise(
    make: Callable[..., Bench], caplog: pytest.LogCaptureFixture
) -> None:
    def said() -> list[str]:  # views say what they see meanwhile, in threads of their own
        return [one for one in caplog.messages if one.startswith("governor: frames come")]

    caplog.set_level("INFO")
    bench = make(governor=ON_BATTERY)
    bench.topic.tell("solar", b"20")
    bench.pass_time(120)
    assert said()[0].endswith("times as far apart: battery")
    assert 2 <= len(said()) <= 8
    bench.topic.tell("solar", b"90")
    bench.pass_time(600)
    assert said()[-1] == "governor: frames come as the config says again"


def test_a_governor_that_is_switched_off_lets_go(make: Callable[..., Bench]) -> None:
    bench = make(governor=ON_BATTERY)
    bench.topic.tell("solar", b"20")
    bench.pass_time(120)
    bench.running.parts = replace(bench.running.parts, config=config_of(**TWO))
    bench.pass_time(1)
    assert (bench.apart_s, bench.governing.figures, bench.threads) == ([0.5, 20.0], Governed(), [1, None])


def test_another_config_holds_from_then_on(make: Callable[..., Bench]) -> None:
    bench = make(governor=ON_BATTERY)
    bench.topic.tell("solar", b"20")
    bench.pass_time(120)
    sooner = config_of(**TWO, governor=ON_BATTERY | {"interval_max_s": 30.0})
    bench.running.parts = replace(bench.running.parts, config=sooner)
    bench.pass_time(1)
    assert bench.apart_s == [pytest.approx(30.0)] * 2


def test_it_reads_files_and_this_machine(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    battery, power, worked = tmp_path / "capacity", tmp_path / "power", Clock(0.0)
    battery.write_text("61\n")
    power.write_text("2500000\n")
    config = GovernorConfig(
        enabled=True, battery=f"file:{battery}", energy_wh_per_day=10.0, power=f"file:{power}", power_factor=1e-6
    )
    clock = Clock()
    sensors = Sensors(config, BatteryGauge(config, clock), clock, worked)
    found = sensors.read()
    assert (found.at_s, found.battery, found.used_w) == (clock.now, 61.0, 2.5)
    assert found.load is not None
    battery.unlink()
    power.unlink()
    found = sensors.read()
    assert (found.battery, found.used_w) == (61.0, None)
    assert [message.partition(": ")[2] for message in caplog.messages] == [
        f"file:{power}: can't be read: No such file or directory. The power is unknown, and changes nothing.",
        f"file:{battery}: can't be read: No such file or directory. Its last good number, 61 percent, counts for "
        "3600 s.",
    ]


def test_pipes_do_not_keep_it_waiting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    config = GovernorConfig(
        enabled=True, battery=f"file:{pipe}", energy_wh_per_day=10.0, power="file:/dev/ptmx", core_w=1.0
    )
    found: list[Readings] = []
    reading = threading.Thread(
        target=lambda: found.append(Sensors(config, BatteryGauge(config)).read()), daemon=True
    )
    reading.start()
    reading.join(patient(30.0))
    assert [(one.battery, one.used_w) for one in found] == [(None, None)]
    assert [message.partition(". ")[0] for message in caplog.messages] == [
        "governor: file:/dev/ptmx: can't be read: it is no plain file",
        f"governor: file:{pipe}: can't be read: it is no plain file",
    ]


def test_without_a_meter_the_work_of_the_process_is_what_costs() -> None:
    clock, worked = Clock(), Clock(0.0)
    sensors = Sensors(GovernorConfig(enabled=True, energy_wh_per_day=10.0, core_w=2.0), None, clock, worked)
    assert sensors.read().used_w is None
    clock.now, worked.now = clock.now + 10, 5.0
    assert sensors.read().used_w == pytest.approx(1.0)
    assert Sensors(GovernorConfig(enabled=True), None, clock, worked).read().used_w is None


def test_the_sink_shows_another_battery_after_a_reload() -> None:
    def key(**governor: Any) -> object:
        return sink_key(config_of(governor=governor), {}).shown

    assert key() == key(enabled=False, battery="mqtt:a")
    assert key(enabled=True) != key()
    assert key(enabled=True, battery="mqtt:a") != key(enabled=True, battery="mqtt:b")
    assert key(enabled=True, load_max=2.0) == key(enabled=True)
