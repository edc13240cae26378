"""What of the checkout the checks use."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
PHOTOS = CHECKOUT / "edgeclassify/demo/photos"
BUILTIN_MODEL = CHECKOUT / "edgeclassify/model/builtin/mobilenet_v2_64.tflite"
