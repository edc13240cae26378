"""One question after the other: each answer is tried as it is given, and asked again where it does not work."""

from collections.abc import Sequence

from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import NOTHING_GIVEN, Given, Subject
from edgeclassify.setup.questions.broker import BrokerQuestion
from edgeclassify.setup.questions.camera import CameraQuestion
from edgeclassify.setup.questions.home_assistant import HomeAssistantQuestion
from edgeclassify.setup.questions.interface import Question
from edgeclassify.setup.questions.model import ModelQuestion
from edgeclassify.setup.questions.node import NodeQuestion
from edgeclassify.setup.questions.page import PageQuestion
from edgeclassify.setup.terminal.talk import Choice

QUESTIONS: tuple[Question, ...] = (
    NodeQuestion(),
    BrokerQuestion(),
    CameraQuestion(),
    ModelQuestion(),
    HomeAssistantQuestion(),
    PageQuestion(),
)
_AGAIN, _KEEP, _AS_IT_WAS, _DONE = "again", "keep", "as-it-was", "done"


class AnswerError(EdgeClassifyError):
    """An answer does not work, and nobody is there to give another one."""

    def __init__(self, message: str, status: ExitStatus) -> None:
        super().__init__(message)
        self.exit_status = status


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks of a draft. `named`: what is to be asked about; none: everything, or what somebody chooses."""

    around: Around
    given: Given
    named: Sequence[Subject]

    def all_of(self, draft: Draft) -> Draft:
        """The draft with all answers. Raises AnswerError where nobody is there to mend one."""
        subjects = {*self.named, *self.given.subjects}
        if self.named or (subjects and not draft.is_fresh):
            return self._in_order(draft, [one for one in QUESTIONS if one.subject in subjects])
        if draft.is_fresh or not self.around.talk.asks:
            return self._in_order(draft, QUESTIONS)
        return self._chosen_ones(draft)

    def _in_order(self, draft: Draft, questions: Sequence[Question]) -> Draft:
        for number, question in enumerate(questions, 1):
            self.around.screen.heading(f"{number}/{len(questions)}  {question.title}")
            draft = self._settled(question, draft)
        return draft

    def _chosen_ones(self, draft: Draft) -> Draft:
        """Somebody who comes back changes one answer, or some."""
        self.around.screen.heading("This node is set up. What is to change?")
        while True:
            choices = [Choice(one.subject, one.title, one.now(draft.config)) for one in QUESTIONS]
            said = self.around.talk.choice("Change", [*choices, Choice(_DONE, "nothing more")], _DONE)
            if said == _DONE:
                return draft
            question = next(one for one in QUESTIONS if one.subject == said)
            self.around.screen.heading(question.title)
            draft = self._settled(question, draft)

    def _settled(self, question: Question, draft: Draft) -> Draft:
        given, now = self.given, draft
        while True:
            answered = None
            try:
                answered = question.answered(now, given, self.around)
                if self.around.tries:
                    question.try_out(answered, self.around)
            except EdgeClassifyError as error:
                if not self.around.talk.asks:
                    raise AnswerError(f"{error}{_hint(question)}", error.exit_status) from error
                self.around.screen.bad(str(error))
                what = self._what_now(answered is not None)
                if what == _AS_IT_WAS:
                    return draft
                now, given = answered or now, NOTHING_GIVEN
                if what == _KEEP:
                    return now
            else:
                return answered

    def _what_now(self, may_be_kept: bool) -> str:
        choices = [Choice(_AGAIN, "answer again"), Choice(_AS_IT_WAS, "leave it as it was")]
        if may_be_kept:
            choices.insert(1, Choice(_KEEP, "keep the answer all the same"))
        return self.around.talk.choice("What now", choices, _AGAIN)


def _hint(question: Question) -> str:
    return f"\nNothing was changed. Another answer: {question.flags}; --untried takes it as it is."
