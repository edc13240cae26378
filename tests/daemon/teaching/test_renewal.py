"""New heads are noticed by their manifests, once each, and a bad one costs a message."""

import logging
from pathlib import Path

import pytest

from edgeclassify.daemon.teaching.renewal import Renewal
from edgeclassify.errors import ModelError


class Bench:
    """Manifests of models that run; `news`: whose head is new. Heads that are taken over are no news any more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = ["gate", "bin"]
        self.news = set[str]()
        self.asked: list[str] = []
        self.renewed = 0
        self.fault: str | None = None
        self.renewal = Renewal(self.manifests, self.is_news, self.renew)
        for name in self.names:
            self.write(name)

    def write(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text)

    def manifests(self) -> dict[str, Path]:
        return {name: self.folder / name for name in self.names}

    def is_news(self, name: str) -> bool:
        self.asked.append(name)
        if (self.folder / name).read_text() == "broken":
            raise ModelError(f"{name} is damaged")
        return name in self.news

    def renew(self) -> None:
        if self.fault is not None:
            raise ModelError(self.fault)
        self.renewed += 1
        self.news.clear()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.renewal.work()
    assert made.asked == ["gate", "bin"], "what was fitted while the models were loaded"
    made.asked.clear()
    return made


def test_a_manifest_that_is_as_it_was_is_not_read(bench: Bench) -> None:
    bench.news = {"gate"}
    bench.renewal.work()
    assert (bench.asked, bench.renewed) == ([], 0)


def test_another_head_is_taken_over_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.news = {"gate"}
    bench.write("gate", "new")
    bench.renewal.work()
    bench.renewal.work()
    assert (bench.asked, bench.renewed) == (["gate"], 1)
    assert [record.getMessage() for record in caplog.records] == ["gate: another head decides from now on"]


def test_examples_that_were_added_are_no_news(bench: Bench) -> None:
    bench.write("gate", "more")
    bench.renewal.work()
    assert (bench.asked, bench.renewed) == (["gate"], 0)


@pytest.mark.parametrize("text", ["broken", "whole"])
def test_what_can_not_be_taken_over_is_said_once_and_tried_when_it_has_changed(
    bench: Bench, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    bench.news, bench.fault = {"gate"}, "no memory"
    bench.write("gate", text)
    bench.renewal.work()
    bench.renewal.work()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert ("gate is damaged" if text == "broken" else "no memory") in caplog.text
    assert "the one before goes on" in caplog.text

    bench.fault = None
    bench.write("gate", "mended")
    bench.renewal.work()
    assert bench.renewed == 1


def test_a_model_that_runs_since_a_reload_is_looked_at(bench: Bench) -> None:
    bench.names.append("cat")
    bench.write("cat")
    bench.news = {"cat"}
    bench.renewal.work()
    assert (bench.asked, bench.renewed) == (["cat"], 1)
