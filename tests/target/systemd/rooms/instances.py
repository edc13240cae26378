"""A second node on the same machine, and a second process for the same one."""

import json

from tests.target.systemd import broker
from tests.target.systemd.container import Unit, soon
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, STATE, InstalledService

OTHER = "yard"
OTHER_UNIT = f"edgeclassify@{OTHER}.service"
OTHER_CONFIG = f"/etc/edgeclassify/{OTHER}.toml"
OTHER_STATE = f"/var/lib/edgeclassify/{OTHER}"


def second_config(service: InstalledService) -> None:
    """The first node's config under another name, as the second one's."""
    config = service.config().replace(f'[node]\nname = "{broker.NODE}"', f'[node]\nname = "{OTHER}"')
    service.container.write(OTHER_CONFIG, config)
    service.run("chown", "root:edgeclassify", OTHER_CONFIG)
    service.run("chmod", "640", OTHER_CONFIG)


class Instances(Room):
    """edgeclassify@.service beside edgeclassify.service."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """Both."""
        return (self.second_node, self.second_process)

    def second_node(self) -> Findings:
        self.service.start_afresh(self.service.config())
        pid = self.unit.pid
        second_config(self.service)
        other = Unit(self.container, OTHER_UNIT)
        other.control("start")
        yield (
            other.active and other.pid not in (0, pid),
            f"a second node: {OTHER_UNIT} is {other.show('ActiveState')}",
        )
        heard = soon(lambda: self.service.heard.payloads("health", node=OTHER, live=True))
        yield bool(heard), f"a second node: publishes as {OTHER}"
        own = self.container.exists(f"{OTHER_STATE}/spool.sqlite3")
        yield own, f"a second node: keeps its events in {OTHER_STATE}"
        yield self.unit.pid == pid and self.service.publishes(), "a second node: the first one goes on"
        other.kill("SIGKILL")
        again = soon(lambda: other.active and other.pid != 0, 40)
        yield (
            again and self.unit.pid == pid,
            "a second node: comes back from kill -9, which the first one does not notice",
        )
        other.control("stop")
        yield self.unit.pid == pid and self.service.publishes(), "a second node: stopped, the first one goes on"
        health = json.loads((self.service.heard.payloads("health") or ["{}"])[-1])
        yield not health.get("storage_error"), "a second node: the first one's state folder is still its own"
        self.run("rm", "-rf", OTHER_CONFIG, OTHER_STATE)

    def second_process(self) -> Findings:
        """Somebody starts the same node once more by hand: it ends with one message, and harms nothing."""
        pid = self.unit.pid
        done = self.container.result(
            "timeout", "60", "runuser", "-u", "edgeclassify", "--",
            "env", f"STATE_DIRECTORY={STATE}", "edgeclassify", "run", "--config", CONFIG,
        )  # fmt: skip
        said = "another edgeclassify" in done.stdout and "Traceback" not in done.stdout
        yield done.returncode not in (0, 124) and said, f"a second process: ends with {done.returncode}, says why"
        yield self.unit.pid == pid and self.service.publishes(), "a second process: the service goes on"
