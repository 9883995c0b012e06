"""From sources to drafts: one document per contract of the trip, every amount accounted for.

Pure: the same sources give the same drafts. ``assemble`` says everything but number and date of issue, ``finish`` adds
those two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from tripinvoice import validate
from tripinvoice.answers import ExchangeRate, Provides
from tripinvoice.case import Case, Charge, clean, read_case
from tripinvoice.errors import (
    ConflictError,
    InvalidAnswerError,
    MissingAnswerError,
    TotalsError,
)
from tripinvoice.invoice import (
    Contract,
    DocumentKey,
    Draft,
    Invoice,
    Invoicing,
    Journey,
    Line,
    Payment,
    TaxCategory,
    TaxInCurrency,
)
from tripinvoice.money import Money, allocate
from tripinvoice.money_systems import Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import regime_for, regime_named
from tripinvoice.regimes.base import ContractPlan, Regime, Treatment, converted
from tripinvoice.tax import Item, Taxed, compute
from tripinvoice.trip import Completion, LineOfBusiness

_REDUCTIONS = frozenset({"promotion", "refund"})
_CONTRACTS = {
    LineOfBusiness.RIDES: frozenset({Contract.TRANSPORT, Contract.PLATFORM_FEE}),
    LineOfBusiness.DELIVERY: frozenset({Contract.GOODS, Contract.DELIVERY, Contract.PLATFORM_FEE}),
}


@dataclass(frozen=True, kw_only=True)
class _Bill:
    """One contract's amounts.

    ``outside`` the customer paid beside the supply, ``sponsored`` the platform pays in his place. ``rests_on`` names
    the rates and rules that taxed it, ``rounding`` is what paying in cash added, in minor units.
    """

    plan: ContractPlan
    taxed: Taxed
    outside: tuple[Charge, ...]
    sponsored: tuple[Payment, ...]
    rests_on: tuple[str, ...]
    rounding: int = 0

    @property
    def due(self) -> int:
        """What the customer himself owes, in minor units."""
        owed = sum(charge.amount.minor for charge in self.outside) + self.taxed.totals.gross.minor
        return owed + self.rounding - sum(payment.amount.minor for payment in self.sponsored)


def assemble(sources: Sources) -> tuple[Draft, ...]:
    """The trip's documents, in the order of :class:`~tripinvoice.invoice.Contract`.

    Raises a :class:`~tripinvoice.errors.PermanentError`: the trip is unsupported or invalid, an answer is missing or
    invalid, or the amounts do not agree.
    """
    regime = regime_for(sources.trip)
    case = read_case(sources)
    _check_charges(case, regime)
    supplied = case.trip.ended_at.astimezone(regime.trip_zone(case.trip)).date()
    bills = [_bill(regime, case, plan, supplied) for plan in regime.plan(case)]
    for bill in bills:
        _check_bill(bill)
    bills = _rounded(regime, case, _gather(bills))
    drafts = (
        _draft(regime, case, bill, payments, supplied)
        for bill, payments in zip(bills, _payments(case, bills), strict=True)
    )
    return tuple(complete(regime, draft) for draft in drafts)


def complete(regime: Regime, draft: Draft) -> Draft:
    """The draft with what its form adds, checked.

    Raises a :class:`~tripinvoice.errors.PermanentError` when it lacks what the law asks of it, or breaks a rule.
    """
    completed = shaped(regime, draft)
    check(regime, completed)
    return completed


def check(regime: Regime, draft: Draft) -> None:
    """Raise a :class:`~tripinvoice.errors.PermanentError` when a finished draft lacks something, or breaks a rule."""
    regime.check(draft)
    validate.check(draft, regime)


def shaped(regime: Regime, draft: Draft) -> Draft:
    """The draft with what its form adds: title, notes, facts, and which rules behind it nobody has verified yet."""
    form = regime.form(draft)
    notes = tuple(dict.fromkeys((*draft.notes, *form.notes)))
    rests_on = (*draft.unverified, *form.rules, form.title, *notes, *(line.note or "" for line in draft.tax_lines))
    return replace(
        draft,
        title=form.title,
        simplified=form.simplified,
        notes=notes,
        facts=tuple(dict.fromkeys((*draft.facts, *form.facts))),
        unverified=_unverified(regime, rests_on, draft.supply_date),
    )


def _unverified(regime: Regime, names: Iterable[str], supplied: date) -> tuple[str, ...]:
    """Which of the named rates and rules nobody has checked against the law."""
    unverified = {
        name
        for name in names
        if (name in regime.rates and not regime.rate(name, supplied).verified)
        or (name in regime.rules and not regime.rules[name].verified)
    }
    return tuple(sorted(unverified))


def finish(draft: Draft, taken: NumberTaken) -> Invoice:
    """The legal document: the draft with its number, issued at the moment the number was taken.

    Raises :class:`ConflictError` when the number belongs to another document.
    """
    if taken.document != draft.key:
        raise ConflictError(
            f"{draft.key}: the number belongs to another document; this is a fault of the ledger",
            field="number",
        )
    regime = regime_named(draft.regime)
    invoice = Invoice(
        draft=draft,
        number=regime.number(draft, taken),
        ledger_number=taken.number,
        issued_at=taken.issued_at.astimezone(UTC),
        issue_date=taken.issued_at.astimezone(ZoneInfo(draft.time_zone)).date(),
    )
    return replace(invoice, codes=regime.codes(invoice))


def _check_charges(case: Case, regime: Regime) -> None:
    """Refuse another currency, contracts that the line of business does not have, and a trip without a price."""
    if case.currency != regime.currency and _rate_to(regime, case) is None:
        raise InvalidAnswerError(
            f"{case.charges[0].field}: charged in {case.currency}, but {regime.code} invoices in "
            f"{regime.currency}; mend the system, or have one provide 'exchange_rate' between the two, and resume",
            field="currency",
        )
    line_of_business = case.trip.line_of_business
    for charge in case.charges:
        if charge.contract not in _CONTRACTS[line_of_business]:
            raise InvalidAnswerError(
                f"{charge.field}.contract: {line_of_business} have no contract of {charge.contract}; mend "
                "the system and resume",
                field=f"{charge.field}.contract",
            )
    if not any(_is_price(case, charge) for charge in case.charges):
        wanted = "goods or delivery" if line_of_business is LineOfBusiness.DELIVERY else "transport"
        raise MissingAnswerError(
            f"fare: no money system charged the {wanted} itself; mend the system that provides 'charges', then resume",
            field="charges",
        )


def _rate_to(regime: Regime, case: Case) -> ExchangeRate | None:
    """The exchange rate from the trip's currency to the country's, if a system told it."""
    rate = case.exchange_rate
    known = rate is not None and (rate.currency, rate.into) == (case.currency, regime.currency)
    return rate if known else None


def _is_price(case: Case, charge: Charge) -> bool:
    """Whether the charge is the price of the trip itself: the fare, the basket, the parcel's delivery, the no-show."""
    if case.trip.completion is Completion.CANCELLED_WITH_FEE and charge.tax_class == "cancellation":
        return True
    if case.trip.line_of_business is LineOfBusiness.RIDES:
        return charge.contract is Contract.TRANSPORT and charge.tax_class == "transport"
    sold = Contract.GOODS if Provides.MERCHANT in case.refs else Contract.DELIVERY
    return charge.contract is sold and charge.tax_class not in _REDUCTIONS | {"tip"}


def _bill(regime: Regime, case: Case, plan: ContractPlan, supplied: date) -> _Bill:
    """Treat, price and tax the charges of one contract."""
    charges = case.charges_of(plan.contract)
    reductions = [charge for charge in charges if charge.tax_class in _REDUCTIONS]
    treated = [(c, regime.treat(case, plan, c)) for c in charges if c.tax_class not in _REDUCTIONS]
    supply = [(c, _item(regime, c, t, supplied)) for c, t in treated if not t.outside]
    reducible = [item for charge, item in supply if charge.tax_class != "tip"]
    reduced = [item for c in reductions if not _sponsored(c) for item in _reduce(c, reducible)]
    items = [*(item for _, item in supply), *reduced]
    return _Bill(
        plan=plan,
        taxed=compute(items, case.currency, regime.tax_name, regime.pricing),
        outside=tuple(charge for charge, treatment in treated if treatment.outside),
        sponsored=tuple(
            Payment(method=f"platform_{c.tax_class}", detail=c.description, amount=-c.amount)
            for c in reductions
            if _sponsored(c)
        ),
        rests_on=tuple(name for _, t in treated for name in (t.rate, *t.rules) if name),
    )


def _item(regime: Regime, charge: Charge, treatment: Treatment, supplied: date) -> Item:
    rate = regime.rate(treatment.rate, supplied).percent if treatment.rate else Decimal(0)
    return Item(
        code=charge.code,
        amount=charge.amount,
        category=treatment.category,
        percent=rate,
        note=treatment.note,
        exemption=treatment.exemption,
        parts=treatment.parts,
        classification=treatment.classification,
        description=charge.description,
        quantity=charge.quantity,
        unit=charge.unit,
    )


def _sponsored(charge: Charge) -> bool:
    """Whether the platform pays this promotion or refund in the customer's place.

    Then the supplier still gets the full price: it is third-party consideration (VAT Directive art. 73), a payment and
    no reduction. Raises :class:`InvalidAnswerError` for a promotion that nobody funds, or that adds to the price.
    """
    if charge.amount.minor > 0:
        raise InvalidAnswerError(
            f"{charge.field}.amount: a {charge.tax_class} takes away from the price, found a positive "
            "amount; mend the system and resume",
            field=f"{charge.field}.amount",
        )
    if charge.tax_class == "promotion" and charge.funded_by is None:
        raise InvalidAnswerError(
            f"{charge.field}.funded_by: missing; the tax depends on who funds a promotion, send "
            "'platform' or 'supplier'",
            field=f"{charge.field}.funded_by",
        )
    return charge.funded_by == "platform"


def _reduce(charge: Charge, reducible: Sequence[Item]) -> list[Item]:
    """A supplier's own reduction as negative lines, one per rate, in proportion to what each rate sold."""
    if not reducible:
        raise InvalidAnswerError(
            f"{charge.field}.contract: nothing was charged in this contract that could be reduced; mend "
            "the system and resume",
            field=f"{charge.field}.contract",
        )
    sold: dict[tuple[TaxCategory, Decimal], list[Item]] = {}
    for item in reducible:
        sold.setdefault((item.category, item.percent), []).append(item)
    weights = [max(0, sum(item.amount.minor for item in group)) for group in sold.values()]
    shares = allocate(charge.amount.minor, weights)
    return [
        replace(
            group[0],
            code=charge.code,
            amount=Money(share, charge.amount.currency),
            description=charge.description,
            quantity=Decimal(1),
            unit="C62",
        )
        for group, share in zip(sold.values(), shares, strict=True)
        if share or len(sold) == 1
    ]


def _check_bill(bill: _Bill) -> None:
    contract = bill.plan.contract
    if bill.taxed.totals.gross.minor < 0:
        raise TotalsError(
            f"{contract}: the total is negative; a refund greater than the supply needs a credit note, not an invoice",
            field="totals",
        )
    if bill.due < 0:
        raise TotalsError(
            f"{contract}: the platform's promotion is greater than what was charged; mend the promotion and resume",
            field="charges",
        )


def _gather(bills: Sequence[_Bill]) -> list[_Bill]:
    """The bills that sell something.

    What a contract that sold nothing has beside it, a tip or what the platform pays of it, goes to the first of them.
    """
    selling = [bill for bill in bills if bill.taxed.lines]
    idle = [bill for bill in bills if not bill.taxed.lines]
    first = replace(
        selling[0],
        outside=(*selling[0].outside, *(charge for bill in idle for charge in bill.outside)),
        sponsored=(*selling[0].sponsored, *(payment for bill in idle for payment in bill.sponsored)),
    )
    return [first, *selling[1:]]


def _rounded(regime: Regime, case: Case, bills: Sequence[_Bill]) -> list[_Bill]:
    """The bills, the first of them with what was rounded: who pays cash pays an amount that there are coins for."""
    payments = case.payments or ()
    step = regime.cash_step if case.currency == regime.currency else 0
    if not step or all(payment.method != "cash" for payment in payments):
        return list(bills)
    rounding = sum(payment.amount.minor for payment in payments) - sum(bill.due for bill in bills)
    if 2 * abs(rounding) > step:
        return list(bills)
    return [replace(bills[0], rounding=rounding), *bills[1:]]


def _payments(case: Case, bills: Sequence[_Bill]) -> list[tuple[Payment, ...]]:
    """Each document's part of every payment, in proportion to what it asks; no minor unit is lost or made.

    Shares are differences of cumulative allocations, so each payment is split completely and each document is paid
    exactly. Raises :class:`TotalsError` when the payments are not what was charged.
    """
    dues = [bill.due for bill in bills]
    if case.payments is None:
        return [bill.sponsored for bill in bills]
    if sum(payment.amount.minor for payment in case.payments) != sum(dues):
        raise TotalsError(
            "payments: they do not equal what was charged; compare the systems that provide 'charges' "
            "and 'payments', mend one of them and resume",
            field="payments",
        )
    shared: list[list[Payment]] = [[] for _ in bills]
    paid, before = 0, [0] * len(bills)
    for payment in case.payments:
        paid += payment.amount.minor
        now = allocate(paid, dues)
        for share, earlier, until_now in zip(shared, before, now, strict=True):
            if until_now != earlier:
                part = Money(until_now - earlier, case.currency)
                share.append(replace(payment, amount=part))
        before = now
    return [(*share, *bill.sponsored) for share, bill in zip(shared, bills, strict=True)]


def _draft(regime: Regime, case: Case, bill: _Bill, payments: tuple[Payment, ...], supplied: date) -> Draft:
    trip, plan, taxed = case.trip, bill.plan, bill.taxed
    return Draft(
        key=DocumentKey(trip_id=trip.trip_id, contract=plan.contract, kind=plan.kind, revision=trip.revision),
        regime=regime.code,
        regime_version=regime.version,
        template=regime.template,
        locale=regime.language(trip),
        paper=regime.paper,
        time_zone=regime.zone(trip),
        country=regime.country,
        line_of_business=trip.line_of_business,
        currency=case.currency,
        supplier=plan.supplier,
        issuer=plan.issuer,
        issuer_mode=plan.issuer_mode,
        recipient=plan.recipient,
        series=plan.series,
        supply_date=supplied,
        journey=_journey(regime, case),
        lines=taxed.lines,
        tax_lines=taxed.tax_lines,
        totals=taxed.totals,
        outside=tuple(_outside(no, charge) for no, charge in enumerate(bill.outside, start=len(taxed.lines) + 1)),
        payments=payments,
        notes=plan.notes,
        account=case.account,
        business=case.business,
        einvoice=regime.einvoice,
        facts=plan.facts,
        consent=plan.consent,
        buyer_reference=case.recipient_profile.buyer_reference if case.recipient_profile else None,
        purchase_order=case.recipient_profile.purchase_order if case.recipient_profile else None,
        rounding=Money(bill.rounding, case.currency) if bill.rounding else None,
        national_tax=_national_tax(regime, case, taxed.totals.tax),
        ranges=plan.ranges,
        credit_ranges=plan.credit_ranges,
        invoicing=_invoicing(regime, case, bill),
        unverified=(*bill.rests_on, *plan.rules),
    )


def _invoicing(regime: Regime, case: Case, bill: _Bill) -> Invoicing:
    """As the customer wishes, where the law lets him: on request only where a trip may stay without an invoice.

    A month is invoiced in the country's currency, to a business account that its trips can be found by; what was
    rounded because it was paid in cash is invoiced by itself.
    """
    wish = case.recipient_profile.invoicing if case.recipient_profile else Invoicing.AUTOMATIC
    if wish is Invoicing.ON_REQUEST and regime.on_request_days:
        return wish
    found = case.business and case.account and case.currency == regime.currency
    if wish is Invoicing.MONTHLY and found and not bill.rounding:
        return wish
    return Invoicing.AUTOMATIC


def _national_tax(regime: Regime, case: Case, tax: Money) -> TaxInCurrency | None:
    rate = _rate_to(regime, case)
    if rate is None or case.currency == regime.currency:
        return None
    return TaxInCurrency(
        tax=converted(tax, Decimal(rate.rate), regime.currency),
        rate=Decimal(rate.rate),
        rate_date=rate.published,
        source=clean(rate.source),
    )


def _outside(no: int, charge: Charge) -> Line:
    """An amount that is no part of the supply, as a line without tax."""
    return Line(
        id=str(no),
        code=charge.code,
        description=charge.description,
        quantity=charge.quantity,
        unit=charge.unit,
        net=charge.amount,
        tax=Money.zero(charge.amount.currency),
        gross=charge.amount,
        tax_category=TaxCategory.OUTSIDE,
        tax_rate=Decimal(0),
    )


def _journey(regime: Regime, case: Case) -> Journey:
    """The trip as the customer knows it, on the clock he saw."""
    trip, zone = case.trip, regime.trip_zone(case.trip)
    return Journey(
        started_at=_on_the_clock(trip.started_at, zone),
        ended_at=_on_the_clock(trip.ended_at, zone),
        pickup=case.journey.pickup,
        dropoff=case.journey.dropoff,
        distance_m=trip.distance_m,
        vehicle=case.journey.vehicle,
    )


def _on_the_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clock showed, with its offset: between two times of one zone Python would count the hours of a clock."""
    local = moment.astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta(0)))
