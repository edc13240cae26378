"""A network of a test's own: a name space for the node, one for the broker, a wire between, and names."""

import contextlib
import ctypes
import itertools
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.waiting import patient

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
NODE_ADDRESS, BROKER_ADDRESS = "10.213.77.2", "10.213.77.1"
_numbers = itertools.count(1)

_OWN_FILES = """
mount -t tmpfs none /run
mkdir /run/avahi-daemon
mount --bind "$1/avahi" /run/avahi-daemon
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
shift
exec "$@"
"""


class Network:
    """`folder`: for what its machines have of /etc and /run. The wire is cut until `plug`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        number = f"{os.getpid()}-{next(_numbers)}"
        self.node, self.broker = f"edgeclassify-n{number}", f"edgeclassify-b{number}"
        self._avahi: list[subprocess.Popen[bytes]] = []

    def set_up(self) -> None:
        """Skips the test where nobody may make one."""
        if os.geteuid() != 0 or shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            pytest.skip("needs root, and ip (Debian: apt-get install iproute2)")
        done = subprocess.run(["ip", "netns", "add", self.node], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"needs the right to make a network: {done.stderr.strip()}")
        _ip("netns", "add", self.broker)
        _ip("-n", self.broker, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", self.node)
        for machine, address in ((self.node, NODE_ADDRESS), (self.broker, BROKER_ADDRESS)):
            _ip("-n", machine, "link", "set", "lo", "up")
            _ip("-n", machine, "address", "add", f"{address}/24", "dev", "wire")
        _ip("-n", self.broker, "link", "set", "wire", "up")
        for machine in (self.node, self.broker):
            files = self._folder / machine
            (files / "avahi").mkdir(parents=True)
            (files / "resolv.conf").touch()
            (files / "nsswitch.conf").write_text("hosts: files mdns4_minimal [NOTFOUND=return] dns\n")

    def tear_down(self) -> None:
        for one in self._avahi:
            one.kill()
            one.wait()
        for machine in (self.node, self.broker):
            subprocess.run(["ip", "netns", "delete", machine], capture_output=True, check=False)

    def plug(self) -> None:
        """From now on the node has a network."""
        _ip("-n", self.node, "link", "set", "wire", "up")

    def unplug(self) -> None:
        _ip("-n", self.node, "link", "set", "wire", "down")

    def own_files(self, machine: str) -> Sequence[str]:
        """What a command is run by that is to have the machine's own /etc/resolv.conf and /run."""
        folder = str(self._folder / machine)
        return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", _OWN_FILES, "sh", folder]

    def ask(self, *servers: str) -> None:
        """The node's name servers from now on. In its place: the file is mounted."""
        with (self._folder / self.node / "resolv.conf").open("w") as file:
            file.writelines(f"nameserver {one}\n" for one in servers)

    def announce(self, machine: str, name: str) -> subprocess.Popen[bytes]:
        """An avahi: the machine is name.local from now on, and finds others. Skips where it is not installed."""
        program = shutil.which("avahi-daemon", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program is None or not list(Path("/lib").glob("*/libnss_mdns4_minimal.so.2")):
            pytest.skip("avahi or nss-mdns is not installed (Debian: apt-get install avahi-daemon libnss-mdns)")
        config = self._folder / f"{machine}.conf"
        config.write_text(
            f"[server]\nhost-name={name}\nuse-ipv6=no\nallow-interfaces=wire\nenable-dbus=no\n"
            "[publish]\npublish-workstation=no\n[reflector]\n[rlimits]\n"
        )
        command = [program, "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", str(config)]
        with inside(machine):
            process = subprocess.Popen([*self.own_files(machine), *command], stderr=subprocess.DEVNULL)
        self._avahi.append(process)
        return process


@contextlib.contextmanager
def inside(machine: str) -> Iterator[None]:
    """This thread, and what it starts, are in that name space meanwhile."""
    libc = ctypes.CDLL(None, use_errno=True)
    own, other = Path("/proc/thread-self/ns/net"), Path("/run/netns") / machine
    with own.open() as before, other.open() as there:
        assert libc.setns(there.fileno(), _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(before.fileno(), _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())


class NameServer:
    """Answers for one name at BROKER_ADDRESS, to be made inside the broker's name space. While it is not `talking`
    it hears questions and says nothing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.talking = True
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((BROKER_ADDRESS, 53))
        self._thread = threading.Thread(target=self._run, name="name-server")
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes who reads
        self._thread.join(patient(5))
        self._socket.close()

    def _run(self) -> None:
        while True:
            try:
                question, asker = self._socket.recvfrom(512)
            except OSError:
                return
            if not question:
                return
            self.asked += 1
            if self.talking:
                self._socket.sendto(self._answer(question), asker)

    def _answer(self, question: bytes) -> bytes:
        """RFC 1035: an address for the name, no answers for another kind, "no such name" for other names."""
        end, words = 12, []
        while question[end]:
            words.append(question[end + 1 : end + 1 + question[end]].decode())
            end += 1 + question[end]
        kind = int.from_bytes(question[end + 1 : end + 3], "big")
        asked = question[12 : end + 5]
        is_known = ".".join(words).lower() == self.name
        addresses = [socket.inet_aton(BROKER_ADDRESS)] if is_known and kind == 1 else []
        head = struct.pack(">2sHHHHH", question[:2], 0x8580 | (0 if is_known else 3), 1, len(addresses), 0, 0)
        return head + asked + b"".join(struct.pack(">HHHIH", 0xC00C, 1, 1, 0, 4) + one for one in addresses)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
