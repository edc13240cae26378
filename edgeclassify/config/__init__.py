"""The config file: one frozen section per part, read from TOML, every fault reported at once.

`load_config(path)` is the way in. Each part of the daemon receives its own section, never the whole.
"""

from edgeclassify.config.cameras import (
    LEAST_REST_S,
    CameraConfig,
    ControlsConfig,
    NightConfig,
    RecoveryConfig,
)
from edgeclassify.config.delivery import (
    CommandsConfig,
    HistoryConfig,
    MqttConfig,
    SnapshotConfig,
    SpoolConfig,
    TlsConfig,
    WebhookConfig,
)
from edgeclassify.config.governor import GovernorConfig
from edgeclassify.config.home_assistant import SHOWN_PLAINLY, HomeAssistantConfig, ViewHomeAssistantConfig
from edgeclassify.config.loading import config_of, json_schema, load_config, parse_config
from edgeclassify.config.sections import (
    Config,
    LoggingConfig,
    ModelConfig,
    NodeConfig,
    ViewConfig,
    safe_name,
)
from edgeclassify.config.source_kinds import split_source
from edgeclassify.config.teaching import TeachingConfig
from edgeclassify.config.updates import UpdatesConfig
from edgeclassify.config.web import WebConfig, WebTlsConfig

__all__ = [
    "LEAST_REST_S",
    "SHOWN_PLAINLY",
    "CameraConfig",
    "CommandsConfig",
    "Config",
    "ControlsConfig",
    "GovernorConfig",
    "HistoryConfig",
    "HomeAssistantConfig",
    "LoggingConfig",
    "ModelConfig",
    "MqttConfig",
    "NightConfig",
    "NodeConfig",
    "RecoveryConfig",
    "SnapshotConfig",
    "SpoolConfig",
    "TeachingConfig",
    "TlsConfig",
    "UpdatesConfig",
    "ViewConfig",
    "ViewHomeAssistantConfig",
    "WebConfig",
    "WebTlsConfig",
    "WebhookConfig",
    "config_of",
    "json_schema",
    "load_config",
    "parse_config",
    "safe_name",
    "split_source",
]
