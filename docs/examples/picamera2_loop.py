"""Prints what a Pi's camera sees whenever that changes: `python picamera2_loop.py [MODEL]`. Needs picamera2.

The camera gives its own format, YUV420: nothing is converted that the model does not look at.
"""

import sys

from picamera2 import Picamera2

from edgeclassify import Classifier

WIDTH, HEIGHT = 640, 480
LEAST = 0.5

classifier = Classifier(sys.argv[1] if len(sys.argv) > 1 else "builtin")
camera = Picamera2()
camera.configure(camera.create_video_configuration(main={"size": (WIDTH, HEIGHT), "format": "YUV420"}))
camera.start()
shown = None
try:
    while True:
        # Rows of the camera's memory may be longer than the picture: width says how much of them it is.
        result = classifier(camera.capture_array("main"), order="yuv420", width=WIDTH)
        label = result.best.label if result.best.score >= LEAST else None
        if label != shown:
            shown = label
            print(label or "nothing that I know", f"({result.ms:.1f} ms)", flush=True)
except KeyboardInterrupt:
    camera.stop()
