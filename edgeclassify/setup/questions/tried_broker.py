"""Would the daemon get through to the broker of a draft? Told in lines, or raised."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from edgeclassify.broker.credentials import MQTT_PASSWORD
from edgeclassify.config import Config
from edgeclassify.errors import PublishError
from edgeclassify.service.credential_store import stored_secret
from edgeclassify.service.places import CONFIG
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft

_MOST_REFUSED = 5


def tried_broker(draft: Draft, around: Around) -> None:
    """Raises PublishError where it would not."""
    around.screen.note(f"Connecting to {', '.join(host for host, _ in draft.config.mqtt.servers)} …")
    with as_the_daemon(draft) as config:
        trial = around.trials.broker(config)
    if not trial.connected:
        raise PublishError(f"{trial.broker}: {trial.failure}")
    around.screen.good(f"{trial.broker}: connected" + (f", MQTT {trial.protocol}" if trial.protocol else ""))
    if trial.daemon_there and not around.service.is_active:
        around.screen.warning(
            f"a node named {config.node.name} is connected there now; another one needs a name of its own"
        )
    if trial.refused:
        shown = ", ".join(f"{right.use} {right.topic}" for right in trial.refused[:_MOST_REFUSED])
        more = len(trial.refused) - _MOST_REFUSED
        who = config.mqtt.username or "a client without a name"
        raise PublishError(
            f"{trial.broker}: {who} may not {shown}{f' and {more} more' if more > 0 else ''}. Allow it in the "
            "broker's access list."
        )
    known = [right for right in trial.rights if right.allowed]
    if known:
        open_ones = len(trial.rights) - len(known)
        rest = f"; {open_ones} are not tried before the node uses them" if open_ones else ""
        around.screen.good(f"it may use {len(known)} topics of {config.node.name}{rest}")


@contextmanager
def as_the_daemon(draft: Draft) -> Iterator[Config]:
    """While entered, the config with a password that is in no file yet: in the variable that the daemon reads,
    too."""
    password = draft.password or _stored(draft)
    if password is None:
        yield draft.config
        return
    before = os.environ.get(MQTT_PASSWORD.variable)
    os.environ[MQTT_PASSWORD.variable] = password
    try:
        mqtt = draft.config.mqtt.model_copy(update={"password_file": None})
        yield draft.config.model_copy(update={"mqtt": mqtt})
    finally:
        os.environ.pop(MQTT_PASSWORD.variable)
        if before is not None:
            os.environ[MQTT_PASSWORD.variable] = before


def _stored(draft: Draft) -> str | None:
    """What systemd hands to the service, where the config names no file."""
    mqtt = draft.config.mqtt
    if mqtt.username is None or mqtt.password_file is not None or draft.path.resolve().parent != CONFIG.parent:
        return None
    return (stored_secret(draft.path, MQTT_PASSWORD.credential) or "").rstrip("\r\n") or None
