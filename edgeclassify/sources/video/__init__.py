"""What OpenCV's VideoCapture reads: USB cameras (V4L2), network streams, video files."""
