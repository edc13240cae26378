"""The figures for monitors: Prometheus' text, and one word for those that ask for no more."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Literal

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.responses import JSONResponse, Response

from edgeclassify import __version__
from edgeclassify.files.folder_condition import FolderCondition
from edgeclassify.health import Health
from edgeclassify.types import UNKNOWN
from edgeclassify.web.api.interface import ApiBody, Around, Asked, Endpoint
from edgeclassify.web.api.metric_names import OF_CAMERAS, OF_NODE
from edgeclassify.web.live.wellness import Wellness, wellness

SUBJECT = "monitoring"
_WORKING = ("running", "resting")


class HowItIs(ApiBody):
    """How the node is. degraded: a view gets no frames, or its picture can't be trusted."""

    status: Literal["ok", "degraded", "down"]


class NodeCollector(Collector):
    """The figures of one moment."""

    def __init__(self, around: Around, health: Health) -> None:
        self._around, self._health = around, health

    def collect(self) -> Iterator[Metric]:
        """All of them; what this machine can't tell is left out."""
        return (family for family in self._families() if family.samples)

    def _families(self) -> Iterator[Metric]:
        facts = self._around.node.facts
        yield InfoMetricFamily(
            "edgeclassify", "What runs.", {"version": __version__, "node": facts.config.node.name}
        )
        for figure, named in OF_NODE.items():
            family = named.family(())
            _add(family, [], getattr(self._health, figure))
            yield family
        yield from self._broker()
        yield from self._state_folder()
        yield from self._cameras()
        yield from self._views()
        yield from self._page()

    def _broker(self) -> Iterator[Metric]:
        text = "Is the node connected to a broker? 1, with its server as label, while it is."
        connected = GaugeMetricFamily("edgeclassify_broker_connected", text, labels=["server"])
        if self._health.broker_connects is not None:
            _add(connected, [self._health.broker or ""], self._health.broker is not None)
        yield connected

    def _state_folder(self) -> Iterator[Metric]:
        text = "What becomes of what is written to the state folder: 1 for what holds."
        folder = GaugeMetricFamily("edgeclassify_state_folder", text, labels=["condition"])
        now = self._health.state_folder
        for condition in FolderCondition if now is not None else ():
            _add(folder, [condition], condition is now)
        yield folder

    def _cameras(self) -> Iterator[Metric]:
        cameras = self._health.cameras
        up = GaugeMetricFamily("edgeclassify_camera_up", "Does the camera work?", labels=["camera"])
        for camera in cameras:
            _add(up, [camera.name], camera.state in _WORKING)
        yield up
        for figure, named in OF_CAMERAS.items():
            family = named.family(["camera"])
            for camera in cameras:
                _add(family, [camera.name], getattr(camera, figure))
            yield family

    def _views(self) -> Iterator[Metric]:
        latest = self._around.board.latest
        online = GaugeMetricFamily("edgeclassify_view_online", "Does the view get frames?", labels=["view"])
        enabled = GaugeMetricFamily("edgeclassify_view_enabled", "Is the view watched?", labels=["view"])
        score = GaugeMetricFamily("edgeclassify_view_score", "Score of what the view shows.", labels=["view"])
        shown = GaugeMetricFamily("edgeclassify_view_label", "1: the view shows it.", labels=["view", "label"])
        for view in self._around.node.facts.views:
            _add(online, [view.name], latest.online.get(view.name, False))
            _add(enabled, [view.name], view.enabled)
            state = latest.states.get(view.name)
            if state is not None and state.known:
                _add(score, [view.name], state.score)
                if state.label != UNKNOWN:
                    _add(shown, [view.name, state.label], True)
        yield from (online, enabled, score, shown)

    def _page(self) -> Iterator[Metric]:
        around = self._around
        listeners = GaugeMetricFamily("edgeclassify_page_listeners", "Who hears what happens, by the page.")
        _add(listeners, [], around.board.listeners)
        viewers = GaugeMetricFamily("edgeclassify_page_viewers", "Who looks at what cameras show.")
        _add(viewers, [], around.pictures.viewers)
        coded = CounterMetricFamily("edgeclassify_page_pictures", "Pictures coded for the page since it is there.")
        _add(coded, [], around.pictures.coded)
        yield from (listeners, viewers, coded)


def _add(family: GaugeMetricFamily | CounterMetricFamily, labels: list[str], value: float | bool | None) -> None:
    if value is not None:
        family.add_metric(labels, float(value))


async def metrics(asked: Asked) -> Response:
    """All figures."""
    around = asked.around
    health = await around.threads.run(around.node.health)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(NodeCollector(around, health))
    encode, content_type = choose_encoder(asked.request.headers.get("accept", ""))
    return Response(encode(registry), headers={"Content-Type": content_type, "Cache-Control": "no-store"})


async def healthz(asked: Asked) -> Response:
    """How the node is, and no more: nobody need log in for it."""
    found = wellness(asked.around.node.facts, asked.around.board.latest)
    status = HTTPStatus.SERVICE_UNAVAILABLE if found is Wellness.DOWN else HTTPStatus.OK
    return JSONResponse({"status": found}, status, {"Cache-Control": "no-store"})


MONITORING: tuple[Endpoint, ...] = (
    Endpoint("GET", "/healthz", healthz, "How the node is, in one word", SUBJECT, gives=HowItIs, is_open=True),
    Endpoint("GET", "/metrics", metrics, "Figures as Prometheus reads them", SUBJECT, gives="text/plain"),
)
