"""The entities of a view, and the triggers that the automation editor offers for it."""

from collections.abc import Iterator
from typing import Any

from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import JPEG
from edgeclassify.publish.home_assistant import templates
from edgeclassify.publish.home_assistant.device import MOST_TRIGGERS, Presentation
from edgeclassify.publish.home_assistant.entities import (
    COUNTED,
    DIAGNOSTIC,
    MEASURED,
    SECONDS,
    SETTING,
    SWITCHED,
    ComponentConfig,
    available_while,
    entity,
)
from edgeclassify.slugs import label_slugs
from edgeclassify.types import EventType, Option
from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S

LONGEST_NAME = 64
"""Characters of a label in an entity's name, which becomes part of its id (255 characters at most)."""
_TRIGGERS = {EventType.START: "starts", EventType.LASTING: "stays", EventType.END: "ends"}

_Components = Iterator[tuple[str, ComponentConfig]]


class ViewComponents:
    """What a view of a node is announced with. `called`: what stands before the names of its entities; empty: they
    are called by what they show alone, and the first one as their device."""

    def __init__(self, layout: Layout, view: ViewLayout, presentation: Presentation, called: str) -> None:
        self._layout, self._view, self._shown, self._called = layout, view, presentation, called
        self._topics = layout.topics

    def all(self) -> _Components:
        """Component id (within the view) → its config."""
        topics, view = self._topics, self._view.name
        both = available_while(topics.status, topics.availability(view))
        for made in (self._label(), self._binary(), self._of_its_labels(), self._since(), self._happening()):
            for key, config in made:
                yield key, config | both
        yield from self._triggers()
        if self._layout.options:
            # What sets a view is within reach while it is off or its camera gone: only the daemon counts.
            for option, config in self._settable():
                own = {"state_topic": topics.option(view, option)}
                own |= {"command_topic": topics.option_set(view, option)}
                yield option, config | own | {"qos": 1} | available_while(topics.status)
        if self._layout.snoozes:
            yield "snooze", self._snoozed() | available_while(topics.status)

    # --- what it shows -----------------------------------------------------------------------------------

    def _label(self) -> _Components:
        """The label and its score."""
        state = self._topics.state(self._view.name)
        options = self._shown.options
        what: ComponentConfig = {"value_template": templates.label_text()}
        if options:
            what = {"value_template": templates.label_option(), "device_class": "enum", "options": list(options)}
        yield "label", self._entity("sensor", None, json_attributes_topic=state) | what | self._state | self._icon
        percent: ComponentConfig = {"unit_of_measurement": "%", "suggested_display_precision": 0} | MEASURED
        score = self._entity("sensor", "score", value_template=templates.percent("score"))
        yield "score", score | percent | self._state | DIAGNOSTIC

    def _binary(self) -> _Components:
        """On at some of its labels, with the class that the config gives it."""
        if self._shown.on:
            template = templates.is_on(self._shown.on, self._shown.off)
            found = self._entity("binary_sensor", None, value_template=template) | self._state | SWITCHED
            looks = {"device_class": self._shown.device_class} if self._shown.device_class else self._icon
            yield "on", found | looks

    def _of_its_labels(self) -> _Components:
        """Of the labels that the config lists: there or not; how often today, and for how long."""
        for label, slug in self._view.slugs.items():
            topic = {"state_topic": self._topics.label(self._view.name, slug)}
            yield f"label.{slug}", self._entity("binary_sensor", label[:LONGEST_NAME]) | topic | SWITCHED
        for label, slug in label_slugs(self._listed).items():
            name = label[:LONGEST_NAME]
            count, seconds = (templates.of_today(label, key) for key in ("count", "seconds"))
            yield f"today.{slug}", self._counted(f"{name} today", count)
            yield f"seconds_today.{slug}", self._counted(f"{name} time today", seconds) | SECONDS

    def _counted(self, name: str, template: str) -> ComponentConfig:
        return self._entity("sensor", name, value_template=template) | COUNTED | self._state

    def _since(self) -> _Components:
        """When that began. (How long it has lasted changes with each heartbeat: an attribute of the label.)"""
        since = self._entity("sensor", "since", value_template=templates.member("since"))
        yield "since", since | {"device_class": "timestamp"} | self._state

    def _happening(self) -> _Components:
        """Problems of its camera, its events, and their picture."""
        topics, view = self._topics, self._view.name
        if self._view.checked:
            topic = {"state_topic": topics.problems(view), "json_attributes_topic": topics.problems(view)}
            problem = self._entity("binary_sensor", "problem", device_class="problem")
            found = {"value_template": "{{ 'ON' if value_json.problems else 'OFF' }}"}
            yield "problem", problem | topic | found | SWITCHED | DIAGNOSTIC
        event = {"state_topic": topics.event(view), "event_types": [str(kind) for kind in EventType]}
        yield "event", self._entity("event", "event") | event
        if self._layout.snapshots:
            image = {"image_topic": topics.snapshot(view), "content_type": JPEG}
            yield "snapshot", self._entity("image", "snapshot") | image

    # --- what starts automations ---------------------------------------------------------------------------

    def _triggers(self) -> _Components:
        """Start, stay and end of each label, of those that are listed, or of all where these are few."""
        few = self._shown.can_show if len(self._shown.can_show) <= MOST_TRIGGERS else ()
        labels = self._listed or few
        for label, slug in label_slugs(labels).items():
            for kind, word in _TRIGGERS.items():
                if kind is not EventType.LASTING or label in self._shown.lasting:
                    yield f"trigger.{kind}.{slug}", self._trigger(kind, label, word)

    def _trigger(self, kind: EventType, label: str, word: str) -> ComponentConfig:
        """In Home Assistant's list it reads '"Gate open" starts'."""
        return {
            "platform": "device_automation",
            "automation_type": "trigger",
            "type": word,
            "subtype": self._name(label[:LONGEST_NAME]) or self._view.name,
            "topic": self._topics.event(self._view.name),
            "value_template": templates.event_is(kind, label),
            "payload": templates.MATCHES,
            "qos": 1,
        }

    # --- what sets it --------------------------------------------------------------------------------------

    def _settable(self) -> Iterator[tuple[Option, ComponentConfig]]:
        yield Option.ENABLED, self._entity("switch", "enabled") | SWITCHED
        score: ComponentConfig = {"min": 0, "max": 1, "step": 0.01, "mode": "slider"}
        yield Option.THRESHOLD, self._entity("number", "threshold") | score | SETTING
        seconds = {"min": 0, "max": MAX_VIEW_INTERVAL_S, "step": 0.1, "mode": "box"}
        interval = self._entity("number", "interval", unit_of_measurement="s", device_class="duration")
        yield Option.INTERVAL, interval | seconds | SETTING

    def _snoozed(self) -> ComponentConfig:
        """Until when it is left alone; unknown while it is not."""
        until = self._entity("sensor", "snoozed until", value_template=templates.member("until"))
        return (
            until | {"device_class": "timestamp", "state_topic": self._topics.snooze(self._view.name)} | DIAGNOSTIC
        )

    # --- names ----------------------------------------------------------------------------------------------

    @property
    def _listed(self) -> tuple[str, ...]:
        """The labels that the config names, each once."""
        return tuple(dict.fromkeys((*self._view.labels, *self._shown.on)))

    @property
    def _state(self) -> ComponentConfig:
        return {"state_topic": self._topics.state(self._view.name)}

    @property
    def _icon(self) -> ComponentConfig:
        return {} if self._shown.icon is None else {"icon": self._shown.icon}

    def _entity(self, platform: str, what: str | None, **config: Any) -> ComponentConfig:
        return entity(platform, self._name(what), **config)

    def _name(self, what: str | None) -> str | None:
        """E.g. "Front door score". Home Assistant puts the device's name in front."""
        words = [self._called] if self._called else []
        words += [what] if what else []
        text = " ".join(words)
        return text[:1].upper() + text[1:] or None
