"""The broker: is each of its servers reached, does it let us in, and may the node use its topics there?"""

from dataclasses import replace

from edgeclassify.broker import failure_texts
from edgeclassify.broker.credentials import look_up
from edgeclassify.config import Config
from edgeclassify.daemon.publishing import topics_of
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.broker_steps import Step
from edgeclassify.doctor.broker_trial import BrokerTrial, TopicRight, Use, try_servers
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.errors import ConfigError
from edgeclassify.publish.mqtt.probing.findings import REMEDY, TEXTS

WITHIN_S = 60.0
_REMEDIES = {
    Step.SETTINGS: "Mend the file that it names; then edgeclassify check.",
    Step.NAME: "Check mqtt.host; `getent hosts NAME` must find it. A name that ends in .local needs libnss-mdns.",
    Step.CONNECTION: "Is the broker running (systemctl status mosquitto)? Mosquitto 2 listens to its own machine "
    "only, unless its config has a listener.",
    Step.TLS: "Check mqtt.tls.ca and that mqtt.host is the name in the broker's certificate.",
    Step.ANSWER: "Check mqtt.port: 1883 without TLS, 8883 with it.",
    Step.LOGIN: "Check mqtt.username and the password (mqtt.password_file), and the broker's log.",
}
_SHOWN = 3


def look_at_broker(around: Around) -> list[Finding]:
    """One trial of each server: connection, login, topics."""
    config = around.config
    if config is None:
        return [unknown("broker-connection", "the config can't be used: see config")]
    if not config.mqtt.enabled:
        return [ok("broker-connection", "none, as the config has it (mqtt.enabled = false)")]
    trials = try_servers(config)
    is_served = any(trial.connected for trial in trials)
    found = [_of_server(config, trial, is_served=is_served) for trial in trials]
    if len(trials) == 1:
        return found[0]
    return [
        replace(one, subject=f"{trial.broker}, {one.subject}" if one.subject else trial.broker)
        for trial, of_server in zip(trials, found, strict=True)
        for one in of_server
    ]


def _of_server(config: Config, trial: BrokerTrial, *, is_served: bool) -> list[Finding]:
    """`is_served`: a server lets the node in, this one or another."""
    bad = warning if is_served else fault
    if trial.failed is not None and trial.failed is not Step.LOGIN:
        remedy = _remedy(config, trial.failed)
        return [bad("broker-connection", f"{trial.broker}: {trial.failure}", remedy,
                    figures={"step": str(trial.failed)})]  # fmt: skip
    reached = ok("broker-connection", f"{trial.broker} answers", figures={"protocol": trial.protocol})
    if trial.failed is not Step.LOGIN:
        return [reached, _let_in(config, trial), *_of_topics(trial), *_of_what_it_keeps(config, trial)]
    if config.mqtt.username is not None and _lacks_password(config):
        found = f"{trial.failure}; the password of the service is not for you to read"
        return [reached, unknown("broker-login", found, "Run it with sudo.")]
    return [reached, bad("broker-login", trial.failure, _remedy(config, Step.LOGIN))]


def _remedy(config: Config, step: Step) -> str:
    text = _REMEDIES[step]
    return text if config.mqtt.hosts is None else failure_texts.of_hosts(text)


def _lacks_password(config: Config) -> bool:
    """True where a user is named and no password is found: the service may have it from systemd."""
    try:
        who = look_up(config.mqtt)
    except ConfigError:
        return True
    return who is not None and who.password is None


def _let_in(config: Config, trial: BrokerTrial) -> Finding:
    who = f"as {config.mqtt.username}" if config.mqtt.username else "without a user name"
    there = {True: "; the daemon is connected", False: "; the daemon is not connected", None: ""}[
        trial.daemon_there
    ]
    return ok("broker-login", f"let in {who}, with MQTT {trial.protocol}{there}",
              figures={"protocol": trial.protocol, "daemon_there": trial.daemon_there})  # fmt: skip


def _of_topics(trial: BrokerTrial) -> list[Finding]:
    """One line for each use: to list a hundred topics helps nobody; `figures` has them all."""
    found = [_of_use(use, [one for one in trial.rights if one.use is use]) for use in Use]
    if trial.failure:
        remedy = "See the broker's log: some brokers end the connection on what their rules forbid."
        found.append(warning("broker-topics", f"the broker ended the trial: {trial.failure}", remedy))
    return found


def _of_what_it_keeps(config: Config, trial: BrokerTrial) -> list[Finding]:
    if trial.lacks is None:
        return []
    if not trial.lacks:
        return [ok("broker-retained", "who subscribes late gets what the broker keeps")]
    remedy = REMEDY.format(ask=topics_of(config).announce_all)
    found = "; ".join(TEXTS[one] for one in trial.lacks)
    return [warning("broker-retained", found, remedy, figures={"lacks": [str(one) for one in trial.lacks]})]


def _of_use(use: Use, rights: list[TopicRight]) -> Finding:
    what = {Use.SEND: "publish", Use.HEAR: "listen"}[use]
    subject = f"to {what}"
    refused = [one for one in rights if one.allowed is False]
    open_ones = [one for one in rights if one.allowed is None]
    figures = {
        "allowed": [one.topic for one in rights if one.allowed],
        "refused": {one.topic: one.why for one in refused},
        "unknown": {one.topic: one.why for one in open_ones},
    }
    if refused:
        shown = ", ".join(one.topic for one in refused[:_SHOWN]) + (" …" if len(refused) > _SHOWN else "")
        count = f"{len(refused)} of {len(rights)} topics"
        places = ", ".join(dict.fromkeys(f"topic readwrite {_above(one.topic)}/#" for one in refused))
        remedy = f"Let this user do it in the broker's access rules; in mosquitto's: {places}"
        found = f"refused for {count}: {shown} ({refused[0].why})"
        return fault("broker-topics", found, remedy, subject=subject, figures=figures)
    allowed = len(rights) - len(open_ones)
    if rights and not allowed:
        return unknown("broker-topics", f"not known: {open_ones[0].why}", subject=subject, figures=figures)
    rest = f"; {len(open_ones)} not known ({open_ones[0].why})" if open_ones else ""
    return ok("broker-topics", f"allowed for {allowed} topics{rest}", subject=subject, figures=figures)


def _above(topic: str) -> str:
    """The node's part of the broker, or Home Assistant's part for devices."""
    return "/".join(topic.split("/")[:2])
