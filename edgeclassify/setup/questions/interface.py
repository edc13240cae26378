"""What a question is."""

from abc import ABC, abstractmethod

from edgeclassify.config import Config
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, Subject


class Question(ABC):
    """`title`: a few words, for people. `flags`: how it is answered on the command line."""

    subject: Subject
    title: str
    flags: str

    @abstractmethod
    def now(self, config: Config) -> str:
        """What the config says, in a few words, nothing secret."""

    @abstractmethod
    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """The draft with the answer: as given, as somebody types it, else the usual one.

        Raises EdgeClassifyError for an answer that can't be one.
        """

    @abstractmethod
    def try_out(self, draft: Draft, around: Around) -> None:
        """Try the answer, and tell what comes of it. Raises EdgeClassifyError where it does not work."""
