"""`packaging/rollout` and the real service: what it does on a host, in the container that it enters as by ssh."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "packaging"))

from rollout.hosts import Host
from rollout.one_host import Result, Work, apply, undo

from tests.target.systemd import broker
from tests.target.systemd.container import soon
from tests.target.systemd.rooms.interface import Findings, Room, Scenario
from tests.target.systemd.service import CONFIG, PASSWORD_FILE

HOST = Host(broker.NODE, {"node": broker.NODE})
_GATE = f"edgeclassify fleet ping --username {broker.USER} --password-file {PASSWORD_FILE} --wait 60"


class RolledOut(Room):
    """A config that is taken over, one that is refused, one that cuts the node off, one that ends the service."""

    def scenarios(self, short: bool) -> tuple[Scenario, ...]:
        """All: they take seconds."""
        return (self.is_taken_over, self.is_refused, self.is_put_back, self.by_hand)

    def _entered(self, command: str) -> Sequence[str]:
        """A command of ours, with $1, $2, … behind it, that goes on in the container."""
        return ("sh", "-c", f"exec {shlex.join(self.container.inside())} {command}", "enter")

    def _apply(self, config: str, *, gate: bool = True) -> Result:
        work = Work(
            ssh=self._entered('sh -c "$2"'), gate=self._entered(f'{_GATE} "$@"') if gate else (), settle_s=5
        )  # fmt: skip
        return apply(work, HOST, config)

    def is_taken_over(self) -> Findings:
        self.service.start_afresh(self.service.config())
        pid, rights = self.unit.pid, self._rights()
        result = self._apply(self.service.config(view="door"))
        yield result.outcome == "done", f"a new config: {result.outcome}: {result.why}"
        yield self.unit.active and self.unit.pid == pid, "a new config: the same process goes on"
        heard = soon(lambda: self.service.heard.payloads("door/availability"))
        yield bool(heard), "a new config: its view is there"
        yield self._rights() == rights, f"a new config: it is {self._rights()}, as the one before"
        again = self._apply(self.service.config(view="door"))
        yield again.outcome == "unchanged", f"the same again: {again.outcome}"

    def is_refused(self) -> Findings:
        before, pid = self.run("cat", CONFIG), self.unit.pid
        result = self._apply(self.service.bad_config())
        yield result.outcome == "refused" and "interval_s" in result.why, f"a bad config: {result.why}"
        yield self.run("cat", CONFIG) == before and self.unit.pid == pid, "a bad config: nothing has changed"

    def is_put_back(self) -> Findings:
        before = self.run("cat", CONFIG)
        away = self.service.config().replace("[mqtt]\n", "[mqtt]\nport = 1\n")
        result = self._apply(away)
        yield result.outcome == "rolled-back", f"another broker: {result.outcome}: {result.why}"
        yield self.run("cat", CONFIG) == before, "another broker: the config before is back"
        yield self.service.publishes(), "another broker: it publishes as before"
        # A model that is there and is none: check looks at names, the daemon at files.
        self.container.write("/var/lib/edgeclassify/models/none.tflite", "no model")
        ends = self.service.config(model="/var/lib/edgeclassify/models/none.tflite")
        result = self._apply(ends, gate=False)
        good = result.outcome in ("refused", "rolled-back")
        yield good, f"a model that is none: {result.outcome}: {result.why}"
        yield self.unit.active and self.service.publishes(), "a model that is none: it publishes as before"

    def by_hand(self) -> Findings:
        self._apply(self.service.config())
        yield "door" not in self.run("cat", CONFIG), "by hand: another config was taken over"
        result = undo(Work(ssh=self._entered('sh -c "$2"'), settle_s=5), HOST)
        yield result.outcome == "done", f"by hand: {result.outcome}: {result.why}"
        yield "door" in self.run("cat", CONFIG), "by hand: the config before is back"

    def _rights(self) -> str:
        return self.run("stat", "--format=%U:%G %a", CONFIG).strip()
