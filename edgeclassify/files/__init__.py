"""Small files: read where they are plain ones, written to survive a power cut, set aside when damaged."""

from edgeclassify.files.folder_condition import FolderCondition, condition_of
from edgeclassify.files.plain import (
    MOST_SET_ASIDE,
    NotPlainFileError,
    as_text,
    identity,
    open_plain_file,
    printable,
    read_plain_file,
    replace_file,
    set_aside,
    write_whole,
)
from edgeclassify.files.replacing import replacing, sync_folder
from edgeclassify.files.staged import StagedFile, rewrite_file, sweep_staged
from edgeclassify.files.state_file import StateFile, StateFileTexts

__all__ = [
    "MOST_SET_ASIDE",
    "FolderCondition",
    "NotPlainFileError",
    "StagedFile",
    "StateFile",
    "StateFileTexts",
    "as_text",
    "condition_of",
    "identity",
    "open_plain_file",
    "printable",
    "read_plain_file",
    "replace_file",
    "replacing",
    "rewrite_file",
    "set_aside",
    "sweep_staged",
    "sync_folder",
    "write_whole",
]
