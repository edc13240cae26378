"""Says what a picture shows: `python three_lines.py photo.jpg`, after `edgeclassify models fetch mobilenet_v2`."""

import sys

from edgeclassify import Classifier

classifier = Classifier("mobilenet_v2")
print(classifier(sys.argv[1]))
