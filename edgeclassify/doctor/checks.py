"""The checks, by id, in the order in which they are shown."""

IDS = (
    # this machine
    "system", "clock", "temperature", "power", "memory", "disk", "sd-card",
    # this program
    "python", "numpy", "runtime", "runtime-speed", "versions",
    # the service
    "config", "files", "state-folder", "service", "service-failures", "service-log",
    # cameras and models
    "camera-software", "camera-rights", "cameras", "camera", "model",
    # the way out
    "broker-connection", "broker-login", "broker-topics", "page",
)  # fmt: skip
