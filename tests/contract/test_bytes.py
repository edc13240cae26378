"""The bytes of every kind of payload, as they were when the contract was new: subscribers and spools have them."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import PublishError
from edgeclassify.health import CameraHealth
from edgeclassify.types import (
    CameraState,
    ClockState,
    EventType,
    LabelScore,
    LabelToday,
    ModelInfo,
    NodeInfo,
    Novelty,
    Prediction,
    Reason,
    Response,
    Why,
)
from tests.publish.records import T0, event, health, state

TOPICS = Topics("a/b", "porch")
MODEL = ModelInfo("m\udcff", "/m/\u732b.tflite", "ab" * 32, "litert 2.3.0", 1001, 224, 224)
CAMERA = CameraHealth(
    name="cam", state=CameraState.FAILED, frame_age_s=1.23456, frames=10, dropped=1, skipped=0, copied=2, stalls=0,
    freezes=0, restarts=0, reopens=0, fresh_processes=0, profile="day", error="gone\n",
)  # fmt: skip
ROW = (LabelScore(0, "\x00", float(np.float32(0.1))),)
LEFT = Why(Reason.BELOW_THRESHOLD, threshold_exit=0.4667, confirm_s=0.0, held_s=1.23456, duration_s=1e6)
SCORES = np.array([0.0, np.float32(0.05), np.float32(0.93456)], np.float32)

BYTES: dict[str, tuple[Callable[[], Message], str]] = {
    "state": (
        lambda: outgoing.state_message(
            TOPICS, state(score=np.float64(1e-9), top=ROW, model='a "q"', origin="é/1.jpg")
        ),
        '{"v":1,"label":"open","score":0.0,"since":"2026-11-18T11:06:40.123Z","ts":"2026-11-18T11:06:42.123Z","seq":7,'
        '"event_id":"id-7","top":[{"label":"\\u0000","score":0.1}],"model":"a \\"q\\"","origin":"é/1.jpg"}',
    ),
    "state of nothing": (
        lambda: outgoing.state_message(TOPICS, state("unknown", event_id=None, seq=0, top=(), since=-1.5)),
        '{"v":1,"label":"unknown","score":0.9346,"since":"1969-12-31T23:59:58.500Z","ts":"2026-11-18T11:06:42.123Z",'
        '"seq":0,"event_id":null,"top":[],"model":"mobilenet_v2"}',
    ),
    "state that counts": (
        lambda: outgoing.state_message(
            TOPICS, state("open", top=(), today=(LabelToday("é", 3, 1200.54321, T0),), day="2026-11-18")
        ),
        '{"v":1,"label":"open","score":0.9346,"since":"2026-11-18T11:06:40.123Z","ts":"2026-11-18T11:06:42.123Z",'
        '"seq":7,"event_id":"id-7","top":[],"model":"mobilenet_v2","day":"2026-11-18",'
        '"today":{"é":{"count":3,"seconds":1200.5432,"last":"2026-11-18T11:06:40.123Z"}}}',
    ),
    "state by a clock that is not set": (
        lambda: outgoing.state_message(TOPICS, state("open", top=(), clock=ClockState.UNSET)),
        '{"v":1,"label":"open","score":0.9346,"since":"2026-11-18T11:06:40.123Z","ts":"2026-11-18T11:06:42.123Z",'
        '"seq":7,"event_id":"id-7","top":[],"model":"mobilenet_v2","clock":"unset"}',
    ),
    "event of something new": (
        lambda: outgoing.event_message(
            TOPICS, event(1, why=Why(), novelty=Novelty.FIRST_IN_DAYS, days_since=9, count_today=1)
        ),
        '{"v":1,"event_type":"start","label":"open","score":0.9346,"seq":1,"id":"id-1","ts":"2026-11-18T11:06:41.123Z",'
        '"why":{},"novelty":"first in days","days_since":9,"count_today":1}',
    ),
    "event": (
        lambda: outgoing.event_message(TOPICS, event(812, event_type=EventType.END, label="\udcff", why=LEFT)),
        '{"v":1,"event_type":"end","label":"?","score":0.9346,"seq":812,"id":"id-812","ts":"2026-11-18T11:20:12.123Z",'
        '"why":{"reason":"below threshold","threshold_exit":0.4667,"confirm_s":0.0,"held_s":1.2346,'
        '"duration_s":1000000.0}}',
    ),
    "history": (
        lambda: outgoing.stored_event_message(
            TOPICS,
            "gate",
            outgoing.event_message(
                TOPICS, event(9, why=Why(Reason.SCORE_ROSE, score_before=0.5), origin="1.jpg")
            ).payload,
            historical=True,
        ),
        '{"v":1,"event_type":"start","label":"open","score":0.9346,"seq":9,"id":"id-9","ts":"2026-11-18T11:06:49.123Z",'
        '"why":{"reason":"score rose","from":0.5},"origin":"1.jpg","historical":true}',
    ),
    "info": (
        lambda: outgoing.info_message(TOPICS, NodeInfo("0.1.0", "3.11.2", "s-1", T0, (MODEL,), ("gate",))),
        '{"v":1,"contract":1,"version":"0.1.0","python":"3.11.2","session":"s-1","started":"2026-11-18T11:06:40.123Z",'
        '"models":[{"name":"m?","path":"/m/猫.tflite","sha256":"' + "ab" * 32 + '","runtime":"litert 2.3.0",'
        '"labels":1001,"input_width":224,"input_height":224}],"views":["gate"]}',
    ),
    "health": (
        lambda: outgoing.health_message(TOPICS, health(fps=1e16, cameras=(CAMERA,))),
        '{"v":1,"ts":"2026-11-18T11:06:40.123Z","uptime_s":61.2346,"frame_age_s":0.2,"fps":1e+16,"frames":120,"still_frames":0,'
        '"inference_ms_p50":4.1,"inference_ms_p95":5.0,"dropped":3,"skipped":4,"restarts":0,"spool_depth":0,'
        '"spool_dropped":0,"temperature_c":null,"throttled":null,"rss_bytes":80000000,"bytes_written":4096,'
        '"bytes_written_day":4096,"spool_on_disk":true,"state_folder":"ok","events":7,"snapshots_dropped":1,"snapshots_skipped":2,'
        '"webhook_connected":false,"webhook_depth":2,"webhook_dropped":1,"broker":"a:1883","broker_connects":3,'
        '"broker_changes":1,"broker_lacks":"wildcards","clock_synchronised":true,'
        '"slowdown":2.0,"slowed_by":"temperature, battery","one_thread":true,'
        '"power_w":3.1,"battery_percent":41.0,"battery_volts":null,'
        '"update":{"id":"june","version":7,"state":"watched","reason":null},"cameras":[{"name":"cam","state":"failed","frame_age_s":1.2346,"frames":10,'
        '"dropped":1,"skipped":0,"copied":2,"stalls":0,"freezes":0,"restarts":0,"reopens":0,"fresh_processes":0,'
        '"profile":"day","error":"gone\\n"}]}',
    ),
    "result": (
        lambda: outgoing.result_message(
            TOPICS, "gate", Prediction(SCORES, ("shut", "ajar", "open"), 0.5, 4.251111, 5, 1, T0)
        ),
        '{"v":1,"ts":"2026-11-18T11:06:40.123Z","frame":5,"top":[{"index":2,"label":"open","score":0.9346},'
        '{"index":1,"label":"ajar","score":0.05},{"index":0,"label":"shut","score":0.0}],"preprocess_ms":0.5,'
        '"invoke_ms":4.2511}',
    ),
    "answer": (
        lambda: outgoing.response_message(
            TOPICS, Response("set", "\udcff", {"value": np.float32(0.1), "view": "gate"})
        ),
        '{"v":1,"transaction":"?","status":"ok","data":{"value":0.1,"view":"gate"},"error":null}',
    ),
    "refusal": (
        lambda: outgoing.response_message(TOPICS, Response("set", None, {}, "no")),
        '{"v":1,"transaction":null,"status":"error","data":{},"error":"no"}',
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BYTES)
def test_the_bytes(kind: str) -> None:
    make, text = BYTES[kind]
    assert make().payload == text.encode()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: outgoing.state_message(TOPICS, state(score=math.nan)), "score: "),
        (lambda: outgoing.state_message(TOPICS, state(ts=math.inf)), "time: "),
        (lambda: outgoing.event_message(TOPICS, event(1, why=Why(held_s=math.nan))),
            "a/b/porch/gate/event why held_s: "),
        (lambda: outgoing.health_message(TOPICS, health(fps=math.nan)), "a/b/porch/health fps: "),
        (lambda: outgoing.response_message(TOPICS, Response("set", 1, {"a": {"b": math.nan}})),
            "a/b/porch/response/set data a b: "),
    ],
)  # fmt: skip
def test_a_number_without_json_form_is_named_with_its_topic(make: Callable[[], Message], error: str) -> None:
    with pytest.raises(PublishError) as caught:
        make()
    assert str(caught.value).startswith(f"{error}expected a finite number, found ")
