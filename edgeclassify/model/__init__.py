"""Frame → prediction: the .tflite file, its labels, preprocessing and the classifier around one invoke()."""
