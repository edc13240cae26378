import io
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest

from edgeclassify.config import MqttConfig
from edgeclassify.demo import demo_photos
from edgeclassify.demo.broker import EmbeddedBroker
from edgeclassify.demo.displays import MessageLines
from edgeclassify.demo.moments import LATER, write_moments
from edgeclassify.demo.subscriber import Subscriber
from edgeclassify.errors import PublishError, StorageError, UsageError
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import FULL_FRAME, Frame, ModelChoice, PixelFormat
from edgeclassify.watch.interface import Arrival
from tests.publish.records import event, layout, state
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import free_port
from tests.support.waiting import patient, wait_for


@pytest.mark.parametrize("protocol", ["auto", "3.1.1"])
def test_publisher_broker_subscriber(protocol: Literal["auto", "3.1.1"]) -> None:
    pytest.importorskip("amqtt", reason="amqtt is not installed (pip install 'edgeclassify[demo]')")
    out, spool = io.StringIO(), MemorySpool()
    lines_of, came = MessageLines(out), list[Arrival]()

    def take(arrival: Arrival) -> None:
        came.append(arrival)
        lines_of.take(arrival)

    with EmbeddedBroker() as broker, Subscriber("127.0.0.1", broker.port, take) as subscriber:
        sink = SpooledMqtt(
            config=MqttConfig(host="127.0.0.1", port=broker.port, protocol=protocol),
            layout=layout({"table": ("open",)}, "demo"), spool=spool,
        )  # fmt: skip
        sink.start()
        wait_for(lambda: sink.connected)
        sink.publish_event(event(1, view="table"))
        sink.publish_state(state(view="table"))
        wait_for(lambda: any(arrival.topic.endswith("/event") for arrival in came))
        sink.stop(patient(2))
        subscriber.wait_quiet()
    assert spool.depth == 0
    lines = out.getvalue().splitlines()
    # As a set: amqtt may change the order of messages and repeat retained ones.
    printed = {line.split("  ")[0].removeprefix("edgeclassify/demo/") for line in lines}
    assert printed == {"status", "table/state", "table/label/open", "table/event"}
    payload = next(line.split("  ", 1)[1] for line in lines if "/event" in line)
    assert json.loads(payload)["seq"] == 1
    assert len(came) == len(lines)


def test_two_brokers_side_by_side() -> None:
    pytest.importorskip("amqtt", reason="amqtt is not installed (pip install 'edgeclassify[demo]')")
    with EmbeddedBroker() as one, EmbeddedBroker() as other:
        assert one.port != other.port


def test_without_amqtt_one_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "amqtt.broker", None)
    with pytest.raises(UsageError, match=r"pip install 'edgeclassify\[demo\]'"):
        EmbeddedBroker().start()


def test_a_subscriber_without_broker_says_so() -> None:
    with pytest.raises(PublishError, match="Is it running"):
        Subscriber("127.0.0.1", free_port(), lambda _: None).start()


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(28, "full"), StorageError("full")])
def test_broken_output_is_told_once_and_kills_no_thread(error: Exception) -> None:
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise error

    pytest.importorskip("amqtt", reason="amqtt is not installed (pip install 'edgeclassify[demo]')")
    told, tried, printed = list[Exception](), list[Arrival](), MessageLines(Broken())

    def take(arrival: Arrival) -> None:
        tried.append(arrival)
        printed.take(arrival)

    with (
        EmbeddedBroker() as broker,
        Subscriber("127.0.0.1", broker.port, take, on_broken=told.append) as subscriber,
    ):
        sink = SpooledMqtt(
            config=MqttConfig(host="127.0.0.1", port=broker.port, protocol="3.1.1"), layout=layout({}, "demo"),
            spool=MemorySpool(),
        )  # fmt: skip
        sink.start()
        wait_for(lambda: sink.connected)
        sink.publish_event(event(1, view="table"))
        wait_for(lambda: told)
        sink.stop(patient(2))
        subscriber.wait_quiet()
    assert told == [error]
    assert len(tried) == 1  # "online"; the event, and what the stop says, are not printed any more


def test_wait_quiet_has_a_limit() -> None:
    subscriber = Subscriber("127.0.0.1", 1, lambda _: None)
    begin = time.monotonic()
    subscriber.wait_quiet(quiet_s=60, timeout_s=0.1)
    assert time.monotonic() - begin < 1


def test_photos_are_small_and_have_a_provenance() -> None:
    with demo_photos() as folder:
        provenance = (folder / "PROVENANCE.md").read_text()
        photos = sorted(folder.glob("*.jpg"))
        assert len(photos) == 3
        for photo in photos:
            assert f"`{photo.name}`" in provenance
            assert photo.stat().st_size < 100_000
            image = cv2.imread(str(photo))
            assert image is not None
            assert min(image.shape[:2]) >= 300
        assert isinstance(folder, Path)


# --- moments -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "photos"
    with demo_photos() as photos:
        write_moments(photos, folder)
    return folder


def test_moments_come_in_rounds_and_begin_with_the_photos_themselves(moments: Path) -> None:
    files = sorted(moments.iterdir())
    assert [file.name for file in files[:4]] == ["1-cat.jpg", "1-espresso.jpg", "1-tripod.jpg", "2-cat.jpg"]
    assert len(files) == 3 * (len(LATER) + 1)
    with demo_photos() as photos:
        assert files[0].read_bytes() == (photos / "cat.jpg").read_bytes()


def test_no_two_moments_are_the_same(moments: Path) -> None:
    for name in ("cat", "espresso", "tripod"):
        thumbs = [
            cv2.resize(cv2.imread(str(file)), (32, 32)).astype(float) for file in moments.glob(f"*-{name}.jpg")
        ]
        pairs = itertools.combinations(thumbs, 2)
        assert min(float(abs(one - other).mean()) for one, other in pairs) > 1


def test_a_moment_shows_what_its_photo_shows(moments: Path) -> None:
    classifier = open_classifier(ModelChoice())
    try:
        for name, label in (("cat", "Egyptian cat"), ("espresso", "espresso")):
            for file in moments.glob(f"*-{name}.jpg"):
                pixels = np.asarray(cv2.imread(str(file)), np.uint8)
                height, width = pixels.shape[:2]
                frame = Frame(pixels, PixelFormat.BGR, width, height, "photos", 1, 1, 1.0)
                (best,) = classifier.classify(frame, FULL_FRAME).top(1)
                assert (best.label, best.score > 0.6) == (label, True), file.name
    finally:
        classifier.close()
