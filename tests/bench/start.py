"""`python -m tests.bench.start`: how long it takes from the start of a process to its first label.

In turns, each in a process of its own, from its start until what it found stands on its output:
* `script`: imports numpy, cv2 and the runtime, loads the model, reads a photo, invokes once, prints a class;
* `classify`: `edgeclassify classify` of that photo;
* `library`: `edgeclassify.Classifier` of that photo;
* `daemon`: `edgeclassify run --console` on that photo, until the first `result`;
* `daemon, broker`: the daemon as it runs, with a real mosquitto, until a subscriber has the view's first `result`.

Wall time is what people wait for; CPU time says the same on a machine that does other work. Each figure is the
median of the turns, each ratio the median of the ratios to the script of the same turn.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.broker import Mosquitto, mosquitto_path
from tests.support.data import needed_test_data

MODEL = "tf2_mobilenet_v2_1.0_224_ptq.tflite"
LABELS = "imagenet_labels.txt"
PHOTO = "n01491361.jpg"
TURNS = 15
PATIENCE_S = 60.0

SCRIPT = """
import sys
import numpy as np, cv2
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(sys.argv[1], num_threads=2)
interpreter.allocate_tensors()
image = cv2.resize(cv2.imread(sys.argv[3])[..., ::-1], (224, 224), interpolation=cv2.INTER_AREA)
scale, zero_point = interpreter.get_input_details()[0]["quantization"]
dtype = interpreter.get_input_details()[0]["dtype"]
values = np.clip(np.round((image / 127.5 - 1) / scale + zero_point), np.iinfo(dtype).min, np.iinfo(dtype).max)
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values.astype(dtype)[None])
interpreter.invoke()
scores = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
print(open(sys.argv[2]).read().splitlines()[int(scores.argmax())], flush=True)
"""
LIBRARY = """
import sys
from edgeclassify import Classifier
print(Classifier(sys.argv[1], labels=sys.argv[2])(sys.argv[3]).best, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until the first label, and of processor time until then."""

    wall_s: float
    cpu_s: float


def main() -> None:
    """Take the turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--only", nargs="*", help="Of the ways beside the script, these.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ways(Path(folder)) as found:
        chosen = {
            name: way
            for name, way in found.items()
            if name == "script" or options.only is None or name in options.only
        }
        for way in chosen.values():  # once for the files' caches and the compiled modules
            way()
        turns = []
        for turn in range(options.turns):
            print(f"turn {turn + 1} of {options.turns}", file=sys.stderr)
            turns.append({name: way() for name, way in chosen.items()})
    show(turns)


@contextmanager
def ways(folder: Path) -> Iterator[dict[str, Callable[[], Start]]]:
    """What is started, by its name."""
    data = needed_test_data()
    model, labels, photo = data / "models" / MODEL, data / "models" / LABELS, data / "images" / PHOTO
    python, program = sys.executable, str(Path(sys.executable).with_name("edgeclassify"))
    files = [str(model), str(labels), str(photo)]
    classify = [program, "classify", "--json", "--model", files[0], "--labels", files[1], "--runtime", "litert"]
    config = folder / "console.toml"
    config.write_text(config_text(folder / "state", model, labels, photo))
    daemon = [program, "run", "--console", "--config", str(config)]
    found = {
        "script": lambda: first_line([python, "-c", SCRIPT, *files], ""),
        "classify": lambda: first_line([*classify, files[2]], ""),
        "library": lambda: first_line([python, "-c", LIBRARY, *files], ""),
        "daemon": lambda: first_line(daemon, "/result "),
    }
    if mosquitto_path() is None:
        print("no mosquitto here: the daemon is not started with a broker", file=sys.stderr)
        yield found
        return
    broker = Mosquitto(folder).start()
    try:
        served = folder / "broker.toml"
        served.write_text(config_text(folder / "served", model, labels, photo, broker.port))
        yield found | {"daemon, broker": lambda: first_message([program, "run", "--config", str(served)], broker)}
    finally:
        broker.stop()


def config_text(state: Path, model: Path, labels: Path, photo: Path, port: int | None = None) -> str:
    """A config with one camera that shows the photo again and again; a broker on that port of this machine."""
    broker = "" if port is None else f'host = "127.0.0.1"\nport = {port}\n'
    return (
        f"[node]\nname = 'bench'\nstate_dir = {json.dumps(str(state))}\n[mqtt]\nresults = true\n{broker}"
        f"[model]\nname = {json.dumps(str(model))}\nlabels = {json.dumps(str(labels))}\nruntime = 'litert'\n"
        f"[[camera]]\nname = 'photo'\nsource = {json.dumps(f'images:{photo}')}\ninterval_s = 0.1\nloop = true\n"
    )


def first_line(command: list[str], mark: str) -> Start:
    """A process until the first line of its output that has the mark in it."""
    began = time.perf_counter()
    around = os.environ | {"PYTHONUNBUFFERED": "1"}  # else a line waits in the pipe's buffer for those behind it
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=around
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if mark in line:
                found = Start(time.perf_counter() - began, cpu_s(process.pid))
                process.kill()
                return found
        said = process.stderr.read() if process.stderr is not None else ""
    sys.exit(f"{' '.join(command)}: ended without a label. {said}")


def first_message(command: list[str], broker: Mosquitto) -> Start:
    """A daemon until a subscriber has its first result."""
    came: list[float] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda *_: came.append(time.perf_counter())
    client.connect("127.0.0.1", broker.port)
    client.subscribe("edgeclassify/bench/photo/result")
    client.loop_start()
    began = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while not came and time.perf_counter() < began + PATIENCE_S:
            time.sleep(0.0005)
        used = cpu_s(process.pid)
        process.kill()
    client.loop_stop()
    client.disconnect()
    if not came:
        sys.exit(f"{' '.join(command)}: no result came in {PATIENCE_S:g} s")
    return Start(came[0] - began, used)


def cpu_s(pid: int) -> float:
    """Processor time that a running process has used, with its threads, those that have ended too."""
    return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3) makes it


def show(turns: list[dict[str, Start]]) -> None:
    """The table."""
    print(f"{MODEL}, LiteRT, 2 threads, {os.cpu_count()} cores, {len(turns)} turns, load {os.getloadavg()[0]:.1f}")
    print(f"{'':16}{'first label':>12}{'ratio':>8}{'of CPU':>10}{'ratio':>8}")
    for name in turns[0]:
        wall = statistics.median(turn[name].wall_s for turn in turns)
        cpu = statistics.median(turn[name].cpu_s for turn in turns)
        walls = statistics.median(turn[name].wall_s / turn["script"].wall_s for turn in turns)
        cpus = statistics.median(turn[name].cpu_s / turn["script"].cpu_s for turn in turns)
        print(f"{name:16}{wall:10.3f} s{walls:8.2f}{cpu:8.2f} s{cpus:8.2f}")


if __name__ == "__main__":
    main()
