"""What is said of attempts to connect that failed: of a name with several addresses, not of one that lies idle."""

from edgeclassify.broker.servers import Server
from edgeclassify.publish.mqtt.connection_log import ConnectionLog
from edgeclassify.publish.mqtt.link.failures import LinkError, UnreachableError


class FailedAttempts:
    """Those of one round, in their order. Each is said by its server's log, once it is clear that it matters.

    A name often has addresses at which nobody listens (`localhost` is ::1 as well as 127.0.0.1): where another one
    of it works, nothing is wrong.
    """

    def __init__(self) -> None:
        self._failed: list[tuple[Server, ConnectionLog, LinkError]] = []

    def add(self, server: Server, log: ConnectionLog, error: LinkError) -> None:
        """An attempt has failed."""
        if self._failed and self._failed[-1][0].name != server.name:
            self.say()
        self._failed.append((server, log, error))

    def connected(self, server: Server) -> None:
        """An attempt has succeeded."""
        self._failed = [
            (failed, log, error)
            for failed, log, error in self._failed
            if failed.name != server.name or not isinstance(error, UnreachableError)
        ]
        self.say()

    def say(self) -> None:
        """No more comes in this round: say what there is, the same of several addresses once."""
        said = set[tuple[str, str]]()
        for server, log, error in self._failed:
            if (server.name, str(error)) not in said:
                log.failed(str(error))
            said.add((server.name, str(error)))
        self._failed = []
