"""The usual script around a .tflite file: OpenCV reads and converts, INTER_AREA scales, the scores are sorted."""

import os

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from way import arguments, report  # type: ignore[import-not-found]

SIDE, SHARE = 224, 0.875

model, label_file, pictures = arguments()
with open(label_file, encoding="utf-8") as file:  # noqa: PTH123 - as such scripts do
    labels = [line.strip() for line in file]
interpreter = Interpreter(model_path=model, num_threads=os.cpu_count())
interpreter.allocate_tensors()
into, out = interpreter.get_input_details()[0], interpreter.get_output_details()[0]


def classify(picture: str) -> tuple[str, float]:
    """The best label."""
    image = cv2.cvtColor(cv2.imread(picture), cv2.COLOR_BGR2RGB)
    height, width = image.shape[:2]
    side = int(min(height, width) * SHARE)
    top, left = (height - side) // 2, (width - side) // 2
    crop = image[top : top + side, left : left + side]
    scaled = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 127.5 - 1
    scale, zero = into["quantization"]
    least, most = np.iinfo(into["dtype"]).min, np.iinfo(into["dtype"]).max
    quantized = np.clip(np.round(scaled / scale + zero), least, most).astype(into["dtype"])
    interpreter.set_tensor(into["index"], quantized[np.newaxis])
    interpreter.invoke()
    scale, zero = out["quantization"]
    scores = (interpreter.get_tensor(out["index"])[0].astype(np.float32) - zero) * scale
    best = np.argsort(scores)[::-1][:5]
    return labels[best[0]], float(scores[best[0]])


report(classify, pictures)
