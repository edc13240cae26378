"""What leaves the node, from the config: the sink with its topics and announcement, and the snapshots."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify import __version__
from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import Config, ViewConfig
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.topics import Topics
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.files import identity
from edgeclassify.health.figures import BATTERY_PERCENT, BATTERY_VOLTS, GOVERNED, SEVERAL_SERVERS, UPDATED
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.history.desk import HistoryDesk
from edgeclassify.publish.home_assistant.device import MOST_OPTIONS, Device, Presentation
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from edgeclassify.publish.interface import Sink, Spool
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.types import Permission, Request

if TYPE_CHECKING:
    from edgeclassify.publish.history.sink import HistorySink
    from edgeclassify.publish.snapshots import SnapshotTaker

SnapshotFactory = Callable[[Config, Callable[[str, bytes], None]], "SnapshotTaker | None"]
"""Given a config and what publishes the JPEG of a view; see make_snapshot_taker."""
ShownLabels = Mapping[str, tuple[str, ...]]
"""View → the labels and groups that it can show."""
MQTT, WEBHOOK, HISTORY = "mqtt", "webhook", "history"
"""The names by which the spool knows these sinks: they are on disk where there are several."""


@dataclass(frozen=True, slots=True)
class SinkContext:
    """What a sink works with beside its config. `labels`: view → what it can show, where its model is known."""

    spool: Spool
    published: PublishedTopics
    on_request: Callable[[Request], None]
    asker: ResponseTopics = field(default_factory=ResponseTopics)
    labels: ShownLabels = field(default_factory=dict)
    history: HistoryDesk = field(default_factory=HistoryDesk)
    listener: Sink | None = None
    """Hears of all that the sinks are told."""
    on_battery: Callable[[str, bytes], None] = lambda topic, payload: None
    """Hears what comes on the battery's topic, in the delivery thread: must return at once."""


def make_sinks(config: Config, around: SinkContext, backoff: Callable[[], Backoff] = Backoff) -> Sink:
    """The production sinks for this config, as one. `backoff` makes the waits between attempts to connect."""
    sinks: dict[str, Sink] = {}
    if config.mqtt.enabled:
        sinks[MQTT] = make_mqtt_sink(config, around, backoff())
    if config.webhook is not None:
        from edgeclassify.publish.webhook.settings import webhook_settings
        from edgeclassify.publish.webhook.sink import WebhookSink

        settings = webhook_settings(config.webhook, config.node.name)
        sinks[WEBHOOK] = WebhookSink(settings, around.spool.reader(WEBHOOK), backoff())
    if (history := make_history_sink(config, around)) is not None:
        sinks[HISTORY] = history
    return FanOut(around.spool, sinks, where=topics_of(config).event, listener=around.listener)


def make_mqtt_sink(config: Config, around: SinkContext, backoff: Backoff | None = None) -> Sink:
    """The sink for the broker of this config."""
    from edgeclassify.publish.home_assistant.discovery import Announcement, discovery_topics, platforms
    from edgeclassify.publish.mqtt.requests.inbox import Inbox
    from edgeclassify.publish.mqtt.sink import MqttSink

    layout = layout_of(config)
    home = config.home_assistant
    device = _device(config, layout, around.labels)
    topics = set(layout.retained_topics())
    if home.discovery:
        topics.update(discovery_topics(device))
    announced = platforms(device) if home.discovery else {}
    views = [view.name for view in config.views()]
    inbox = Inbox(
        topics=layout.topics,
        views=views,
        config=config.commands,
        asker=around.asker,
        has_profiles=bool(config.profile),
    )
    gone = around.published.components_without(announced)
    announcement = Announcement(device, gone) if home.discovery else None
    sink = MqttSink(
        config=config.mqtt,
        layout=layout,
        spool=around.spool.reader(MQTT),
        announcement=announcement,
        gone=around.published.topics_without(topics),
        on_removed=around.published.emptied,
        inbox=inbox if config.commands.enabled else None,
        on_request=around.on_request,
        overheard=frozenset({topic}) if (topic := battery_topic(config)) is not None else frozenset(),
        on_overheard=around.on_battery,
        asker=around.asker,
        backoff=backoff,
    )
    # Only now: a config that is refused has used nothing, and must not make anything go.
    around.published.update(topics, announced)
    return sink


def make_history_sink(config: Config, around: SinkContext) -> "HistorySink | None":
    """What keeps the history; None where none is kept."""
    if not config.history.enabled or around.history.folder is None:
        return None
    from edgeclassify.publish.history.linger import Linger
    from edgeclassify.publish.history.sink import HistoryPlace, HistorySink

    return HistorySink(
        config=config.history,
        place=HistoryPlace(around.history.folder, snapshot_folder(config), config.node.zone),
        spool=around.spool.reader(HISTORY),
        desk=around.history,
        # What fills the disk, or uses up the day's budget, is not made worse.
        may_write=lambda: around.spool.on_disk,
        linger=Linger.within(config.spool),
    )


def make_snapshot_taker(config: Config, publish: Callable[[str, bytes], None]) -> "SnapshotTaker | None":
    """What takes snapshots; None where none may be taken, or none is wanted."""
    if not wants_snapshots(config):
        return None
    from edgeclassify.publish.snapshots import SnapshotTaker

    mqtt = config.snapshot.mqtt and config.mqtt.enabled
    return SnapshotTaker(
        config=config.snapshot,
        folder=snapshot_folder(config) if config.snapshot.disk else None,
        publish=publish if mqtt else None,
    )


def wants_snapshots(config: Config) -> bool:
    """True where some may be taken, and go somewhere."""
    mqtt = config.snapshot.mqtt and config.mqtt.enabled
    return not config.node.labels_only and (mqtt or config.snapshot.disk)


def snapshot_folder(config: Config) -> Path | None:
    """Where snapshots are, where any are kept on disk; None: there is no place for them."""
    if config.snapshot.folder is None and (state := state_folder(config)) is not None:
        return state / "snapshots"
    return config.snapshot.folder


def options_can_be_set(config: Config) -> bool:
    """True where the views have option topics."""
    return config.commands.enabled and Permission.SET in config.commands.allow


def snooze_can_be_asked_for(config: Config) -> bool:
    """True where the views have a topic that says until when they are left alone."""
    return config.commands.enabled and Permission.PAUSE in config.commands.allow


@dataclass(frozen=True, slots=True)
class SinkKey:
    """What a sink was made from. While `connection` stays equal it can show something else as it is."""

    connection: object
    shown: object


def sink_key(config: Config, labels: ShownLabels) -> SinkKey:
    """What the sink depends on: while this stays equal, a reload leaves it alone."""
    mqtt, node = config.mqtt, config.node
    files = [mqtt.password_file] + ([] if mqtt.tls is None else [mqtt.tls.ca, mqtt.tls.cert, mqtt.tls.key])
    layout = layout_of(config)
    device = announced_device(config, labels)
    views = (layout.views, layout.profiles, device.presentations, device.page, device.features)
    webhook = config.webhook
    webhook_files = [] if webhook is None else [webhook.secret_file, webhook.tls.ca]
    posted = (webhook, tuple(map(identity, webhook_files)))
    # Of several servers one is used: while it is still one of them the connection can stay.
    besides = mqtt.model_copy(update={"host": "", "port": 0, "hosts": None, "order": "listed"})
    return SinkKey(
        connection=(besides, node.name, tuple(map(identity, files))),
        shown=(
            (mqtt.servers, mqtt.order),
            config.home_assistant,
            config.commands,
            config.snapshot.mqtt,
            snapshot_folder(config),
            node.labels_only,
            views,
            config.history,
            posted,
            node.time_zone,
            battery_topic(config),
        ),
    )


def topics_of(config: Config) -> Topics:
    """Where the node is on the broker."""
    return Topics(config.mqtt.prefix, config.node.name)


def layout_of(config: Config) -> Layout:
    """The node's topics."""
    return Layout(
        topics=topics_of(config),
        views=tuple(
            ViewLayout(view.name, view.labels, bool(config.camera_of(view).problems_looked_for))
            for view in config.views()
        ),
        options=options_can_be_set(config),
        snoozes=snooze_can_be_asked_for(config),
        profiles=tuple(config.profile),
        sets_profile=config.commands.enabled and Permission.PROFILE in config.commands.allow,
        snapshots=config.snapshot.mqtt and not config.node.labels_only,
    )


def announced_device(config: Config, labels: ShownLabels) -> Device:
    """The node as Home Assistant is told of it."""
    return _device(config, layout_of(config), labels)


def _device(config: Config, layout: Layout, labels: ShownLabels) -> Device:
    home = config.home_assistant
    return Device(
        layout,
        home.prefix,
        home.device_name or config.node.name,
        __version__,
        presentations={view.name: _presentation(view, labels.get(view.name, ())) for view in config.views()},
        # A link that leads to the reader's own machine helps nobody.
        page=config.web.address if config.web.enabled and config.web.is_open else None,
        features=frozenset(_features(config)),
    )


def _features(config: Config) -> Iterator[str]:
    governor = config.governor
    if config.updates is not None:
        yield UPDATED
    if len(config.mqtt.servers) > 1:
        yield SEVERAL_SERVERS
    if governor.enabled:
        yield GOVERNED
        if governor.battery is not None:
            yield BATTERY_PERCENT if governor.battery_unit == "percent" else BATTERY_VOLTS


def battery_topic(config: Config) -> str | None:
    """The topic of the broker that tells of the battery; None: none does."""
    return config.governor.battery_topic if config.governor.enabled else None


def _presentation(view: ViewConfig, can_show: tuple[str, ...]) -> Presentation:
    said = view.home_assistant
    return Presentation(
        # Of a thousand labels nobody makes a list.
        can_show=can_show if len(can_show) <= MOST_OPTIONS else (),
        name=said.name,
        icon=said.icon,
        device_class=said.device_class,
        on=said.on,
        off=said.off,
        area=said.suggested_area,
        lasting=tuple(view.lasting),
    )
