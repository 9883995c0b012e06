"""guard, adopt and compare: what becomes of a candidate's drafts, and how they are held against the current ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from temporalio import activity

from activities import metrics
from activities.invoicing import archived, warn_of_unverified
from activities.messages import (
    AdoptInput,
    CandidateSide,
    ComparedTrip,
    CompareInput,
    CurrentSide,
    Guarded,
    GuardInput,
    Preprocessed,
)
from tripinvoice import archive, canonical
from tripinvoice.assemble import assemble, check
from tripinvoice.compare.comparison import Comparison, Found, Outcome, Side, compare, features_of, noise
from tripinvoice.compare.event import Mismatch
from tripinvoice.compare.form import Plain, plain_of
from tripinvoice.compare.ignoring import IgnoreRule, concerning
from tripinvoice.contract import plain_drafts, read_drafts
from tripinvoice.errors import CandidateError, PermanentError
from tripinvoice.invoice import Draft
from tripinvoice.money_systems import Sources
from tripinvoice.ports import Comparisons, DocumentStore, MismatchSink
from tripinvoice.regimes import regime_named


@dataclass(frozen=True)
class ComparisonActivities:
    """Compares the drafts of two implementations; runs on the store task queue."""

    documents: DocumentStore
    comparisons: Comparisons
    mismatches: MismatchSink
    rules: Sequence[IgnoreRule] = ()

    @activity.defn(name="guard", no_thread_cancel_exception=True)
    def guard(self, request: GuardInput) -> Guarded:
        """Whether the candidate's drafts are the current ones to the letter, so that either may be issued."""
        current = plain_of([archive.recall(draft.draft, self.documents, Draft) for draft in request.drafts])
        try:
            theirs = plain_drafts(request.answered, self.documents)
        except PermanentError:
            return Guarded(agrees=False)
        return Guarded(agrees=canonical.dump(current) == canonical.dump(theirs))

    @activity.defn(name="adopt", no_thread_cancel_exception=True)
    def adopt(self, request: AdoptInput) -> Preprocessed:
        """The candidate's drafts as ours, archived one by one, after every check that our own pass.

        Raises ``CandidateError`` when they are of another trip or do not fit the contract, and what
        :func:`tripinvoice.assemble.check` raises.
        """
        drafts = read_drafts(plain_drafts(request.answered, self.documents))
        _check_keys(drafts, request.trip_id, request.revision)
        for draft in drafts:
            check(regime_named(draft.regime), draft)
            warn_of_unverified(draft)
        shelf = request.sources.shelf
        return Preprocessed(drafts=tuple(archived(draft, request.sources, shelf, self.documents) for draft in drafts))

    @activity.defn(name="compare", no_thread_cancel_exception=True)
    def compare(self, request: CompareInput) -> ComparedTrip:
        """Hold both sides against each other; keep what was found, count it, and tell a mismatch."""
        sources = archive.recall(request.sources, self.documents, Sources)
        drafts, current = current_side(request.current, self.documents)
        candidate = candidate_side(request.candidate, self.documents)
        rules = concerning(self.rules, sources.trip.country, sources.trip.line_of_business)
        found = compare(current, candidate, rules, request.compared_at)
        comparison = replace(
            _comparison(request, sources, found, failure=candidate.failure),
            noisy=noise_of(sources, current) if request.decision.noise else None,
            features=features_of(drafts, sources.trip.product, sources.trip.completion),
        )
        if request.kept:
            self._keep(comparison, found, request)
        return ComparedTrip(
            outcome=found.outcome,
            current=request.current,
            candidate=replace(request.candidate, failure=candidate.failure),
            fingerprint=found.fingerprint,
            paths=found.paths,
        )

    def _keep(self, comparison: Comparison, found: Found, request: CompareInput) -> None:
        self.comparisons.add(comparison)
        if found.outcome in {Outcome.DIFFERENT, Outcome.FAILED}:
            self.mismatches.tell(Mismatch(comparison=comparison, found=found, sources_sha256=request.sources.sha256))
        _count(comparison)


def current_side(side: CurrentSide, documents: DocumentStore) -> tuple[list[Draft], Side]:
    """The drafts that the current implementation archived, and its side of the comparison."""
    if side.drafts is None:
        return [], Side(drafts=None, failure=side.failure, seconds=side.seconds)
    drafts = [archive.recall(draft.draft, documents, Draft) for draft in side.drafts]
    return drafts, Side(drafts=plain_of(drafts), seconds=side.seconds)


def candidate_side(side: CandidateSide, documents: DocumentStore) -> Side:
    """Its drafts as they are: reading them as ours would hide what is wrong with them."""
    if side.answered is None:
        return Side(drafts=None, failure=side.failure, seconds=side.seconds)
    try:
        return Side(drafts=plain_drafts(side.answered, documents), seconds=side.seconds)
    except PermanentError as error:
        return Side(drafts=None, failure=error.code, seconds=side.seconds)


def _check_keys(drafts: Sequence[Draft], trip_id: str, revision: int) -> None:
    if not drafts or any((draft.key.trip_id, draft.key.revision) != (trip_id, revision) for draft in drafts):
        raise CandidateError("drafts: there are none, or some are of another trip", field="key")
    if len({draft.key for draft in drafts}) < len(drafts):
        raise CandidateError("drafts: two are the same document", field="key")


def _comparison(request: CompareInput, sources: Sources, found: Found, *, failure: str) -> Comparison:
    decision, trip = request.decision, sources.trip
    return Comparison(
        trip_id=trip.trip_id,
        revision=trip.revision,
        scope=decision.scope,
        candidate=decision.candidate,
        rollout_version=decision.rollout_version,
        country=trip.country,
        line_of_business=trip.line_of_business,
        compared_at=request.compared_at,
        outcome=found.outcome,
        issued=request.issued,
        failure=failure if found.outcome is Outcome.FAILED else "",
        fingerprint=found.fingerprint,
        paths=found.paths,
        ignored=found.ignored,
        expired=found.expired,
        current_seconds=request.current.seconds,
        candidate_seconds=request.candidate.seconds,
    )


def noise_of(sources: Sources, current: Side) -> tuple[str, ...]:
    """Where the current implementation, run once more, differs from itself."""
    again: Sequence[Plain] = plain_of(assemble(sources)) if current.drafts is not None else ()
    return noise(current.drafts or (), again)


def _count(one: Comparison) -> None:
    metrics.compared(
        country=one.country, line_of_business=one.line_of_business, candidate=one.candidate, outcome=one.outcome
    )
    if one.failure:
        metrics.candidate_failed(candidate=one.candidate, reason=one.failure)
    for side, seconds in (("current", one.current_seconds), ("candidate", one.candidate_seconds)):
        if seconds is not None:
            metrics.compare_took(seconds, side=side)
    for rule in one.expired:
        activity.logger.warning("ignore_rule_expired", extra={"rule": rule})
