"""Would the daemon get through to its broker, and may it say and hear there what it has to?

The trial connects as the daemon does, with the same host, TLS and user. Its id is its own, so that neither a
daemon that runs nor another trial is thrown out; and it has no will: where its connection broke, the broker would
say of a daemon that runs that it is offline.
"""

import secrets

from edgeclassify.broker.credentials import credentials, security_of, tls_context
from edgeclassify.broker.servers import Server
from edgeclassify.config import Config
from edgeclassify.daemon.publishing import topics_of
from edgeclassify.doctor.broker_rights import RightsTrial, TopicRight, Use
from edgeclassify.doctor.broker_steps import Step, step_of
from edgeclassify.errors import ConfigError
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.link.failures import LinkError
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker

__all__ = ["BrokerTrial", "Step", "TopicRight", "Use", "try_broker"]


@dataclass(frozen=True, slots=True)
class BrokerTrial:
    """How far the trial came.

    `failed`: the step that failed, None where we are let in; `failure`: why, in words that also say what to do; or
    why the broker has ended the connection later.
    `protocol`: the version of MQTT that the broker speaks. `daemon_there`: this node's daemon is connected now,
    None where that is not known. `rights`: one for each topic, and for one of the trial's own; empty where we are
    not let in.
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
        return BrokerTrial(broker, step_of(error, tls=mqtt.tls is not None), str(error))
    else:
        trial = RightsTrial(link, config)
        ended = ""
        try:
            trial.run()
        except LinkError as error:
            ended = str(error)
        finally:
            link.close(graceful=True)
        return BrokerTrial(broker, None, ended, link.protocol, trial.daemon_there, tuple(trial.found))
    finally:
        waker.close()


def _settings(config: Config) -> BrokerSettings:
    """Those of the daemon, under another id. Raises ConfigError."""
    mqtt, topics = config.mqtt, topics_of(config)
    return BrokerSettings(
        server=Server(*mqtt.servers[0]),
        client_id=f"{mqtt.client_id or f'edgeclassify-{topics.node}'}-trial-{secrets.token_hex(4)}",
        keepalive_s=mqtt.keepalive_s,
        credentials=credentials(mqtt),
        tls=tls_context(mqtt.tls),
        security=security_of(mqtt),
        will=None,
    )
