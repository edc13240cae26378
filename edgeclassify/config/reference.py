"""The commented reference config: every key with its default and its meaning, written from the sections."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from edgeclassify.config.base import Section
from edgeclassify.config.cameras import CameraConfig, CameraTlsConfig, ControlsConfig, NightConfig, RecoveryConfig
from edgeclassify.config.delivery import (
    CommandsConfig,
    HistoryConfig,
    MqttConfig,
    SnapshotConfig,
    SpoolConfig,
    WebhookConfig,
    WebhookTlsConfig,
)
from edgeclassify.config.governor import GovernorConfig
from edgeclassify.config.home_assistant import HomeAssistantConfig, ViewHomeAssistantConfig
from edgeclassify.config.profiles import ProfileConfig, ProfileViewConfig
from edgeclassify.config.rules import LabelRulesConfig, MotionConfig, RulesConfig
from edgeclassify.config.sections import (
    LoggingConfig,
    ModelConfig,
    NodeConfig,
    ViewConfig,
)
from edgeclassify.config.teaching import TeachingConfig
from edgeclassify.config.updates import UpdatesConfig
from edgeclassify.config.web import WebConfig, WebTlsConfig

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

HEADER = """\
# edgeclassify: every key of the config, with its default (commented out) and its unit.
# Check a changed file with `edgeclassify check FILE`; a running daemon takes it over on `systemctl reload`.
# include = ["common.toml"], before the first [table], lays this file over others: see docs/config-files.md.
# Relative paths are relative to this file. Secrets stay out of it: see mqtt.password_file.
"""

EXAMPLES = {
    "node.name": "porch",
    "node.state_dir": "/var/lib/edgeclassify",
    "node.time_zone": "Europe/Berlin",
    "mqtt.hosts": ["broker-a.lan:1883", "broker-b.lan:1883"],
    "mqtt.username": "porch",
    "mqtt.password_file": "/etc/edgeclassify/mqtt-password",
    "mqtt.client_id": "edgeclassify-porch",
    "webhook.url": "https://example.org/edgeclassify",
    "webhook.secret_file": "/etc/edgeclassify/webhook-secret",
    "model.labels": "labels.txt",
    "model.crop": 0.875,
    "model.temperature": 1.0,
    "camera.size": [640, 480],
    "camera.fps": 10.0,
    "camera.zoom": [0.25, 0.25, 0.5, 0.5],
    "camera.freeze_timeout_s": 60.0,
    "view.confirm_s": 1.0,
    "view.expire_s": 1.0,
    "view.filter": "bayes",
    "governor.energy_wh_per_day": 24.0,
    "governor.power": "file:/sys/class/hwmon/hwmon2/power1_input",
    "governor.battery": "mqtt:garden/solar",
    "governor.battery_key": "voltage",
    "governor.battery_low": 50.0,
    "governor.battery_empty": 20.0,
    "governor.battery_hysteresis": 6.0,
    "home_assistant.device_name": "Porch camera",
    "snapshot.folder": "/var/lib/edgeclassify/snapshots",
    "updates.url": "https://example.org/fleet/update.edgeclassify",
    "updates.public_key": "QUhKcTN2b0xkM1pjUW9XY0hPaGE3RnVmTzJIc1Q0Qm0=",
    "profile.when": ["mon-fri 08:00-17:00"],
    "view.name": "gate",
    "view.camera": "front",
    "view.threshold_exit": 0.4,
    "web.access_file": "/etc/edgeclassify/web-access.json",
    "web.hosts": ["camera.example.org"],
    "web.proxies": ["127.0.0.1"],
    "view.labels": ["tabby", "Egyptian cat"],
}
"""Values shown for keys whose default is "none" or taken from the machine."""

SET = {"camera.name": "front", "camera.source": "picamera:0"}
"""Keys that stand uncommented, so that the file works as it is on a Pi."""

TABLES: tuple[tuple[str, str, type[Section], str], ...] = (
    ("node", "[node]", NodeConfig, "This machine."),
    ("mqtt", "[mqtt]", MqttConfig, "The broker, and what is published to it."),
    (
        "webhook",
        "# [webhook]",
        WebhookConfig,
        "Events as HTTP POST, in order, at least once, also where there is no broker: see docs/webhook.md.",
    ),
    ("model", "[model]", ModelConfig, "Which .tflite file, and how it is run."),
    ("camera", "[[camera]]", CameraConfig, "A source of frames with a name; one table for each."),
    (
        "groups",
        "# [groups]",
        Section,
        "Labels of the model that count as one, for all views: a line for each group, with wildcards; preset "
        "takes bundled groups: see docs/decisions.md.",
    ),
    (
        "view",
        "# [[view]]",
        ViewConfig,
        "What is watched: a camera's region with its model, rules and one state; one table for each. "
        "Without any, each camera has one view of its whole frame, named as the camera.",
    ),
    (
        "profile",
        "# [profile.away]",
        ProfileConfig,
        "How views are watched otherwise now and then: switched over MQTT and in Home Assistant, or by the week; "
        "one table for each, under a name of its own: see docs/automations.md.",
    ),
    ("recovery", "[recovery]", RecoveryConfig, "What is done where opening a camera again does not help."),
    (
        "governor",
        "[governor]",
        GovernorConfig,
        "Frames further apart where heat, load, energy or a battery ask for it: see docs/governor.md.",
    ),
    ("spool", "[spool]", SpoolConfig, "Events that the broker has not acknowledged yet, on disk."),
    ("history", "[history]", HistoryConfig, "The log of events on this node: see docs/automations.md."),
    ("teaching", "[teaching]", TeachingConfig, "What is kept for teaching own classes: see docs/teaching.md."),
    ("web", "[web]", WebConfig, "The page for browsers, and the HTTP API below it: see docs/page.md."),
    (
        "home_assistant",
        "[home_assistant]",
        HomeAssistantConfig,
        "The node as a device of Home Assistant, without a line of YAML there.",
    ),
    ("commands", "[commands]", CommandsConfig, "Requests over MQTT: see docs/mqtt.md."),
    ("snapshot", "[snapshot]", SnapshotConfig, "The picture behind an event, as JPEG with its labels drawn."),
    (
        "updates",
        "# [updates]",
        UpdatesConfig,
        "A signed config and models, fetched by URL: see docs/updates.md.",
    ),
    ("logging", "[logging]", LoggingConfig, "What goes to the journal or the terminal."),
)

INLINE = {
    "model.delegate_options": '{ device = "usb" }',
    "mqtt.tls": '{ ca = "/etc/edgeclassify/ca.pem", cert = "client.pem", key = "client.key" }',
    "webhook.tls": '{ ca = "/etc/edgeclassify/ca.pem" }',
    "camera.controls": '{ exposure_us = 10000, gain = 2.0, focus = "manual", lens_position = 0.5 }',
    "camera.night": "{ below_lux = 5.0, controls = { exposure_us = 200000, gain = 8.0 } }",
    "camera.tls": "{ verify = true }",
    "web.tls": '{ cert = "/etc/edgeclassify/page.pem", key = "/etc/edgeclassify/page.key" }',
    "view.groups": '{ preset = "everyday", terrier = ["*terrier"] }',
    "view.label_rules": "{ cat = { threshold_enter = 0.8, hold_s = 10.0 } }",
    "profile.view": '{ "*" = { snapshots = true }, gate = { enabled = true, threshold_enter = 0.8 } }',
    "view.lasting": "{ cat = [600.0, 3600.0] }",
    "view.home_assistant": '{ device_class = "garage_door", on = ["open"] }',
    "view.motion": "{ gate = true, max_interval_s = 20.0 }",
}
"""Tables within a table, as an example of a line."""

EXAMPLE_LINES = {"groups": ('# preset = "everyday"', '# terrier = ["*terrier"]')}
"""Of a table that has no keys of its own."""

KEYS_OF: dict[str, type[Section]] = {
    "webhook.tls": WebhookTlsConfig,
    "camera.controls": ControlsConfig,
    "camera.night": NightConfig,
    "camera.tls": CameraTlsConfig,
    "view.label_rules": LabelRulesConfig,
    "view.home_assistant": ViewHomeAssistantConfig,
    "view.motion": MotionConfig,
    "profile.view": ProfileViewConfig,
    "web.tls": WebTlsConfig,
}
"""Of these the keys are listed too."""


MODEL_OF_A_VIEW = (
    "What differs from [model] for this view, with the keys of [model]: what is not set here is as "
    'there, except labels where another model is named. A name alone will do: model = "gate".'
)


def reference() -> str:
    """The whole reference config as TOML text."""
    parts = [HEADER]
    for key, heading, section, about in TABLES:
        lines = [*_comment(about), heading]
        for name, field in _in_order(section):
            lines += _entry(f"{key}.{name}", name, field)
        lines += EXAMPLE_LINES.get(key, ())
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _in_order(section: type[Section]) -> list[tuple[str, "FieldInfo"]]:
    """Its fields, a view's own before the rules that it decides by: what it watches comes first."""
    return sorted(section.model_fields.items(), key=lambda item: item[0] in RulesConfig.model_fields)


def _entry(key: str, name: str, field: "FieldInfo") -> Iterator[str]:
    if key == "view.model":
        yield from _comment(MODEL_OF_A_VIEW)
        yield '# model = { name = "mobilenet_v2", crop = 1.0 }'
        return
    yield from _comment(field.description or "")
    for inner, about in KEYS_OF[key].model_fields.items() if key in KEYS_OF else ():
        yield from _comment(f"  {inner}: {about.description}", indent="      ")
    if key in INLINE:
        yield f"# {name} = {INLINE[key]}"
    elif key in SET:
        yield f"{name} = {_toml(SET[key])}"
    else:
        default = EXAMPLES.get(key, None if field.is_required() else field.get_default())
        if default is None:
            raise AssertionError(f"{key} has no default: give it an example value")
        yield f"# {name} = {_toml(default)}"


def _comment(text: str, indent: str = "") -> list[str]:
    return [f"## {line}" for line in wrap(text, 104, subsequent_indent=indent)]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Path):
        return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)
