"""transformers and PyTorch: MobileNetV2 1.0 224 in float32, as most articles do it. Its weights are random: they
take as long as trained ones, and what it answers means nothing.

`--make FOLDER` writes model and processor there, once, as `from_pretrained` reads them.
"""

import sys

import torch
from PIL import Image
from transformers import MobileNetV2Config, MobileNetV2ForImageClassification, MobileNetV2ImageProcessor

if sys.argv[1:2] == ["--make"]:
    torch.manual_seed(1)
    config = MobileNetV2Config(depth_multiplier=1.0, image_size=224, num_labels=1001)
    MobileNetV2ForImageClassification(config).save_pretrained(sys.argv[2])
    MobileNetV2ImageProcessor().save_pretrained(sys.argv[2])
    sys.exit()

from way import arguments, report  # type: ignore[import-not-found]

folder, _, pictures = arguments()
processor = MobileNetV2ImageProcessor.from_pretrained(folder)
model = MobileNetV2ForImageClassification.from_pretrained(folder).eval()


def classify(picture: str) -> tuple[str, float]:
    """The best label."""
    image = Image.open(picture).convert("RGB")
    inputs = processor(images=image, return_tensors="pt")
    with torch.inference_mode():
        scores = model(**inputs).logits.softmax(-1)[0]
    best = scores.topk(5)
    index = int(best.indices[0])
    return str(model.config.id2label[index]), float(best.values[0])


report(classify, pictures)
