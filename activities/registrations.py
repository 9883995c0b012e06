"""What an authority says about numbers by now, where the evidence of an invoice is older than that."""

from collections.abc import Mapping
from dataclasses import dataclass

from tripinvoice import archive
from tripinvoice.answers import Numbering, Provides, read_answer
from tripinvoice.case import ranges_of
from tripinvoice.errors import InvalidAnswerError
from tripinvoice.invoice import Draft, Kind, NumberRange
from tripinvoice.money_systems import Answer
from tripinvoice.ports import DocumentStore, ObjectRef
from tripinvoice.regimes.suppliers import role_of


@dataclass(frozen=True)
class Registrations:
    """The answers that an operator gave for those of the money systems that provide ``numbering``."""

    answers: tuple[Numbering, ...]

    @classmethod
    def read(cls, corrections: Mapping[str, ObjectRef], documents: DocumentStore) -> "Registrations":
        """The archived answers. Raises ``InvalidAnswerError`` for one that says something else."""
        answers = [archive.recall(ref, documents, Answer) for ref in corrections.values()]
        return cls(tuple(map(_numbering, answers)))

    def of(self, draft: Draft, kind: Kind) -> tuple[NumberRange, ...]:
        """Those of a draft's supplier for his documents of a kind; none where no answer names him."""
        role = role_of(draft.regime, draft.series)
        return tuple(one for answer in self.answers for one in ranges_of(answer, role, kind))


def _numbering(answer: Answer) -> Numbering:
    if answer.provides is not Provides.NUMBERING:
        raise InvalidAnswerError(
            f"{answer.system}: only what provides 'numbering' may be newer than the invoice; leave this answer out",
            field=answer.system,
        )
    read = read_answer(answer.system, answer.provides, answer.body)
    assert isinstance(read, Numbering)  # noqa: S101 - the shape of this kind of answer
    return read
