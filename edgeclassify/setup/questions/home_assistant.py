"""Whether Home Assistant is told of the node."""

from edgeclassify.config import Config
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, Subject
from edgeclassify.setup.questions.interface import Question


class HomeAssistantQuestion(Question):
    """It is told over the broker, which it must be connected to as well."""

    subject, title, flags = Subject.HOME_ASSISTANT, "Home Assistant", "--no-home-assistant"

    def now(self, config: Config) -> str:
        """Yes or no."""
        return "yes" if config.mqtt.enabled and config.home_assistant.discovery else "no"

    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """Yes or no."""
        now, wanted = draft.config.home_assistant.discovery, given.home_assistant
        if wanted is None:
            wanted = (
                around.talk.yes("Announce this node to Home Assistant?", now) if draft.config.mqtt.enabled else now
            )
        return draft if wanted == now else draft.changed([KeyChange(("home_assistant", "discovery"), wanted)])

    def try_out(self, draft: Draft, around: Around) -> None:
        """What is to be done there."""
        config = draft.config
        if not config.mqtt.enabled:
            around.screen.note("Home Assistant hears of a node over a broker alone.")
        elif config.home_assistant.discovery:
            name = config.home_assistant.device_name or config.node.name
            around.screen.good(
                f"the device {name} appears there by itself, where its MQTT integration is connected to the same "
                "broker"
            )
        else:
            around.screen.good("Home Assistant is told nothing")
