"""Cameras over the network: RTSP and other streams through FFmpeg, MJPEG over HTTP by a reader of our own."""
