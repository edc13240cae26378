"""The file of hosts, the configs of a template, and the stages; no host is asked."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from rollout.hosts import Host, HostsError, fill, read_hosts
from rollout.one_host import Result
from rollout.rollout import RollOut, main, stages

from tests.support.waiting import patient


@pytest.fixture
def hosts_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "hosts.txt").write_text(text)
        return tmp_path / "hosts.txt"

    return write


def test_a_host_per_line(hosts_file: Callable[[str], Path]) -> None:
    text = "# the north\npi@north-1.lan camera=picamera:0 threshold=0.7  # by the door\n\n10.0.0.7 node=barn\n"
    first, second = read_hosts(hosts_file(text))
    assert (first.address, first.node) == ("pi@north-1.lan", "north-1")
    assert first.words == {"host": "north-1.lan", "node": "north-1", "camera": "picamera:0", "threshold": "0.7"}
    assert (second.address, second.node) == ("10.0.0.7", "barn")


def test_all_faults_are_said_with_their_lines(hosts_file: Callable[[str], Path]) -> None:
    text = '-oProxyCommand=x\na b\na x=1\na node=a\nc node=a/b\nd x="1"\npi@10.0.0.7\ne x=1 x=2\n'
    with pytest.raises(HostsError) as found:
        read_hosts(hosts_file(text))
    said = str(found.value).replace(str(hosts_file(text)), "F").splitlines()
    assert said == [
        "F: line 1: expected the name or address of a host, found '-oProxyCommand=x'",
        "F: line 2: expected KEY=VALUE, found 'b'",
        "F: line 5: node: expected letters, digits, _ and -, found 'a/b'",
        "F: line 6: x: expected a value without quotes and backslashes, found '\"1\"'",
        "F: line 7: expected node=NAME with an address of numbers, found '10.0.0.7' alone",
        "F: line 8: x: expected once, found twice",
        "F: host a: expected once, found twice",
        "F: node a: expected once, found twice",
    ]


@pytest.mark.parametrize(("text", "said"), [("# nobody\n", "expected a host per line"), (None, "can't be read")])
def test_a_file_without_hosts_is_refused(
    hosts_file: Callable[[str], Path], tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "none" if text is None else hosts_file(text)
    with pytest.raises(HostsError, match=said):
        read_hosts(file)


def test_a_template_takes_the_words_of_each_host(tmp_path: Path) -> None:
    template = tmp_path / "t"
    template.write_text('name = "@node@"\nmail = "a@b"\nport = @port@ # @@\n')
    a, b = Host("a", {"node": "a", "port": "1"}), Host("b", {"node": "b"})
    assert fill(template, [a]) == {a: 'name = "a"\nmail = "a@b"\nport = 1 # @@\n'}
    with pytest.raises(HostsError, match=r"^b: .* asks for @port@, expected port=… in its line$"):
        fill(template, [a, b])


@pytest.mark.parametrize(
    ("canary", "percent", "expected"),
    [
        (1, [], [1, 9]),
        (0, [], [10]),
        (2, [50], [2, 3, 5]),
        (3, [50, 20], [3, 2, 5]),
        (20, [], [10]),
        (1, [100], [1, 9]),
    ],
)
def test_stages_are_the_first_few_and_then_shares(canary: int, percent: list[float], expected: list[int]) -> None:
    hosts = [Host(str(number)) for number in range(10)]
    found = stages(hosts, canary, percent)
    assert [len(stage) for stage in found] == expected
    assert [host for stage in found for host in stage] == hosts


def test_a_stage_begins_when_the_one_before_has_done_well() -> None:
    hosts = [Host(str(number)) for number in range(6)]
    begun: list[str] = []

    def do(host: Host) -> Result:
        begun.append(host.address)
        return Result(host, "refused" if host.address in "12" else "done")

    run = RollOut(do, at_once=2, stop_after=2)
    results = run.over([hosts[:1], hosts[1:3], hosts[3:]])
    assert [one.outcome for one in results] == [
        "done",
        "refused",
        "refused",
        "not asked",
        "not asked",
        "not asked",
    ]
    assert run.stopped == "2 failed"
    assert sorted(begun) == ["0", "1", "2"]


def test_at_most_so_many_hosts_are_at_work() -> None:
    at_work = most = 0
    lock = threading.Lock()
    two = threading.Barrier(2, timeout=patient(10))

    def do(host: Host) -> Result:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        two.wait()
        with lock:
            at_work -= 1
        return Result(host, "unchanged")

    assert all(one.good for one in RollOut(do, 2, 1).over([[Host(str(n)) for n in range(8)]]))
    assert most == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "expected --template, --deb or --apt, or --undo alone"),
        (["--undo", "--apt", "newest"], "expected --template, --deb or --apt, or --undo alone"),
        (["--deb", "x.deb", "--apt", "1"], "--deb and --apt exclude each other"),
        (["--deb", "/none/x.deb"], "--deb /none/x.deb: there is no such file"),
        (["--apt", "1", "--ssh", '"'], '--ssh ": expected a command as a shell reads it'),
        (["--apt", "1", "--gate", '"a'], '--gate "a: expected a command as a shell reads it'),
        (["--apt", "1", "--ssh", ""], "--ssh: expected a command, found nothing"),
        (["--undo", "--only", "b*"], "--only b*: expected a pattern of hosts, found none of"),
    ],
)
def test_what_makes_no_sense_is_refused(
    hosts_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main([str(hosts_file("a\n")), *options]) == 64
    assert said in capsys.readouterr().err


def test_a_config_with_faults_reaches_no_host(hosts_file: Callable[[str], Path], tmp_path: Path) -> None:
    template = tmp_path / "t.toml"
    template.write_text('[node]\nname = "@node@"\n[[camera]]\nsource = "@source@"\n')
    file = hosts_file("a source=synthetic:\nb source=nonsense:\n")
    script = Path(__file__).parents[3] / "packaging" / "rollout" / "rollout.py"
    command = [sys.executable, str(script), str(file), "--template", str(template), "--ssh", "/none/ssh",
               "--check-with", f"{sys.executable} -m edgeclassify check"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(120), check=False)
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.startswith("b: ")
    assert "nonsense" in done.stderr
    assert "a: " not in done.stderr.splitlines()[0]
    file = hosts_file("a source=synthetic:\nb source=synthetic:\n")
    done = subprocess.run(
        [*command, "--dry-run"], capture_output=True, text=True, timeout=patient(120), check=False
    )
    assert (done.returncode, done.stdout) == (0, "stage 1: a\nstage 2: b\n")
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(120), check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("unreachable     1  a\nnot asked       1  b\nnot all were asked: 1 failed\n")


def test_a_number_sign_within_a_word_begins_no_comment(hosts_file: Callable[[str], Path]) -> None:
    (host,) = read_hosts(hosts_file("a source=rtsp://x/#1 # by the door\n"))
    assert host.words["source"] == "rtsp://x/#1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--canary", "-1"], "--canary: expected 0 or more, found -1"),
        (["--at-once", "0"], "--at-once: expected 1 or more, found 0"),
        (["--percent", "0"], "--percent: expected a share above 0, 100 at most, found 0"),
        (["--percent", "101"], "--percent: expected a share above 0, 100 at most, found 101"),
        (["--percent", "nan"], "--percent: expected a share above 0, 100 at most, found nan"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    with pytest.raises(SystemExit):
        main(["hosts", "--apt", "1", *options])
    assert said in capsys.readouterr().err


def test_a_config_is_checked_beside_its_template_or_not_at_all(
    hosts_file: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "t.toml").write_text("[node]\n")
    file = hosts_file("a\n")
    looks = f"sh -c 'test \"${{2%/*}}\" = {tmp_path}' check"
    given = [str(file), "--template", str(tmp_path / "t.toml"), "--dry-run", "--check-with"]
    assert main([*given, looks]) == 0
    assert main([*given, "false"]) == 78
    assert main([*given, ""]) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["hosts.txt", "t.toml"]
