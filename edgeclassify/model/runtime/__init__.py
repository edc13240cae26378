"""The runtimes: LiteRT and tflite-runtime, behind one interpreter object."""
