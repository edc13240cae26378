"""What Home Assistant is told, as far as this contract judges it."""

from edgeclassify.contract.bodies.base import about
from edgeclassify.late_model import ConfigDict, JsonValue, LateModel


class Origin(LateModel):
    """Who announces."""

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    name: str = about("Always edgeclassify.")
    sw_version: str | None = about("Version of edgeclassify.", default=None)


class Discovery(LateModel):
    """Home Assistant's device discovery; what stands in it is Home Assistant's contract, not this one."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    device: dict[str, JsonValue] = about("The node as a device.")
    origin: Origin = about("Who announces.")
    components: dict[str, dict[str, JsonValue]] = about("Its entities, by an id of their own.")
