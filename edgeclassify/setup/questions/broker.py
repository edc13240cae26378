"""Which broker, and as whom: asked, then tried as the daemon would connect."""

import os
from collections.abc import Iterator
from pathlib import Path

from edgeclassify.broker.servers import Servers
from edgeclassify.config import Config, MqttConfig
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import UsageError
from edgeclassify.files import printable
from edgeclassify.service.places import NAME
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, Subject
from edgeclassify.setup.questions.broker_address import BrokerAddress, broker_address
from edgeclassify.setup.questions.interface import Question
from edgeclassify.setup.questions.tried_broker import tried_broker
from edgeclassify.setup.terminal.talk import Choice

NONE = "none"
_OTHER = "other"
_PASSWORD_NAME = "mqtt-password"


class BrokerQuestion(Question):
    """Found in the network, or typed; none is an answer too."""

    subject, title, flags = Subject.BROKER, "MQTT broker", "--broker HOST, or --broker none"

    def now(self, config: Config) -> str:
        """Its address, and the user."""
        mqtt = config.mqtt
        if not mqtt.enabled:
            return NONE
        user = f" as {mqtt.username}" if mqtt.username else ""
        return f"{_shown(mqtt)}{' (TLS)' if mqtt.tls is not None else ''}{user}"

    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """Host, port, TLS, user and password."""
        address = _chosen(draft, given, around)
        if address is None:
            return draft.changed([KeyChange(("mqtt", "enabled"), False)])
        if given.broker is not None or draft.config.mqtt.hosts is None or address != _now(draft.config.mqtt, True):
            draft = draft.changed(list(_reached(draft.config.mqtt, address)))
        elif not draft.config.mqtt.enabled:
            draft = draft.changed([KeyChange(("mqtt", "enabled"), True)])
        draft = draft.changed(list(_secured(draft.config.mqtt, address, given, around)))
        return _as_whom(draft, address, given, around)

    def try_out(self, draft: Draft, around: Around) -> None:
        """Connects, and asks for the right to each topic."""
        if draft.config.mqtt.enabled:
            tried_broker(draft, around)
        else:
            around.screen.good("no broker: events go to this node's history alone, until [webhook] is set")


def _chosen(draft: Draft, given: Given, around: Around) -> BrokerAddress | None:
    """None: there is to be none."""
    if given.broker is not None:
        return None if given.broker == NONE else broker_address(given.broker, "--broker")
    mqtt = draft.config.mqtt
    is_said = not {"host", "hosts"}.isdisjoint(draft.document.get("mqtt", {}))
    as_it_is = _now(mqtt, is_said)
    if Subject.BROKER in given.subjects or (is_said and mqtt.enabled and not around.talk.asks):
        return as_it_is  # its user or password alone, or nobody to choose another one
    if not around.talk.asks and not mqtt.enabled:
        return None
    found = {str(i): BrokerAddress(one.host, one.port, one.tls) for i, one in enumerate(around.nearby.brokers)}
    choices = [Choice(str(i), one.address, one.about) for i, one in enumerate(around.nearby.brokers)]
    if around.nearby.silence is not None:
        around.screen.note(around.nearby.silence)
    usual = next((key for key, one in found.items() if [(one.host, one.port)] == [*mqtt.servers]), None)
    if is_said and usual is None:
        found["now"], usual = as_it_is, "now"
        choices.append(Choice(usual, _shown(mqtt), "as it is"))
    if not found:
        if not around.talk.asks:
            return as_it_is
        around.screen.plain("No broker was found by itself.")
    choices += [Choice(_OTHER, "another address"), Choice(NONE, "none", "events stay here, or go to a webhook")]
    said = around.talk.choice("Which one", choices, usual or choices[0].key if mqtt.enabled else NONE)
    if said == _OTHER:
        question = "Host name or IP address, with :PORT where it is not 1883"
        return broker_address(around.talk.text(question, ""), "broker")
    return found.get(said)


def _reached(mqtt: MqttConfig, address: BrokerAddress) -> Iterator[KeyChange]:
    if not mqtt.enabled:
        yield KeyChange(("mqtt", "enabled"), True)
    if mqtt.hosts is not None:
        yield KeyChange(("mqtt", "hosts"), None)
    yield KeyChange(("mqtt", "host"), address.host)
    if address.port != mqtt.port:
        yield KeyChange(("mqtt", "port"), address.port)


def _secured(mqtt: MqttConfig, address: BrokerAddress, given: Given, around: Around) -> Iterator[KeyChange]:
    """TLS: as given, as the address says, else asked."""
    is_asked = Subject.BROKER not in given.subjects
    wanted = given.tls if given.tls is not None else given.ca is not None or address.tls
    if wanted is None:
        wanted = mqtt.tls is not None
    if is_asked:
        wanted = around.talk.yes("Encrypted (TLS)?", wanted)
    before = None if mqtt.tls is None else mqtt.tls.ca
    if not wanted:
        if mqtt.tls is not None:
            yield KeyChange(("mqtt", "tls"), None)
        return
    ca = given.ca
    if is_asked:
        question = "File with its CA's certificate, where this machine does not know that"
        typed = around.talk.text(question, "" if before is None else str(before), may_be_empty=True)
        ca = Path(typed) if typed else None
    if ca is not None:
        yield KeyChange(("mqtt", "tls", "ca") if mqtt.tls else ("mqtt", "tls"), _ca(ca, mqtt))
    elif mqtt.tls is None:
        yield KeyChange(("mqtt", "tls"), {})
    elif is_asked and before is not None:
        yield KeyChange(("mqtt", "tls", "ca"), None)


def _ca(ca: Path, mqtt: MqttConfig) -> object:
    """The key's value, or that of the whole table where there is none yet."""
    named = str(ca.expanduser().absolute())
    return named if mqtt.tls else {"ca": named}


def _as_whom(draft: Draft, address: BrokerAddress, given: Given, around: Around) -> Draft:
    mqtt = draft.config.mqtt
    is_asked = Subject.BROKER not in given.subjects
    username = given.username if given.username is not None else address.username
    if username is None:
        username = mqtt.username or ""
        if is_asked:
            username = around.talk.text("User name there", username, may_be_empty=True)
    if not username:
        gone = [KeyChange(("mqtt", key), None) for key in ("username", "password_file") if getattr(mqtt, key)]
        return draft.changed(gone).with_password(None)
    draft = draft.changed([KeyChange(("mqtt", "username"), username)])
    if given.password_file is not None:
        named = str(given.password_file.expanduser().absolute())
        return draft.changed([KeyChange(("mqtt", "password_file"), named)]).with_password(None)
    password = given.password
    if password is None and is_asked:
        is_there = draft.password is not None or (mqtt.password_file is not None and username == mqtt.username)
        password = around.talk.secret("Password", usual_is="as it is" if is_there else "none")
        if password is None and not is_there and mqtt.password_file is not None:
            return draft.changed([KeyChange(("mqtt", "password_file"), None)])  # it was that of another user
    if password is None:
        return draft
    place = _place_of_password(draft)
    return draft.changed([KeyChange(("mqtt", "password_file"), str(place))]).with_password(password)


def _place_of_password(draft: Draft) -> Path:
    """The file that the config names, else one beside it with a name of its own: there may be configs of several
    nodes in a folder. Raises UsageError where that is there, and of something else."""
    config = draft.path.resolve()
    named = draft.config.mqtt.password_file
    of_main = config.with_name(_PASSWORD_NAME)
    own = of_main if config.stem == NAME else config.with_name(f"{config.stem}.{_PASSWORD_NAME}")
    if named is not None and (own == of_main or named != of_main):
        own = named
    before = None if draft.before is None else Draft.begin(draft.path).config.mqtt.password_file
    if own != before and os.path.lexists(own):
        raise UsageError(
            f"{printable(own)}: expected no file of this name yet, found one that {printable(draft.path)} does "
            "not name. Where its password is the one, say so: --password-file FILE; else move it away."
        )
    return own


def _now(mqtt: MqttConfig, is_said: bool) -> BrokerAddress:
    """The broker of the config, by its first server. `is_said`: its file names it."""
    return BrokerAddress(*mqtt.servers[0], (mqtt.tls is not None) if is_said else None)


def _shown(mqtt: MqttConfig) -> str:
    return Servers(mqtt.servers).described
