"""Every number ledger: one number per document, 1..N without a gap, dates that never run backwards."""

import threading
from collections import defaultdict
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract import racing
from tests.contract.standing import NOON
from tests.contract.stores import LedgerOpener, claim, document
from tripinvoice.errors import NumbersExhaustedError
from tripinvoice.invoice import Contract
from tripinvoice.numbering import Claim, NumberTaken, SeriesAudit
from tripinvoice.ports import NumberLedger


def taken(trip: str, no: int, *, minutes: int = 0, void_reason: str | None = None) -> NumberTaken:
    """What the ledger says about a trip's number in the usual series."""
    return NumberTaken(
        document=document(trip),
        series="GB-OP",
        period="2026",
        no=no,
        issued_at=NOON + timedelta(minutes=minutes),
        void_reason=void_reason,
    )


def audit_of(last_no: int, *, series: str = "GB-OP", voided: int = 0) -> SeriesAudit:
    """The audit of a gapless series."""
    return SeriesAudit(series=series, period="2026", last_no=last_no, count=last_no, voided=voided, holes=())


def test_numbers_are_given_in_the_order_of_the_claims(ledger: NumberLedger) -> None:
    """The first claim takes 1, and the next call goes on where it ended."""
    first = ledger.take([claim("a"), claim("b", minutes=1)])
    second = ledger.take([claim("c", minutes=2)])
    assert [taken("a", 1), taken("b", 2, minutes=1), taken("c", 3, minutes=2)] == [*first, *second]


def test_a_document_has_the_same_number_whenever_it_is_asked_again(ledger: NumberLedger) -> None:
    """Asked alone, among others or twice in one call, later: nothing changes."""
    first = ledger.take([claim("a"), claim("b")])
    again = ledger.take([claim("b", minutes=5), claim("c", minutes=5), claim("a", minutes=5), claim("c", minutes=5)])
    assert [first[1], taken("c", 3, minutes=5), first[0], taken("c", 3, minutes=5)] == list(again)


def test_series_and_periods_count_apart(ledger: NumberLedger) -> None:
    """Every (series, period) begins with 1, also within one call."""
    numbers = ledger.take([claim("a"), claim("b", "DE-A"), claim("c", period="2027"), claim("d", "DE-A"), claim("e")])
    expected = ["GB-OP-2026-000001", "DE-A-2026-000001", "GB-OP-2027-000001", "DE-A-2026-000002", "GB-OP-2026-000002"]
    assert expected == [number.number for number in numbers]


def test_the_documents_of_one_trip_are_numbered_apart(ledger: NumberLedger) -> None:
    """Contract and revision make another document."""
    keys = [document("a"), document("a", Contract.PLATFORM_FEE), document("a", revision=2)]
    wishes = [
        Claim(document=key, series="GB-OP", period="2026", claimed_at=NOON, workflow_id="invoice/a") for key in keys
    ]
    assert [(key, no) for no, key in enumerate(keys, 1)] == [(n.document, n.no) for n in ledger.take(wishes)]


def test_the_stored_claim_wins(ledger: NumberLedger) -> None:
    """A retry after New Year, when the period would be another, keeps the number of the old one."""
    (first,) = ledger.take([claim("a")])
    (again,) = ledger.take([claim("a", "GB-NEW", period="2027", minutes=999)])
    assert first == again
    assert [audit_of(1)] == list(ledger.audit())


def test_dates_never_run_backwards_in_a_series(ledger: NumberLedger) -> None:
    """A clock that went back gives the date of the number before; another series is not affected."""
    numbers = ledger.take([claim("a", minutes=10), claim("b", minutes=3), claim("c", "DE-A", minutes=3)])
    later = ledger.take([claim("d", minutes=-600), claim("e", minutes=11)])
    expected = [NOON + timedelta(minutes=minutes) for minutes in (10, 10, 3, 10, 11)]
    assert expected == [number.issued_at for number in (*numbers, *later)]


def test_times_come_back_to_the_microsecond_and_in_utc(ledger: NumberLedger) -> None:
    """A claim in local time is the same moment."""
    local = datetime.fromisoformat("2026-03-29T14:00:00.000001+02:00")
    wish = Claim(document=document("a"), series="DE-A", period="2026", claimed_at=local, workflow_id="invoice/a")
    (number,) = ledger.take([wish])
    found = ledger.find(document("a"))
    assert found is not None
    assert (local, local, timedelta(0)) == (number.issued_at, found.issued_at, found.issued_at.utcoffset())


def test_find_knows_only_numbered_documents(ledger: NumberLedger) -> None:
    """What was taken is found, another revision is not."""
    ledger.take([claim("a")])
    assert (taken("a", 1), None) == (ledger.find(document("a")), ledger.find(document("a", revision=2)))


def test_a_void_number_stays_taken(ledger: NumberLedger) -> None:
    """It keeps its document, is said to be void, and is not given to another."""
    ledger.take([claim("a")])
    voided = ledger.void(document("a"), "trip was a duplicate")
    (after,) = ledger.take([claim("b")])
    assert taken("a", 1, void_reason="trip was a duplicate") == voided == ledger.find(document("a"))
    assert taken("b", 2) == after
    assert [audit_of(2, voided=1)] == list(ledger.audit())


def test_the_first_reason_of_a_void_stays(ledger: NumberLedger) -> None:
    """Voiding again, with whatever reason, changes nothing."""
    ledger.take([claim("a")])
    expected = [ledger.void(document("a"), "first")] * 3
    assert expected == [
        ledger.void(document("a"), "first"),
        ledger.void(document("a"), "second"),
        *ledger.take([claim("a")]),
    ]


def test_nothing_to_void_is_none(ledger: NumberLedger) -> None:
    """A document that took no number gives none, and may still take one."""
    assert ledger.void(document("a"), "parked") is None
    assert [taken("a", 1)] == list(ledger.take([claim("a")]))


def test_a_series_is_read_in_the_order_of_its_numbers(ledger: NumberLedger) -> None:
    """All of it, voids too, over the pages of the store; another series or period is another."""
    trips = [f"t{no}" for no in range(1, 1201)]
    for first in range(0, 1200, 100):
        ledger.take([claim(trip) for trip in trips[first : first + 100]])
    ledger.take([claim("a", "DE-A"), claim("b", period="2027")])
    ledger.void(document("t2"), "a mistake")
    expected = [taken(trip, no, void_reason="a mistake" if no == 2 else None) for no, trip in enumerate(trips, 1)]
    assert expected == list(ledger.entries("GB-OP", "2026"))
    assert not list(ledger.entries("GB-OP", "2028"))


def test_a_claim_is_found_as_it_was_made(ledger: NumberLedger) -> None:
    """The first one, whatever was asked later; a document that never claimed has none."""
    ledger.take([claim("a", minutes=3)])
    ledger.take([claim("a", "GB-NEW", period="2027", minutes=999)])
    assert (claim("a", minutes=3), None) == (ledger.claim_of(document("a")), ledger.claim_of(document("b")))


def test_what_is_derived_from_an_entry_can_be_written_again(ledger: NumberLedger) -> None:
    """Any number of times, and nothing changes."""
    (entry,) = ledger.take([claim("a")])
    for _ in range(2):
        ledger.reindex(entry)
    assert [entry] == [ledger.find(document("a"))] == list(ledger.entries("GB-OP", "2026"))


def test_no_claims_take_no_numbers(ledger: NumberLedger) -> None:
    """An empty call leaves an empty ledger."""
    assert (list(ledger.take([])), list(ledger.audit())) == ([], [])


def test_the_audit_lists_every_series_by_name(ledger: NumberLedger) -> None:
    """Each with its own count."""
    ledger.take([claim("a"), claim("b", "DE-A"), claim("c"), claim("d", "US-NYT")])
    assert [audit_of(1, series="DE-A"), audit_of(2), audit_of(1, series="US-NYT")] == list(ledger.audit())


def test_numbers_outlive_the_process(open_ledger: LedgerOpener, tmp_path: Path) -> None:
    """Opened again, the ledger goes on."""
    with open_ledger(tmp_path) as ledger:
        ledger.take([claim("a"), claim("b")])
    with open_ledger(tmp_path) as ledger:
        assert [taken("b", 2), taken("c", 3)] == list(ledger.take([claim("b"), claim("c")]))


# --- stocks that end -----------------------------------------------------------------------------------------------


def refused(ledger: NumberLedger, *claims: Claim) -> NumbersExhaustedError:
    """The error of a call that does not fit."""
    with pytest.raises(NumbersExhaustedError, match="register the next range") as refusal:
        ledger.take(claims)
    return refusal.value


def test_a_stock_ends_before_a_number_is_taken(ledger: NumberLedger) -> None:
    """What does not fit has neither number nor claim; with more in the stock the series goes on without a gap."""
    ledger.take([claim("a", limit=2), claim("b", limit=2)])
    assert refused(ledger, claim("c", limit=2)).field == "numbering"
    assert (None, None) == (ledger.find(document("c")), ledger.claim_of(document("c")))
    assert [audit_of(2)] == list(ledger.audit())
    assert [taken("d", 3), taken("c", 4)] == list(ledger.take([claim("d", limit=4), claim("c", limit=4)]))


def test_what_is_numbered_needs_no_stock(ledger: NumberLedger) -> None:
    """Asked again when the stock is used up, or said to be smaller than it was: the same number."""
    first = ledger.take([claim("a", limit=1)])
    assert list(first) == list(ledger.take([claim("a", limit=1)])) == list(ledger.take([claim("a", limit=0)]))


@pytest.mark.parametrize("series", ["GB-OP", "DE-A"])
def test_of_one_call_none_is_numbered_when_one_does_not_fit(ledger: NumberLedger, series: str) -> None:
    """Of one series or of another: a trip's documents can still be mended together."""
    ledger.take([claim("a", limit=2)])
    refused(ledger, claim("b", series), claim("c", limit=2), claim("d", limit=2))
    assert [None] * 3 == [ledger.find(document(trip)) for trip in "bcd"]
    assert [taken("c", 2)] == list(ledger.take([claim("c", limit=2)]))


def test_a_call_may_repeat_what_fits(ledger: NumberLedger) -> None:
    """One number is enough for a document that is asked for twice, and none for one that has its own."""
    ledger.take([claim("a", limit=2)])
    again = ledger.take([claim("b", limit=2), claim("a", limit=2), claim("b", limit=2)])
    assert [taken("b", 2), taken("a", 1), taken("b", 2)] == list(again)


def test_another_series_goes_on(ledger: NumberLedger) -> None:
    """And so does one without a limit, and the next period of the same."""
    ledger.take([claim("a", limit=1)])
    refused(ledger, claim("b", limit=1))
    numbers = ledger.take([claim("c", "DE-A", limit=1), claim("d"), claim("b", period="2027", limit=1)])
    assert [("DE-A", "2026", 1), ("GB-OP", "2026", 2), ("GB-OP", "2027", 1)] == [
        (number.series, number.period, number.no) for number in numbers
    ]
    made = ledger.claim_of(document("b"))
    assert made is not None
    assert made.period == "2027"


def test_of_many_who_want_the_last_numbers_each_gets_one_or_is_refused(ledger: NumberLedger) -> None:
    """Whoever was refused gets his later: some from the next range, some in the next period. No gap, no double."""
    numbers = _race([claim(f"trip{i}", limit=10) for i in range(24)], ledger)
    assert [*range(1, 11)] == sorted(number.no for number in numbers)
    left = [f"trip{i}" for i in range(24) if ledger.find(document(f"trip{i}")) is None]
    more = _race([claim(trip, limit=14) for trip in left[:8]], ledger)
    assert [11, 12, 13, 14] == sorted(number.no for number in more)
    left = [trip for trip in left if ledger.find(document(trip)) is None]
    later = _race([claim(trip, period="2027", limit=99) for trip in left], ledger)
    assert [*range(1, 11)] == sorted(number.no for number in later)
    assert {"2027"} == {number.period for number in later}
    assert [(14, 14, ()), (10, 10, ())] == [(one.last_no, one.count, one.holes) for one in ledger.audit()]


def _race(claims: list[Claim], ledger: NumberLedger) -> list[NumberTaken]:
    """The numbers that were given when each claim was asked by a thread of its own."""
    numbers: list[NumberTaken] = []

    def ask(wish: Claim) -> None:
        with suppress(NumbersExhaustedError):
            numbers.extend(ledger.take([wish]))

    threads = [threading.Thread(target=ask, args=(wish,)) for wish in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return numbers


_EXAMPLES = count()
_TRIPS = st.sampled_from("abcdefgh")
_WISHES = st.lists(st.tuples(_TRIPS, st.sampled_from(["A", "B", "C"]), st.integers(-500, 500)), max_size=5)
_STEPS = st.lists(st.one_of(_WISHES, _TRIPS), max_size=12)


def test_any_order_of_taking_and_voiding_keeps_the_rules(ledger: NumberLedger, request: pytest.FixtureRequest) -> None:
    """Against a model: the first wish decides the series; numbers are 1..N; dates rise; voids stay."""
    over_a_network = "cassandra" in request.node.callspec.id

    @given(steps=_STEPS)
    @settings(deadline=None, max_examples=15 if over_a_network else 60)
    def follow(steps: list[list[tuple[str, str, int]] | str]) -> None:
        _follow(ledger, steps)

    follow()


def _follow(ledger: NumberLedger, steps: list[list[tuple[str, str, int]] | str]) -> None:
    run = f"run{next(_EXAMPLES)}-"  # the store lives on between examples: each has its own trips and series
    model: dict[str, NumberTaken] = {}
    rows: defaultdict[str, list[NumberTaken]] = defaultdict(list)
    for step in steps:
        if isinstance(step, str):
            voided = ledger.void(document(run + step), f"void {step}")
            _model_void(model, rows, step)
            assert model.get(step) == voided
            continue
        wishes = [claim(run + trip, run + series, minutes=minutes) for trip, series, minutes in step]
        numbers = ledger.take(wishes)
        for wish, (trip, _, _) in zip(wishes, step, strict=True):
            _model_take(model, rows, trip, wish)
        assert [model[trip] for trip, _, _ in step] == list(numbers)
    _check_series(ledger, run, rows)


def _model_take(
    model: dict[str, NumberTaken], rows: defaultdict[str, list[NumberTaken]], trip: str, wish: Claim
) -> None:
    if trip in model:
        return
    series = rows[wish.series]
    issued_at = max([wish.claimed_at, *(row.issued_at for row in series)])
    model[trip] = NumberTaken(
        document=wish.document, series=wish.series, period=wish.period, no=len(series) + 1, issued_at=issued_at
    )
    series.append(model[trip])


def _model_void(model: dict[str, NumberTaken], rows: defaultdict[str, list[NumberTaken]], trip: str) -> None:
    old = model.get(trip)
    if old is None or old.void_reason is not None:
        return
    model[trip] = NumberTaken(
        document=old.document,
        series=old.series,
        period=old.period,
        no=old.no,
        issued_at=old.issued_at,
        void_reason=f"void {trip}",
    )
    rows[old.series][old.no - 1] = model[trip]


def _check_series(ledger: NumberLedger, run: str, rows: defaultdict[str, list[NumberTaken]]) -> None:
    expected = [
        audit_of(len(series), series=name, voided=sum(row.void_reason is not None for row in series))
        for name, series in sorted(rows.items())
    ]
    assert expected == [audit for audit in ledger.audit() if audit.series.startswith(run)]
    for series in rows.values():
        assert series == [ledger.find(row.document) for row in series]
        assert all(before.issued_at <= after.issued_at for before, after in pairwise(series))


def test_threads_of_one_process_share_a_ledger(ledger: NumberLedger) -> None:
    """Eight threads ask for the same documents in opposite orders: each document has one number."""
    claims = [claim(f"trip{i}", minutes=i) for i in range(40)]
    answers: list[frozenset[NumberTaken]] = []

    def ask(order: list[Claim]) -> None:
        answers.append(frozenset(number for wish in order for number in ledger.take([wish])))

    threads = [threading.Thread(target=ask, args=(claims[:: 1 if i % 2 else -1],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len(set(answers)) == len(answers) - 7
    assert [audit_of(40)] == list(ledger.audit())


def test_racing_processes_and_a_kill_leave_no_gap(open_ledger: LedgerOpener, tmp_path: Path) -> None:
    """Four processes ask for every document; one is killed in the middle, twice. All that anybody was told holds."""
    claims = [claim(f"trip{i}", "DE-A" if i % 3 else "GB-OP", minutes=-i) for i in range(120)]
    logs = [tmp_path / f"asker{i}.log" for i in range(5)]
    askers = [(racing.ask_all, open_ledger, tmp_path, claims, i, logs[i]) for i in range(3)]
    victims = [(racing.ask_for_ever, open_ledger, tmp_path, claims, i, logs[i]) for i in (3, 4)]
    with racing.processes(*askers, victims[0]) as started:
        racing.kill_after(started[3], logs[3], 20)
        with racing.processes(victims[1]) as (second,):
            racing.kill_after(second, logs[4], 130)
        assert racing.join(started) == [0, 0, 0, -9]
    with open_ledger(tmp_path) as ledger:
        assert [audit_of(80, series="DE-A"), audit_of(40)] == list(ledger.audit())
        found = [ledger.find(wish.document) for wish in claims]
        told = {f"{n.document} {n.number} {n.issued_at.isoformat()}" for n in found if n is not None}
    assert told == {line for log in logs for line in racing.read_log(log)}
    assert len(claims) == len(told)


@pytest.mark.timeout(90)
def test_eight_processes_open_a_new_store_together(open_ledger: LedgerOpener, tmp_path: Path) -> None:
    """None of them fails, and the store is made once."""
    start = racing.barrier(8)
    with racing.processes(
        *((racing.open_together, open_ledger, tmp_path, start, [claim(f"trip{i}")]) for i in range(8))
    ) as started:
        assert racing.join(started) == [0] * 8
    with open_ledger(tmp_path) as ledger:
        assert [audit_of(8)] == list(ledger.audit())
