"""`python -m tests.bench.memory`: resident memory of the daemon beside that of a bare script, and where it goes.

In turns: a script of numpy, OpenCV, LiteRT and the model that classifies the photos over and over, and
`edgeclassify run` on the same photos with a real mosquitto, no page. Both are looked at from outside (/proc/PID):
the script after 300 photos; the daemon with its first state, and again when it has settled, with what its start
needed given back.

`own` is what nobody else can have (RssAnon): heap, stacks, changed data of libraries. `files` are pages of files,
code above all (RssFile): the kernel drops them when it needs room, and a page that left a process may still be in
its cache. `--stages` imports what the daemon is made of one after the other and prints what each adds.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.support.broker import Mosquitto, Observer, mosquitto_path
from tests.support.data import needed_test_data
from tests.support.process_memory import ProcessMemory, process_memory
from tests.support.waiting import wait_for

MODEL = "tf2_mobilenet_v2_1.0_224_ptq.tflite"
ROUNDS = 3
SETTLED_S = 12.0
"""Seconds after its first state at which the daemon has settled."""
START_S = 60.0
KINDS = ("rss", "anon", "file", "pss")

BARE = """
import sys
from pathlib import Path
import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

model, labels, photos = sys.argv[1:]
names = Path(labels).read_text().splitlines()
interpreter = Interpreter(model_path=model, num_threads=2)
interpreter.allocate_tensors()
given, found = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
files = sorted(Path(photos).glob("*.jpg"))
for turn in range(300):
    image = cv2.imread(str(files[turn % len(files)]))
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)[top : top + side, left : left + side]
    square = cv2.resize(square, (224, 224), interpolation=cv2.INTER_AREA)
    interpreter.set_tensor(given["index"], square[None])
    interpreter.invoke()
    scores = interpreter.get_tensor(found["index"])[0]
    best = names[np.argsort(scores)[-1]]
print(best, flush=True)
sys.stdin.read()
"""
"""What a user's own script does. It waits at its end, to be looked at."""

STAGES = """
import gc, os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from pathlib import Path

def said():
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("RssAnon", "RssFile"))}

last = said()
print(f"{'Python':42s} {last['RssAnon']:7.1f} {last['RssFile']:7.1f}")
for name in (
    "numpy", "cv2", "ai_edge_litert.interpreter", "ssl", "click", "pydantic", "paho.mqtt.client", "sqlite3",
    "edgeclassify.config", "edgeclassify.contract.outgoing", "edgeclassify.model.opening.classifiers",
    "edgeclassify.publish.mqtt.sink", "edgeclassify.sources.factory", "edgeclassify.daemon",
    "edgeclassify.daemon.publishing",
):
    __import__(name)
    now = said()
    print(f"{name:42s} {now['RssAnon'] - last['RssAnon']:+7.1f} {now['RssFile'] - last['RssFile']:+7.1f}")
    last = now
print(f"{'all':42s} {last['RssAnon']:7.1f} {last['RssFile']:7.1f}")
"""  # noqa: E501 - a program of its own


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--stages", action="store_true", help="What each import adds instead, in MiB.")
    options = parser.parse_args()
    if options.stages:
        print(f"{'MiB':42s}     own   files")
        subprocess.run([sys.executable, "-c", STAGES], check=True)
        return
    data = needed_test_data()
    if mosquitto_path() is None:
        sys.exit("no mosquitto here: sudo apt install mosquitto")
    scripts, begun, settled = [], [], []
    for turn in range(options.rounds):
        print(f"round {turn + 1} of {options.rounds}", file=sys.stderr)
        scripts.append(bare(data))
        first, later = daemon(data)
        begun.append(first)
        settled.append(later)
    show({"script": scripts, "daemon, first state": begun, "daemon, settled": settled})


def bare(data: Path) -> ProcessMemory:
    """The script's, after its photos."""
    files = [data / "models" / MODEL, data / "models" / "imagenet_labels.txt", data / "images"]
    command = [sys.executable, "-c", BARE, *map(str, files)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        if not process.stdout.readline().strip():
            sys.exit("the script found no label")
        found = process_memory(process.pid)
        assert process.stdin is not None
        process.stdin.close()
    return found


def daemon(data: Path) -> tuple[ProcessMemory, ProcessMemory]:
    """The daemon's, with its first state and when it has settled."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as around:
        broker = Mosquitto(Path(folder)).start()
        around.callback(broker.stop)
        observer = Observer(broker.port, "edgeclassify/bench/+/state").start()
        around.callback(observer.stop)
        config = Path(folder) / "config.toml"
        config.write_text(_config(data, Path(folder), broker.port))
        command = [sys.executable, "-m", "edgeclassify", "run", "--config", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        around.callback(_end, process)
        wait_for(lambda: observer.of("state") or process.poll() is not None, START_S)
        if process.poll() is not None:
            sys.exit(f"the daemon ended with {process.returncode}: {' '.join(command)}")
        first = process_memory(process.pid)
        time.sleep(SETTLED_S)
        return first, process_memory(process.pid)


def _config(data: Path, folder: Path, port: int) -> str:
    return f"""
[node]
name = "bench"
state_dir = "{folder / "state"}"
[mqtt]
host = "127.0.0.1"
port = {port}
[model]
name = "{data / "models" / MODEL}"
labels = "{data / "models" / "imagenet_labels.txt"}"
runtime = "litert"
threads = 2
[[camera]]
name = "photos"
source = "images:{data / "images"}"
interval_s = 0.02
loop = true
"""


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def show(found: dict[str, list[ProcessMemory]]) -> None:
    """Medians in MiB, and the ratios to the script's."""
    print(f"{MODEL}, {len(found['script'])} rounds in turns, medians, MiB; load {os.getloadavg()[0]:.1f}")
    print(f"{'':22s} resident      own    files      PSS  threads")
    medians = {}
    for name, samples in found.items():
        middle = [statistics.median(getattr(one, kind) for one in samples) / 1024 for kind in KINDS]
        medians[name] = middle
        rss, own, files, pss = middle
        threads = statistics.median(one.threads for one in samples)
        print(f"{name:22s} {rss:8.1f} {own:8.1f} {files:8.1f} {pss:8.1f} {threads:8.0f}")
    for name in list(found)[1:]:
        rss, own, _, pss = (value / script for value, script in zip(medians[name], medians["script"], strict=True))
        print(f"{name + ' / script':30s} {rss:.2f} resident, {own:.2f} own, {pss:.2f} PSS")


if __name__ == "__main__":
    main()
