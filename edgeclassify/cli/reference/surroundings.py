"""What is true of all commands: the environment they look at, the files, and how they end."""

from edgeclassify.errors import ExitStatus
from edgeclassify.service.places import CONFIG, STATE

ENVIRONMENT = {
    "EDGECLASSIFY_CONFIG": f"The config file, in place of {CONFIG}.",
    "EDGECLASSIFY_MODEL": "The model, where neither the command nor the config names one.",
    "EDGECLASSIFY_MODELS": "The folder of fetched and taught models.",
    "EDGECLASSIFY_MODEL_MIRROR": "A folder on the web with copies of the models, for models fetch.",
    "EDGECLASSIFY_MQTT_PASSWORD": "The password at the broker, where there is no password_file.",
    "EDGECLASSIFY_WEBHOOK_SECRET": "The secret that signs what the webhook posts, where there is no secret_file.",
}
"""Name of a variable → what it is for."""

FILES = {
    str(CONFIG): "The config of the service, and of commands that are given no other.",
    "/etc/edgeclassify/models.d/": "Entries of your own in the catalog of models, one TOML file each.",
    "~/.config/edgeclassify/models.d/": "The same, for one user.",
    f"{STATE}/": "What the service keeps: events that wait, numbers, history, models.",
    "~/.local/share/edgeclassify/models/": "Models that were fetched or taught without the service.",
}
"""Path → what lies there."""

STATUSES = {
    ExitStatus.OK: "All went well.",
    ExitStatus.SOME_FAILED: "Some of several inputs failed, or what was checked is not right.",
    ExitStatus.USAGE: "The command line asks for something that does not exist or does not fit together.",
    ExitStatus.DATA: "A model, a picture, labels, a recording or another file is damaged or of the wrong kind.",
    ExitStatus.NO_INPUT: "A file, folder or URL that should be read is not there.",
    ExitStatus.UNAVAILABLE: "A camera, a broker or another server, or a part of this machine can't be used now.",
    ExitStatus.SOFTWARE: "A fault of the program: please report it, with the text.",
    ExitStatus.CANNOT_WRITE: "A file can't be written: the disk is full, or the folder is not yours.",
    ExitStatus.FRESH_PROCESS: "The daemon asks to be started anew, to bring a camera back.",
    ExitStatus.CONFIG: "The config has faults: the message lists them all.",
}
"""Exit status → what it says. Ctrl-C gives 130, as shells have it."""
