"""The .tflite file format: reads models without a runtime, every offset checked, weights never copied."""
