"""The sections on delivery: broker, webhook, spool, commands, snapshots."""

from typing import Annotated, Literal, Self

from edgeclassify.config.base import Seconds, Section, Text, about, topic_levels
from edgeclassify.config.broker_faults import usual_port
from edgeclassify.config.values import File, Host, HostAndPort, WebUrl, split_host_port
from edgeclassify.late_model import Field, field_validator, model_validator
from edgeclassify.types import EventType, Permission


class TlsConfig(Section):
    """[mqtt] tls: encryption of the broker connection; an empty table uses the system's CA certificates."""

    ca: File | None = about(None, "CA certificate (PEM); default: the system's.")
    cert: File | None = about(None, "Client certificate (PEM), for brokers that ask for one.")
    key: File | None = about(None, "Private key of the client certificate (PEM).")


class MqttConfig(Section):
    """[mqtt]: the broker and what is published to it."""

    enabled: bool = about(
        True,
        "false: nothing connects to a broker; then there are no states, commands or snapshots over MQTT, and no "
        "Home Assistant: events go to the webhook and the history alone.",
    )
    host: Host = about("localhost", "Host name or IP address of the broker.")
    port: Annotated[int, Field(ge=1, le=65535)] = about(1883, "TCP port (8883 is usual with TLS).")
    hosts: Annotated[tuple[HostAndPort, ...], Field(strict=False, min_length=1)] | None = about(
        None,
        "Several servers, in place of host and port: each as in broker.lan, 10.0.0.5:1884 or [fd00::5]:8883; "
        "without a port 1883, with TLS 8883. Where one fails the next is used.",
    )
    order: Literal["listed", "shuffled"] = about(
        "listed",
        "In which order servers are tried: as listed, or shuffled, on each node in another way, which stays the "
        "same: so a fleet spreads over them.",
    )
    prefix: str = about("edgeclassify", "First topic level(s); no spaces, wildcards or empty levels.")
    username: Text | None = about(None, "User name at the broker.")
    password_file: File | None = about(
        None,
        "File with the password; else the environment variable EDGECLASSIFY_MQTT_PASSWORD "
        "or the systemd credential mqtt-password.",
    )
    tls: TlsConfig | None = about(None, "TLS settings; absent: no encryption.")
    protocol: Literal["auto", "5", "3.1.1"] = about(
        "auto", "MQTT version; auto: 5, and 3.1.1 where the broker refuses 5."
    )
    client_id: Text | None = about(None, "MQTT client id; default: edgeclassify-<node>.")
    keepalive_s: Annotated[int, Field(ge=5, le=3600)] = about(
        30, "Keep-alive in seconds: a dead connection is noticed after about 1.5 times this."
    )
    heartbeat_s: Seconds = about(
        60.0, "Seconds between two state messages while nothing changes; 0: only on change."
    )
    announce_interval_s: Seconds = about(
        0.0,
        "All retained messages are sent again every so many seconds, each node at its own time, for brokers that "
        "lose them or give them to nobody who comes late; 0: never.",
    )
    results: bool = about(False, "Publish the raw prediction of frames on <view>/result.")
    results_interval_s: Seconds = about(1.0, "At least this many seconds between two results of one view.")

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        return topic_levels(value)

    @property
    def servers(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each server, in the order of the config."""
        if self.hosts is None:
            return ((self.host, self.port),)
        usual = usual_port(tls=self.tls is not None)
        return tuple((host, port or usual) for host, port in map(split_host_port, self.hosts))


class WebhookTlsConfig(Section):
    """[webhook] tls: which certificates of https:// are accepted."""

    verify: bool = about(
        True,
        "false: any certificate, also one that signs for itself; then nobody knows who answers.",
    )
    ca: File | None = about(
        None, "PEM file of the certificates that are accepted, or signed what is: a house's own CA, for example."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if not self.verify and self.ca is not None:
            raise ValueError("ca or verify = false, not both")
        return self


class WebhookConfig(Section):
    """[webhook]: events as HTTP POST, in order, at least once; for people without a broker, or beside it."""

    url: WebUrl = Field(description="Where to: http://… or https://…; user:password@ may stand before the host.")
    secret_file: File | None = about(
        None,
        "File with the secret that signs each POST; else the environment variable EDGECLASSIFY_WEBHOOK_SECRET "
        "or the systemd credential webhook-secret; none of them: unsigned.",
    )
    tls: WebhookTlsConfig = Field(
        default_factory=WebhookTlsConfig, description="Which certificates of https:// are accepted."
    )
    timeout_s: Annotated[float, Field(ge=1, le=300, allow_inf_nan=False)] = about(
        10.0, "Seconds for one POST, from the connection to the end of the answer."
    )


class SpoolConfig(Section):
    """[spool]: events that the broker has not acknowledged yet, on disk."""

    max_bytes: Annotated[int, Field(ge=65_536, le=2**34)] = about(
        16 * 2**20, "Room for undelivered events in bytes; when it is full the oldest are dropped, and counted."
    )
    max_age_s: Annotated[float, Field(gt=0, le=86_400 * 366, allow_inf_nan=False)] = about(
        7 * 86_400.0,
        "Undelivered events older than this are dropped, and counted. Only time in which the daemon runs "
        "counts: a Pi's wall clock can't be believed.",
    )
    memory_events: Annotated[int, Field(ge=1, le=1_000_000)] = about(
        10_000, "How many events may wait in memory while the disk is full or broken."
    )
    max_bytes_written_day: Annotated[int, Field(ge=0)] = about(
        512 * 2**20,
        "Spares the SD card: when this process has written so many bytes in 24 hours, events wait in memory "
        "only; 0: no limit.",
    )


class HistoryConfig(Section):
    """[history]: the log of events on this node."""

    enabled: bool = about(True, "Keep a log of all events in the state folder, for `edgeclassify history`.")
    max_bytes: Annotated[int, Field(ge=2**20, le=2**34)] = about(
        64 * 2**20, "Room for it in bytes, about 200 for each event; the oldest make room for new ones."
    )
    max_age_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = about(
        366 * 86_400.0, "Older events are deleted, once the clock has run evenly for an hour."
    )


class CommandsConfig(Section):
    """[commands]: requests over MQTT."""

    enabled: bool = about(True, "Obey requests over MQTT at all.")
    allow: Annotated[tuple[Annotated[Permission, Field(strict=False)], ...], Field(strict=False)] = about(
        tuple(Permission),
        "The commands that are obeyed; set also covers the views' option topics, teach all commands teach/….",
    )
    per_minute: Annotated[int, Field(ge=1, le=6000)] = about(
        60, "At most so many requests in a minute are carried out; the rest get an error."
    )
    keep_options: bool = about(
        True, "What was set over MQTT survives a restart, until the config file says something new."
    )


class SnapshotConfig(Section):
    """[snapshot]: the picture behind an event, as JPEG with its labels drawn."""

    mqtt: bool = about(False, "Publish it on <view>/snapshot, retained.")
    disk: bool = about(False, "Keep it in a folder.")
    on: Annotated[tuple[Annotated[EventType, Field(strict=False)], ...], Field(strict=False)] = about(
        (EventType.START,), "The kinds of events that take one: start, update, lasting, end."
    )
    caption: bool = about(
        True, "Outline the view's region and write the event below; false: the camera's picture as it is."
    )
    quality: Annotated[int, Field(ge=1, le=100)] = about(85, "JPEG quality.")
    mqtt_max_bytes: Annotated[int, Field(ge=4096, le=2**24)] = about(
        100_000, "Largest message: a bigger picture is coded again, coarser or smaller, until it fits."
    )
    folder: File | None = about(
        None,
        "The folder; default: snapshots in the state folder. The service may write to another one only where "
        "systemd lets it: systemctl edit edgeclassify, [Service] ReadWritePaths=…",
    )
    max_bytes: Annotated[int, Field(ge=2**16)] = about(
        256 * 2**20, "Room for pictures in bytes; the oldest are deleted."
    )
    max_age_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = about(
        14 * 86_400.0, "Older pictures are deleted."
    )
    min_free_bytes: Annotated[int, Field(ge=0)] = about(
        100 * 2**20, "No picture is written while the disk has less room than this."
    )
