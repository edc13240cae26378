"""Would the daemon get through to each server of its broker, and may it say and hear there what it has to?

The trial connects as the daemon does, with the same host, TLS and user. Its id is its own, so that neither a
daemon that runs nor another trial is thrown out; and it has no will: where its connection broke, the broker would
say of a daemon that runs that it is offline.
"""

import contextlib
import secrets
from concurrent.futures import ThreadPoolExecutor

from edgeclassify.broker.credentials import credentials, security_of, tls_context
from edgeclassify.broker.servers import Server, Servers
from edgeclassify.config import Config
from edgeclassify.daemon.publishing import topics_of
from edgeclassify.doctor.broker_lacks import lacks_by, lacks_over
from edgeclassify.doctor.broker_rights import RightsTrial, TopicRight, Use
from edgeclassify.doctor.broker_steps import Step, step_of
from edgeclassify.errors import ConfigError
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.link.failures import LinkError
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker
from edgeclassify.publish.mqtt.probing.findings import Lack

__all__ = ["BrokerTrial", "Step", "TopicRight", "Use", "try_broker", "try_servers"]


_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class BrokerTrial:
    """How far the trial came.

    `failed`: the step that failed, None where we are let in; `failure`: why, in words that also say what to do; or
    why the broker has ended the connection later.
    `protocol`: the version of MQTT that the broker speaks. `daemon_there`: this node's daemon is connected now,
    None where that is not known. `rights`: one for each topic, and for one of the trial's own; empty where we are
    not let in. `lacks`: what the broker does not give to who subscribes late; None: that is not known.
    """

    broker: str
    failed: Step | None = None
    failure: str = ""
    protocol: str | None = None
    daemon_there: bool | None = None
    rights: tuple[TopicRight, ...] = ()
    lacks: tuple[Lack, ...] | None = None

    @property
    def connected(self) -> bool:
        """True where the broker lets us in."""
        return self.failed is None

    @property
    def refused(self) -> tuple[TopicRight, ...]:
        """The topics that the broker says no to."""
        return tuple(right for right in self.rights if right.allowed is False)


def try_broker(config: Config) -> BrokerTrial:
    """As try_servers(): the first that lets us in, else the first."""
    trials = try_servers(config)
    return next((trial for trial in trials if trial.connected), trials[0])


def try_servers(config: Config) -> list[BrokerTrial]:
    """Try each server of [mqtt] once, at the same time; within about 40 seconds, whatever answers there. Raises
    nothing. Of a name with several addresses that one is tried which answers first.

    A host name that the resolver keeps looking up can take longer: whoever can't wait calls this in a thread.
    """
    servers = Servers.of(config.mqtt, config.node.name)
    if len(servers.hosts) == 1:
        return [_try_server(config, servers.hosts[0], servers)]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="trial") as pool:
        return list(pool.map(lambda server: _try_server(config, server, servers), servers.hosts))


def _try_server(config: Config, server: Server, servers: Servers) -> BrokerTrial:
    mqtt = config.mqtt
    broker = server.name + ("" if mqtt.tls is None else " (TLS)")
    try:
        settings = _settings(config, server)
    except ConfigError as error:
        return BrokerTrial(broker, Step.SETTINGS, str(error))
    waker = Waker()
    try:
        link = Connector(settings, mqtt.protocol, waker, ConnectInterrupt()).open(lambda: True)
    except LinkError as error:
        return BrokerTrial(broker, step_of(error, tls=mqtt.tls is not None), servers.named(str(error)))
    else:
        trial = RightsTrial(link, config)
        ended, lacks = "", None
        try:
            trial.run()
            # A broker that ends the connection on the trial's own topic ends it on no other for that.
            with contextlib.suppress(LinkError):
                lacks = lacks_by(trial.health) if trial.daemon_there else lacks_over(link, topics_of(config))
        except LinkError as error:
            ended = servers.named(str(error))
        finally:
            link.close(graceful=True)
        return BrokerTrial(broker, None, ended, link.protocol, trial.daemon_there, tuple(trial.found),
                           None if lacks is None else tuple(lacks))  # fmt: skip
    finally:
        waker.close()


def _settings(config: Config, server: Server) -> BrokerSettings:
    """Those of the daemon, under another id. Raises ConfigError."""
    mqtt, topics = config.mqtt, topics_of(config)
    return BrokerSettings(
        server=server,
        client_id=f"{mqtt.client_id or f'edgeclassify-{topics.node}'}-trial-{secrets.token_hex(4)}",
        keepalive_s=mqtt.keepalive_s,
        credentials=credentials(mqtt),
        tls=tls_context(mqtt.tls),
        security=security_of(mqtt),
        will=None,
    )
