"""The topics of a node."""

import re
from collections.abc import Mapping, Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Command, Option

_COMMAND = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one node: everything is below `<prefix>/<node>`."""

    prefix: str
    node: str

    @property
    def base(self) -> str:
        """`<prefix>/<node>`."""
        return f"{self.prefix}/{self.node}"

    @property
    def status(self) -> str:
        """Whether the daemon is connected (and the topic of the will)."""
        return f"{self.base}/status"

    @property
    def info(self) -> str:
        """What runs on the node."""
        return f"{self.base}/info"

    @property
    def health(self) -> str:
        """Figures of the running daemon."""
        return f"{self.base}/health"

    @property
    def probe(self) -> str:
        """Where the node tries for a moment what the broker keeps; empty else."""
        return f"{self.base}/probe/kept"

    @property
    def probes(self) -> str:
        """A filter with a wildcard that finds it, and nothing else."""
        return f"{self.base}/probe/+"

    @property
    def profile(self) -> str:
        """Which profile is on."""
        return f"{self.base}/profile/state"

    @property
    def profile_set(self) -> str:
        """Switches to a profile."""
        return f"{self.base}/profile/set"

    def availability(self, view: str) -> str:
        """Whether the view's camera delivers frames."""
        return f"{self.base}/{view}/availability"

    def problems(self, view: str) -> str:
        """Whether the view's camera shows what the view was set up for."""
        return f"{self.base}/{view}/problems"

    def state(self, view: str) -> str:
        """What the view shows now."""
        return f"{self.base}/{view}/state"

    def event(self, view: str) -> str:
        """Events as they happen."""
        return f"{self.base}/{view}/event"

    def history(self, view: str) -> str:
        """Events that could not be sent when they happened."""
        return f"{self.base}/{view}/history"

    def result(self, view: str) -> str:
        """Raw predictions."""
        return f"{self.base}/{view}/result"

    def label(self, view: str, label_slug: str) -> str:
        """ON/OFF of one listed label."""
        return f"{self.base}/{view}/label/{label_slug}"

    def snapshot(self, view: str) -> str:
        """The newest snapshot of a view."""
        return f"{self.base}/{view}/snapshot"

    def option(self, view: str, option: Option) -> str:
        """What an option of a view is set to."""
        return f"{self.base}/{view}/{option}/state"

    def option_set(self, view: str, option: Option) -> str:
        """Sets an option of a view."""
        return f"{self.base}/{view}/{option}/set"

    def snooze(self, view: str) -> str:
        """Until when a view is left alone."""
        return f"{self.base}/{view}/snooze"

    def request(self, command: str) -> str:
        """Asks for something."""
        return f"{self.base}/request/{command}"

    @property
    def all_requests(self) -> Mapping[str, Sequence[Command]]:
        """Topic filters that have every request, also for commands that are none → their commands."""
        families = dict.fromkeys(command.family for command in Command)
        return {
            self.request(f"{family}+"): [one for one in Command if one.family == family] for family in families
        }

    @property
    def announce_all(self) -> str:
        """Asks all nodes of the prefix to announce themselves."""
        return announce_all(self.prefix)

    def response(self, command: str) -> str:
        """Answers a request."""
        return f"{self.base}/response/{command}"


def announce_all(prefix: str) -> str:
    """Where all nodes below a prefix are asked to announce themselves: none of them is called `request`."""
    return f"{prefix}/request/{Command.ANNOUNCE}"


def is_command_like(text: str) -> bool:
    """True where a request may be answered under this name: a level, behind that of a family or none."""
    family, _, last = text.rpartition("/")
    families = {command.family.rstrip("/") for command in Command}
    return family in families and _COMMAND.fullmatch(last) is not None
