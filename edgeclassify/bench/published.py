"""The broker of a benchmark: can it be reached, and what has to be taken back there afterwards."""

from edgeclassify.bench.measuring import NODE, WAYS
from edgeclassify.bench.order import PREFIX, BrokerOrder
from edgeclassify.config import MqttConfig
from edgeclassify.config.faults import faults_of
from edgeclassify.errors import UsageError
from edgeclassify.late_model import ValidationError
from edgeclassify.watch.connection import Subscription
from edgeclassify.watch.forget import forget
from edgeclassify.watch.subscriber import Subscriber

_HA_PREFIX = "homeassistant"


def check_broker(broker: BrokerOrder) -> None:
    """Raises PublishError, ConfigError or UsageError, with why, where it can't be reached or refuses us."""
    nothing = Subscription([(f"{PREFIX}/none", 0)])
    with Subscriber(_config(broker), nothing, on_arrival=lambda arrival: None):
        pass


def forget_all(broker: BrokerOrder) -> None:
    """Empty the retained topics of the benchmark's nodes. Raises as `check_broker`."""
    for way in WAYS:
        forget(_config(broker), _HA_PREFIX, f"{NODE}-{way}", force=True)


def _config(broker: BrokerOrder) -> MqttConfig:
    """Raises UsageError for what can't be a broker."""
    said = {"host": broker.host, "port": broker.port, "username": broker.username, "prefix": PREFIX}
    document = {key: value for key, value in said.items() if value is not None}
    try:
        return MqttConfig.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, document, MqttConfig)
        raise UsageError(" ".join(f"--broker: {fault}" for fault in faults)) from error
