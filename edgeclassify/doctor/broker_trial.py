"""Would the daemon get through to its broker, and may it say and hear there what it has to?

The trial connects as the daemon does: the same host, TLS, user and will, but an id of its own, so that a daemon
that runs is not thrown out. Where the daemon is connected, nothing is published: what it keeps on the broker shows
what it may. Else each topic is published with what the broker keeps of it already, or with nothing where it keeps
nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from edgeclassify.broker.credentials import credentials, security_of, tls_context
from edgeclassify.config import Config
from edgeclassify.contract.outgoing import status_message
from edgeclassify.daemon.publishing import topics_of
from edgeclassify.doctor.broker_steps import Step, step_of
from edgeclassify.errors import ConfigError
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.link.failures import LinkError
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker


class Use(StrEnum):
    """What the node does with a topic."""

    SEND = "send"
    HEAR = "hear"


@dataclass(frozen=True, slots=True)
class TopicRight:
    """Whether the node may use a topic. `allowed` None: the broker does not tell, or it was not asked: see `why`.

    `why`: the broker's reason for a no, or why it is not known; empty where it is allowed.
    """

    topic: str
    use: Use
    allowed: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class BrokerTrial:
    """How far the trial came.

    `failed`: the step that failed, None where we are let in; `failure`: why, in words that also say what to do.
    `protocol`: the version of MQTT that the broker speaks. `daemon_there`: this node's daemon is connected now,
    None where that is not known. `rights`: one for each topic; empty where we are not let in.
    """

    broker: str
    failed: Step | None = None
    failure: str = ""
    protocol: str | None = None
    daemon_there: bool | None = None
    rights: tuple[TopicRight, ...] = ()

    @property
    def connected(self) -> bool:
        """True where the broker lets us in."""
        return self.failed is None

    @property
    def refused(self) -> tuple[TopicRight, ...]:
        """The topics that the broker says no to."""
        return tuple(right for right in self.rights if right.allowed is False)


def try_broker(config: Config) -> BrokerTrial:
    """Try the broker of [mqtt] once; within about 30 seconds, whatever answers there. Raises nothing.

    A host name that the resolver keeps looking up can take longer: whoever can't wait calls this in a thread.
    """
    mqtt = config.mqtt
    host = f"[{mqtt.host}]" if ":" in mqtt.host else mqtt.host
    broker = f"{host}:{mqtt.port}" + ("" if mqtt.tls is None else " (TLS)")
    try:
        settings = _settings(config)
    except ConfigError as error:
        return BrokerTrial(broker, Step.SETTINGS, str(error))
    waker = Waker()
    try:
        link = Connector(settings, mqtt.protocol, waker, ConnectInterrupt()).open(lambda: True)
    except LinkError as error:
        return BrokerTrial(broker, step_of(error), str(error))
    else:
        protocol = link.protocol
        link.close(graceful=True)
        return BrokerTrial(broker, protocol=protocol)
    finally:
        waker.close()


def _settings(config: Config) -> BrokerSettings:
    """Those of the daemon, under another id. Raises ConfigError."""
    mqtt, topics = config.mqtt, topics_of(config)
    return BrokerSettings(
        host=mqtt.host,
        port=mqtt.port,
        client_id=f"{mqtt.client_id or f'edgeclassify-{topics.node}'}-trial",
        keepalive_s=mqtt.keepalive_s,
        credentials=credentials(mqtt),
        tls=tls_context(mqtt.tls),
        security=security_of(mqtt),
        will=status_message(topics, online=False),
    )
