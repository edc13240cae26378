"""Groups of looks get their labels: by options, or by asking for one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import click

from edgeclassify.cli.support.teaching.answers import AS_SAID, Answer, Deed, answer_to
from edgeclassify.cli.support.teaching.labels import said_label, shown_label
from edgeclassify.cli.support.teaching.look_file import LooksOfNode
from edgeclassify.cli.support.teaching.sheets import in_words, said_of
from edgeclassify.errors import EdgeClassifyError, UsageError
from edgeclassify.model.taught.words import checked_label
from edgeclassify.teaching.look_groups import LookGroup, group_looks
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.typed_line import with_line_editing

HELP = """\
  LABEL     it is this one; of a class that is there its beginning will do
  unknown   it is none of the classes
  Enter     leave it for later
  -         throw it away
  +         split it in two groups
  =         it is what the model said
  .         end here"""


@dataclass(slots=True)
class Labelling:
    """What is being labelled. `noun`: what one of them is called. Each answer is carried out at once."""

    teacher: Teacher
    looks: LooksOfNode
    noun: str
    labels: list[str]
    has_changed: bool = field(default=False, init=False)

    def carry_out(self, group: LookGroup, answer: Answer) -> None:
        """Do what was answered. Raises EdgeClassifyError where that can't be done; the looks stay then."""
        numbers = [look.id for look in group.looks]
        if answer.deed is Deed.LABEL:
            added = self.teacher.add_looks(answer.label, group.chosen)
            self.has_changed = True
            self.labels = [*added.manifest.labels]
            # Those that are too much like the chosen ones are done with as well.
            self.looks.store.remove(numbers)
            click.echo(f"  {shown_label(answer.label)}: {_examples(len(added.new))}")
        elif answer.deed is Deed.DISCARD:
            self.looks.store.remove(numbers)
            click.echo(f"  thrown away: {len(numbers)}")

    def by_options(self, groups: Sequence[LookGroup], wanted: Mapping[int, Answer]) -> None:
        """Label those that were named. Raises UsageError for one that is not there; nothing is done then."""
        known = {group.id: group for group in groups}
        for number in wanted:
            if number not in known:
                raise UsageError(
                    f"{self.teacher.name}: expected one of the {self.noun}s {_listed(known)}, found {number}."
                )
        for number, answer in wanted.items():
            click.echo(f"{self.noun} {number}:")
            self.carry_out(known[number], answer)

    def by_asking(self, groups: Iterable[LookGroup]) -> None:
        """Ask for each, and for the halves of those that are split, until there are no more or it is enough."""
        waiting = [*groups]
        while waiting:
            group = waiting.pop(0)
            answer = self._asked(group)
            if answer.deed is Deed.END:
                return
            if answer.deed is Deed.SPLIT:
                waiting = [*self._halves(group), *waiting]
                continue
            try:
                self.carry_out(group, answer)
            except EdgeClassifyError as error:
                click.echo(f"edgeclassify: {error}", err=True)
                waiting.insert(0, group)

    def _halves(self, group: LookGroup) -> Iterator[LookGroup]:
        if len(group.looks) == 1:
            click.echo("  It is one alone.")
        yield from group_looks(group.looks, 2, zone=self.looks.zone)

    def _asked(self, group: LookGroup) -> Answer:
        said = group.looks[0].label if len(group.looks) == 1 else None
        what = said_of(group.looks[0]) if len(group.looks) == 1 else in_words(group, self.looks)
        click.echo(f"{self.noun} {group.id}: {what}")
        with_line_editing()
        while True:
            known = ", ".join(self.labels) or "a label"
            try:
                word = click.prompt(f"  {known} (?: help)", default="", show_default=False, prompt_suffix=": ")
            except click.Abort:  # the end of the input, or Ctrl-C: what was answered stays
                click.echo()
                return Answer(Deed.END)
            if word.strip() == "?":
                click.echo(HELP)
                continue
            if word.strip() == AS_SAID and said is None:
                click.echo("  The model said nothing of it.")
                continue
            answer = answer_to(word, self.labels, said)
            if answer.deed is not Deed.LABEL or answer.label is None or self._is_meant(answer.label):
                return answer

    def _is_meant(self, label: str) -> bool:
        """A new class beside others may be a slip of the keys."""
        if label in self.labels:
            return True
        try:
            checked_label(label, self.labels)
        except UsageError as error:
            click.echo(f"  {error}")
            return False
        return not self.labels or click.confirm(f"  A new class {label!r}?", default=len(self.labels) < 2)


def wanted_answers(
    noun: str, labelled: Sequence[str], discarded: Sequence[int], labels: Sequence[str]
) -> dict[int, Answer]:
    """The options --label NUMBER=LABEL and --discard NUMBER. Raises UsageError where they are none."""
    wanted = {number: Answer(Deed.DISCARD) for number in discarded}
    for option in labelled:
        number, equals, word = option.partition("=")
        if not (number.strip().isdecimal() and equals and word.strip()):
            raise UsageError(f"--label: expected {noun.upper()}=LABEL, such as 17=open, found {option!r}.")
        label = said_label(word.strip())
        wanted[int(number)] = Answer(Deed.LABEL, None if label is None else checked_label(label, labels))
    return wanted


def _examples(count: int) -> str:
    return "1 new example" if count == 1 else f"{count} new examples"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers))) or "(there is none)"
