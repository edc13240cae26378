"""Every error that a user can cause or must act on, one class per stage, each with its exit status.

The message of such an error is complete: it names the file or key, what was expected, what was found and
what to do. Commands print it and exit with `exit_status`; the daemon logs it. Anything else that escapes is
a bug and keeps its traceback. Exit statuses are those of BSD's sysexits.h (75 there is EX_TEMPFAIL).
"""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit statuses of the commands and the daemon (sysexits.h; 1 where some inputs of several failed)."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 64
    DATA = 65
    NO_INPUT = 66
    UNAVAILABLE = 69
    SOFTWARE = 70
    CANNOT_WRITE = 73
    FRESH_PROCESS = 75
    CONFIG = 78


class EdgeClassifyError(Exception):
    """Base of all errors with a message for the user."""

    exit_status: ExitStatus = ExitStatus.SOFTWARE


class UsageError(EdgeClassifyError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_status = ExitStatus.USAGE


class ArgumentError(EdgeClassifyError, ValueError):
    """A program that uses the library passes what can't be meant: a shape, an order of colours, a number."""

    exit_status = ExitStatus.USAGE


class ConfigError(EdgeClassifyError):
    """The config file can't be used; the message lists every fault."""

    exit_status = ExitStatus.CONFIG


class SourceError(EdgeClassifyError):
    """A source can't deliver frames now; trying again may help (an unplugged camera, a dead stream)."""

    exit_status = ExitStatus.UNAVAILABLE


class AbsentError(SourceError):
    """What a source reads is not there now: unplugged, switched off, out of reach, or its server refuses us.

    It comes back by itself or not at all: a fresh process would not find it either. `retry_s`: the least time to
    wait before it is looked for again.
    """

    def __init__(self, message: str, *, retry_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class SourceSetupError(SourceError):
    """The config asks a camera for what it does not have (a size, a control): only another config helps."""

    exit_status = ExitStatus.CONFIG


class SourceUnusableError(SourceError):
    """This machine lacks what a source needs (software, rights): trying again is useless until that is mended."""


class MissingInputError(SourceError):
    """The file, folder or URL that a source should read is not there."""

    exit_status = ExitStatus.NO_INPUT


class UnknownPathError(MissingInputError):
    """A server answers, and has nothing at this address."""


class UndecodableInputError(MissingInputError):
    """What a source should read is there, but none of it can be decoded."""

    exit_status = ExitStatus.DATA


class ImageError(SourceError):
    """An image is there but can't be decoded, or is of a kind that is not accepted."""

    exit_status = ExitStatus.DATA


class ModelError(EdgeClassifyError):
    """A .tflite file is damaged, is no image classifier, or is refused by the runtime."""

    exit_status = ExitStatus.DATA


class ModelMissingError(ModelError):
    """The model (or its label file) is not there."""

    exit_status = ExitStatus.NO_INPUT


class UnknownModelError(ModelMissingError):
    """No model is known by this name: trying again can't help, another name must be written."""

    exit_status = ExitStatus.CONFIG


class DownloadError(ModelError):
    """A model can't be fetched now: no connection, a lost one, or a server that does not have it."""

    exit_status = ExitStatus.UNAVAILABLE


class RuntimeMissingError(ModelError):
    """Neither LiteRT nor tflite-runtime, or not the one that was asked for, can be imported."""

    exit_status = ExitStatus.UNAVAILABLE


class DelegateError(ModelError):
    """A delegate, the shared library of an accelerator, can't be loaded or does not start."""

    exit_status = ExitStatus.UNAVAILABLE


class LabelError(ModelError):
    """A label file can't be read, or its count does not match the model's output."""


class TaughtModelError(ModelError):
    """What was taught is damaged, incomplete, of a later version, or stands on another base."""


class TeachingBusyError(EdgeClassifyError):
    """Another process changes this taught model now."""

    exit_status = ExitStatus.UNAVAILABLE


class ChangedMeanwhileError(EdgeClassifyError):
    """A taught model is not at the version any more from which it was to be changed."""

    exit_status = ExitStatus.UNAVAILABLE


class LessonError(EdgeClassifyError):
    """The examples of a taught model can't be learnt from: too few of them, or nothing tells its classes apart."""

    exit_status = ExitStatus.DATA


class RecordingError(EdgeClassifyError):
    """What should be a recording, or what was to be seen in it, is none, or is of another version."""

    exit_status = ExitStatus.DATA


class BenchError(EdgeClassifyError):
    """Something can't be measured, or a document is none that a measurement has written."""

    exit_status = ExitStatus.DATA


class HistoryError(EdgeClassifyError):
    """A history can't be read: it is damaged, or of a later version."""

    exit_status = ExitStatus.DATA


class HistoryMissingError(HistoryError):
    """There is none, or it is not for us to read."""

    exit_status = ExitStatus.NO_INPUT


class FreshProcessError(EdgeClassifyError):
    """A camera can't be brought back by this process; a fresh one may do it (systemd starts it)."""

    exit_status = ExitStatus.FRESH_PROCESS


class StorageError(EdgeClassifyError):
    """A file can't be written: the disk is full, or the folder is not ours to write to."""

    exit_status = ExitStatus.CANNOT_WRITE


class PublishError(EdgeClassifyError):
    """The broker can't be reached, refuses us, or the MQTT settings can't work."""

    exit_status = ExitStatus.UNAVAILABLE


class ClusterError(EdgeClassifyError):
    """A Dask cluster can't be reached, went away, or has no worker that fits."""

    exit_status = ExitStatus.UNAVAILABLE


class PageError(EdgeClassifyError):
    """The page can't be served: its port is in use, its certificate is broken, or nobody was given a password."""

    exit_status = ExitStatus.UNAVAILABLE


class ServiceError(EdgeClassifyError):
    """The service can't be installed, removed or asked here: no root rights, no systemd, another Python."""

    exit_status = ExitStatus.UNAVAILABLE
