"""A Raspberry Pi's CSI cameras through picamera2 and libcamera, which runtime.py alone imports."""
