"""`python -m tests.bench.governor [FOLDER]`: a summer day and five solar days, with a governor and without.

A model of the boards (tests/governor/plant.py), no board: nothing waits, and the figures are the same everywhere.
With FOLDER the curves are drawn there: governor-heat.svg, -heat-frames, -sun and -sun-frames.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from edgeclassify.config import GovernorConfig
from edgeclassify.pictures.chart import Axis, Chart, Series, svg
from tests.governor.closed_loop import Moment, run, turns
from tests.governor.plant import PI_4, ZERO_2, Plant, Weather, clear_sky, summer_air, under_clouds

SUN = Weather(summer_air, under_clouds(1.0, 0.15, 0.15, 0.5, 1.0))
EVERY = 30
"""Steps between two points of a curve."""
WITH, WITHOUT = "with a governor", "without"
Runs = dict[str, tuple[Plant, list[Moment]]]


def heat() -> Runs:
    """A Pi 4 in a closed box in the sun, as fast as it goes."""

    def plant() -> Plant:
        return Plant(PI_4, Weather(summer_air, clear_sky), interval_s=PI_4.invoke_s, sun_w=2.0)

    return _both(plant, GovernorConfig(enabled=True), 24)


def sun() -> Runs:
    """A Zero 2 on a battery of 50 Wh and a panel of 10 W: a clear day, two dark ones, a mixed one, a clear one."""

    def plant() -> Plant:
        return Plant(ZERO_2, SUN, battery_wh=50.0, panel_w=10.0)

    return _both(plant, GovernorConfig(enabled=True, battery="file:/unused"), 120)


def _both(make: Callable[[], Plant], config: GovernorConfig, hours: float) -> Runs:
    plants = {WITHOUT: make(), WITH: make()}
    return {name: (plant, run(plant, config if name == WITH else None, hours)) for name, plant in plants.items()}


def table(title: str, runs: Runs) -> None:
    """A line for each run."""
    print(title)
    print(
        f"{'':18}{'hottest':>9}{'slowed':>9}{'emptiest':>10}{'dead':>8}{'frames':>11}{'furthest':>10}{'turns':>7}"
    )
    for name, (plant, moments) in runs.items():
        print(
            f"{name:18}{max(one.temperature_c for one in moments):7.1f} C{plant.slowed_s / 3600:7.1f} h"
            f"{min(one.percent for one in moments):8.0f} %{plant.dead_s / 3600:6.1f} h{plant.frames:11,.0f}"
            f"{max(one.verdict.factor for one in moments):9.1f}x{turns(moments):7}"
        )


def chart(title: str, y: Axis, runs: Runs, value: Callable[[Sequence[Moment]], float]) -> str:
    """`value`: of the moments between two points."""
    series = [
        Series(
            name,
            [(part[-1].at_h, value(part)) for part in _parts(moments)],
            has_marks=False,
            is_dashed=name == WITHOUT,
        )
        for name, (_, moments) in runs.items()
    ]
    return svg(Chart(title, Axis("hours since midnight", lowest=0), y, series, height=320))


def _parts(moments: list[Moment]) -> list[list[Moment]]:
    return [moments[begin : begin + EVERY] for begin in range(0, len(moments) - EVERY, EVERY)]


def _rate(part: Sequence[Moment]) -> float:
    return (part[-1].frames - part[0].frames) / (3600 * (part[-1].at_h - part[0].at_h))


def main() -> None:
    """Both, and the pictures where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    hot, sunny = heat(), sun()
    table("A summer day, Pi 4 in a closed box (temperature_max_c = 75):", hot)
    table("Five days on the sun, Zero 2 (battery_low = 50, battery_empty = 20 percent):", sunny)
    if folder is None:
        return
    pictures = {
        "governor-heat": chart("Processor, a summer day", Axis("°C"), hot, lambda part: part[-1].temperature_c),
        "governor-heat-frames": chart("Frames", Axis("each second", lowest=0), hot, _rate),
        "governor-sun": chart(
            "Battery, five days", Axis("percent", lowest=0), sunny, lambda part: part[-1].percent
        ),
        "governor-sun-frames": chart("Frames", Axis("each second", lowest=0), sunny, _rate),
    }
    for name, picture in pictures.items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
