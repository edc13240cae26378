"""A room: scenarios about one subject, in their order, that share a container and its service."""

from collections.abc import Callable, Iterator

from tests.target.systemd.service import InstalledService

Findings = Iterator[tuple[bool, str]]
"""For each check: does it hold, and what was seen."""
Scenario = Callable[[], Findings]

ERROR, WARNING, INFO = "3", "4", "6"
"""Priorities of syslog, as the journal shows them."""


class Room:
    """`scenarios` in their order; `short`: only those that the gate has time for."""

    def __init__(self, service: InstalledService) -> None:
        self.service = service
        self.container, self.run, self.unit = service.container, service.run, service.unit

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """What to look at."""
        raise NotImplementedError
