"""What the node is called."""

from edgeclassify.config import Config, safe_name
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, Subject
from edgeclassify.setup.questions.interface import Question


class NodeQuestion(Question):
    """It is a level of its topics, and the device's name in Home Assistant."""

    subject, title, flags = Subject.NODE, "Name of this node", "--node NAME"

    def now(self, config: Config) -> str:
        """Its name."""
        return config.node.name

    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """What is typed with spaces and the like is made a name of."""
        name = given.node
        if name is None:
            around.talk.hint("One word: of its topics, and of the device in Home Assistant.")
            name = _as_name(around.talk.text("Name", draft.config.node.name))
        return draft.changed([KeyChange(("node", "name"), name)])

    def try_out(self, draft: Draft, around: Around) -> None:
        """The config has judged it already."""
        around.screen.good(f"topics: {draft.config.mqtt.prefix}/{draft.config.node.name}/…")


def _as_name(typed: str) -> str:
    return safe_name(typed) if any(char.isalnum() for char in typed) else typed
