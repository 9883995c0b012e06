"""India: goods and services tax (GST) under the CGST, SGST, UTGST and IGST Acts, 2017. Prices include the tax.

The operator of an app owes the tax on rides, restaurant meals and local deliveries that go through it, as if it were
the supplier (s. 9(5) CGST Act), and writes the tax invoice in its own name. Within a state the tax is half central
(CGST) and half the state's (SGST, UTGST); between states it is integrated (IGST). What decides is the state that the
supplier is registered in, the first two digits of his GSTIN, and the place of supply.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Fact, IssuerMode, Kind, Party, TaxCategory
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Form,
    Rate,
    Regime,
    Rule,
    Treatment,
    unknown_class,
)
from tripinvoice.regimes.checks import require_recipient, require_supplier_address, require_tax_id
from tripinvoice.regimes.suppliers import Supply, plan_of
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "IN"
_GSTIN = "IN-GSTIN"
_FSSAI = "IN-FSSAI"
_PIN = re.compile(r"[1-9][0-9]{2} ?[0-9]{3}")
_FIRST_MONTH = 4  # of the financial year
_NOTIFIED = "CGST Act s. 9(5); Notification 17/2017-Central Tax (Rate)"
_RATES_OF_SERVICES = "Notification 11/2017-Central Tax (Rate)"

# The states' codes in a GSTIN: name, and ISO 3166-2 without the country, the code of before 2023 behind today's.
_STATES: Mapping[str, tuple[str, str]] = {
    "01": ("Jammu and Kashmir", "JK"),
    "02": ("Himachal Pradesh", "HP"),
    "03": ("Punjab", "PB"),
    "04": ("Chandigarh", "CH"),
    "05": ("Uttarakhand", "UK UT"),
    "06": ("Haryana", "HR"),
    "07": ("Delhi", "DL"),
    "08": ("Rajasthan", "RJ"),
    "09": ("Uttar Pradesh", "UP"),
    "10": ("Bihar", "BR"),
    "11": ("Sikkim", "SK"),
    "12": ("Arunachal Pradesh", "AR"),
    "13": ("Nagaland", "NL"),
    "14": ("Manipur", "MN"),
    "15": ("Mizoram", "MZ"),
    "16": ("Tripura", "TR"),
    "17": ("Meghalaya", "ML"),
    "18": ("Assam", "AS"),
    "19": ("West Bengal", "WB"),
    "20": ("Jharkhand", "JH"),
    "21": ("Odisha", "OD OR"),
    "22": ("Chhattisgarh", "CG CT"),
    "23": ("Madhya Pradesh", "MP"),
    "24": ("Gujarat", "GJ"),
    "26": ("Dadra and Nagar Haveli and Daman and Diu", "DH"),
    "27": ("Maharashtra", "MH"),
    "29": ("Karnataka", "KA"),
    "30": ("Goa", "GA"),
    "31": ("Lakshadweep", "LD"),
    "32": ("Kerala", "KL"),
    "33": ("Tamil Nadu", "TN"),
    "34": ("Puducherry", "PY"),
    "35": ("Andaman and Nicobar Islands", "AN"),
    "36": ("Telangana", "TS TG"),
    "37": ("Andhra Pradesh", "AP"),
    "38": ("Ladakh", "LA"),
}
# Union territories without a legislature: their half is UTGST. The others have a State GST Act as the states do.
_UNION_TERRITORIES = frozenset({"04", "26", "31", "35", "38"})
_GST_CODES: Mapping[str, str] = {f"IN-{iso}": code for code, (_, known) in _STATES.items() for iso in known.split()}

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "ride": (Rate(since=date(2017, 7, 1), percent=Decimal(5), source=f"{_NOTIFIED}; {_RATES_OF_SERVICES} entry 8"),),
    "restaurant": (Rate(since=date(2022, 1, 1), percent=Decimal(5), source="Notification 17/2021-Central Tax (Rate)"),),
    "specified_premises": (
        Rate(since=date(2022, 1, 1), percent=Decimal(18), source=f"{_RATES_OF_SERVICES} entry 7", verified=False),
    ),
    "local_delivery": (
        Rate(
            since=date(2025, 9, 22),
            percent=Decimal(18),
            source="Notification 17/2025-Central Tax (Rate); Notification 15/2025-Central Tax (Rate)",
            verified=False,
        ),
    ),
    "services": (Rate(since=date(2017, 7, 1), percent=Decimal(18), source=_RATES_OF_SERVICES, verified=False),),
}

_RULES: Mapping[str, Rule] = {
    "deemed_supplier": Rule(
        says="The operator owes the tax on rides, meals of restaurants and local deliveries that go through it, and "
        "invoices them in its own name, whoever drove or cooked",
        source=_NOTIFIED,
    ),
    "halves": Rule(
        says="Within a state half is CGST and half SGST (UTGST in union territories without a legislature), equal to "
        "the paisa; between states all is IGST",
        source="CGST Act s. 9(1); IGST Act s. 5, 7, 8; UTGST Act s. 7",
    ),
    "place_of_ride": Rule(
        says="A ride is supplied where the passenger boards; to a registered person, where he is registered",
        source="IGST Act s. 12(9)",
    ),
    "place_of_meal": Rule(says="A restaurant's meal is supplied where the restaurant is", source="IGST Act s. 12(4)"),
    "place_of_delivery": Rule(
        says="Carrying goods is supplied where they are handed over; to a registered person, where he is registered",
        source="IGST Act s. 12(8)",
    ),
    "place_of_fee": Rule(
        says="Any other service is supplied where its recipient has his address on record, or is registered",
        source="IGST Act s. 12(2); CGST Rules r. 46 proviso",
    ),
    "of_the_ride": Rule(
        says="Tolls, waiting, airport and other charges of a ride are part of its value",
        source="CGST Act s. 15(2)",
        verified=False,
    ),
    "cancellation": Rule(
        says="A cancellation fee is taxed as what was cancelled", source="CBIC Circular 178/10/2022-GST", verified=False
    ),
    "packaging": Rule(
        says="A restaurant's charge for packing or delivery is part of the meal",
        source="CGST Act s. 8(a)",
        verified=False,
    ),
    "hotel_restaurant": Rule(
        says="A restaurant at specified premises (a hotel's, trait specified_premises) supplies itself, at 18 %",
        source="Notification 17/2021-Central Tax (Rate)",
        verified=False,
    ),
    "courier": Rule(
        says="A courier who must be registered supplies the delivery himself; for any other the operator owes the tax",
        source="Notification 17/2025-Central Tax (Rate)",
        verified=False,
    ),
    "shop": Rule(
        says="Goods of a shop (trait shop) are its own supply at the rate of their HSN code, which is not known here: "
        "only shops that charge no tax are invoiced",
        source="CGST Act s. 9(1); Notifications 34/2023 and 36/2023-Central Tax",
        verified=False,
    ),
    "composition": Rule(
        says="Who pays the composition levy issues a Bill of Supply, with the words of rule 5(1)(f) at its top",
        source="CGST Act s. 10, 31(3)(c); CGST Rules r. 5(1)(f), 49",
    ),
    "not_registered": Rule(says="A shop below the threshold charges no tax", source="CGST Act s. 22", verified=False),
    "number": Rule(
        says="At most 16 characters of A-Z, 0-9, - and /, consecutive and unique in a financial year, April to March",
        source="CGST Rules r. 46(b)",
    ),
    "recipient": Rule(
        says="A service through an operator: name, address, PIN code and state of an unregistered recipient, whatever "
        "its value; of a registered one name, address and GSTIN",
        source="CGST Rules r. 46(d) and proviso; Notification 26/2022-Central Tax",
    ),
    "classification": Rule(
        says="The code of the service (SAC) of each line, six digits",
        source="CGST Rules r. 46(g); Notification 78/2020-Central Tax; annexure to Notification 11/2017",
        verified=False,
    ),
    "no_reverse_charge": Rule(says="Whether the tax is payable on reverse charge basis", source="CGST Rules r. 46(p)"),
    "electronic": Rule(
        says="An electronic invoice or bill of supply needs no signature",
        source="CGST Rules r. 46 and 49, provisos; Notification 74/2018-Central Tax",
    ),
    "no_irn": Rule(
        says="Above the notified turnover an invoice to a registered person is one only with an Invoice Reference "
        "Number of the portal; carriers of passengers are excepted",
        source="CGST Rules r. 48(4), (5); Notification 13/2020-Central Tax",
        verified=False,
    ),
    "dynamic_qr": Rule(
        says="No dynamic QR code on an invoice that shows how it was paid",
        source="CBIC Circular 156/2021",
        verified=False,
    ),
    "credit_note": Rule(
        says="A credit note names the invoice and date it refers to, and is numbered as invoices are",
        source="CGST Act s. 34; CGST Rules r. 53(1A)",
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="CGST Act s. 2(31)", verified=False),
    "cash": Rule(says="Who pays cash pays whole rupees", source="Coinage Act, 2011 s. 6", verified=False),
}


@dataclass(frozen=True, kw_only=True)
class _Service:
    """What was supplied: the name of its rate, its Services Accounting Code, the rules it rests upon."""

    rate: str
    sac: str
    rules: tuple[str, ...] = ()


_RIDE = _Service(rate="ride", sac="996412", rules=("place_of_ride",))
_PART_OF_RIDE = replace(_RIDE, rules=(*_RIDE.rules, "of_the_ride"))
_MEAL = _Service(rate="restaurant", sac="996331", rules=("place_of_meal",))
_PACKAGING = replace(_MEAL, rules=(*_MEAL.rules, "packaging"))
_LOCAL_DELIVERY = _Service(rate="local_delivery", sac="996813", rules=("place_of_delivery",))
_FEE = _Service(rate="services", sac="998599", rules=("place_of_fee",))
_MOTO_SAC = "996411"

_SERVICES: Mapping[Contract, Mapping[str, _Service]] = {
    Contract.TRANSPORT: {
        "transport": _RIDE,
        "toll": _PART_OF_RIDE,
        "surcharge": _PART_OF_RIDE,
        "government_fee": _PART_OF_RIDE,
        "wait": _PART_OF_RIDE,
        "cancellation": replace(_RIDE, rules=(*_RIDE.rules, "cancellation")),
    },
    Contract.GOODS: {
        "food_hot": _MEAL,
        "food_cold": _MEAL,
        "drink": _MEAL,
        "surcharge": _PACKAGING,
        "delivery": _PACKAGING,
        "cancellation": replace(_MEAL, rules=(*_MEAL.rules, "cancellation")),
    },
    Contract.DELIVERY: {
        "delivery": _LOCAL_DELIVERY,
        "surcharge": _LOCAL_DELIVERY,
        "wait": _LOCAL_DELIVERY,
        "cancellation": replace(_LOCAL_DELIVERY, rules=(*_LOCAL_DELIVERY.rules, "cancellation")),
    },
    Contract.PLATFORM_FEE: {"platform_fee": _FEE, "surcharge": _FEE},
}
_OF_A_SHOP = frozenset({"grocery", "food_cold", "drink", "surcharge"})
_BILL_OF_SUPPLY = Treatment(category=TaxCategory.OUTSIDE, rules=("shop", "composition"))
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_registered", rules=("shop",))


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract; the operator's are in the series of his registration in the state."""
    case.ref(Provides.PLATFORM)  # tells his registrations apart: each state's has numbers of its own
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    supply = _supply(case, contract)
    made = plan_of(case, supply)
    if not supply.taxable:
        return made
    place = _place_of_supply(case, contract)
    deemed = made.issuer_mode is IssuerMode.DEEMED_SUPPLIER
    return replace(
        made,
        facts=(
            Fact(label="place_of_supply", value=f"{place}-{_STATES[place][0]}"),
            *(_provided_by(case, contract) if deemed else ()),
        ),
        rules=("halves", "classification", *(("deemed_supplier",) if deemed else ())),
    )


def _supply(case: Case, contract: Contract) -> Supply:
    """The operator by force of law, unless the law says that the other supplies himself."""
    deemed = Supply(
        contract=contract,
        regime=_CODE,
        kind=Kind.INVOICE,
        role=Provides.PLATFORM,
        capacity=IssuerMode.DEEMED_SUPPLIER,
    )
    if contract is Contract.PLATFORM_FEE:
        return replace(deemed, capacity=IssuerMode.OWN)
    if contract is Contract.GOODS:
        profile = case.tax_profile(Provides.MERCHANT_TAX)
        if "shop" in profile.traits:
            taxed = profile.vat_registered and not profile.small_business
            return replace(deemed, role=Provides.MERCHANT, profile=profile, taxable=taxed)
        himself = "specified_premises" in profile.traits
        return replace(deemed, role=Provides.MERCHANT, profile=profile) if himself else deemed
    if contract is Contract.DELIVERY:
        standing = case.tax_profiles.get(Provides.COURIER_TAX)
        if standing is None:
            return replace(deemed, capacity=IssuerMode.OWN)
        return replace(deemed, role=Provides.COURIER, profile=standing) if standing.vat_registered else deemed
    return deemed


def _provided_by(case: Case, contract: Contract) -> tuple[Fact, ...]:
    """Who drove, cooked or carried, as far as anybody says so; a restaurant with its food licence."""
    roles = {
        Contract.TRANSPORT: (Provides.DRIVER, Provides.FLEET),
        Contract.GOODS: (Provides.MERCHANT,),
        Contract.DELIVERY: (Provides.COURIER,),
    }
    provider = next((case.parties[role] for role in roles[contract] if role in case.parties), None)
    if provider is None:
        return ()
    licence = provider.tax_id(_FSSAI)
    named = Fact(label="provided_by", value=provider.name)
    return (named, Fact(label="food_licence", value=licence)) if licence else (named,)


def _place_of_supply(case: Case, contract: Contract) -> str:
    """The code of the state where the law says that the contract is supplied (IGST Act s. 12)."""
    registered = case.recipient.tax_id(_GSTIN) if case.recipient else None
    if registered and contract is not Contract.GOODS:
        return _state_of(registered, "recipient.tax_ids")
    if contract is Contract.PLATFORM_FEE:
        return _state_at(case.recipient.subdivision if case.recipient else None, "recipient.subdivision")
    code = _GST_CODES.get(case.trip.pickup.subdivision or "")
    if code is None:
        raise InvalidTripError(
            "trip.pickup.subdivision: missing or no state of India; the tax depends on it, send a code such as IN-KA",
            field="trip.pickup.subdivision",
        )
    return code


def _state_at(subdivision: str | None, field: str) -> str:
    code = _GST_CODES.get(subdivision or "")
    if code is None:
        raise InvalidAnswerError(
            f"{field}: missing or no state of India; the law wants it on the invoice of a service ordered from an "
            "operator: complete the address with a code such as IN-KA, then resume",
            field=field,
        )
    return code


def _state_of(gstin: str, field: str) -> str:
    """The state of a registration. Raises :class:`InvalidAnswerError` unless it begins with a state's code."""
    code = gstin.strip()[:2]
    if code not in _STATES:
        raise InvalidAnswerError(
            f"{field}: the scheme {_GSTIN} holds a number that does not begin with the code of a state; mend it in "
            "the system that provides the party, then resume",
            field=field,
        )
    return code


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge, in its halves or whole; a voluntary tip is no consideration."""
    if charge.tax_class == "tip":
        return OUTSIDE
    if not plan.taxable:
        return _of_a_shop(case, charge)
    service = _SERVICES[charge.contract].get(charge.tax_class)
    if service is None or _sells_goods(case, charge.contract):
        raise unknown_class(_CODE, charge)
    on_a_moto = service.rate == "ride" and case.trip.product is Product.MOTO
    return Treatment(
        category=TaxCategory.STANDARD,
        rate=_rate(plan, service),
        parts=_parts(case, plan),
        classification=_MOTO_SAC if on_a_moto else service.sac,
        rules=(*service.rules, *_himself(case, plan)),
    )


def _of_a_shop(case: Case, charge: Charge) -> Treatment:
    if charge.tax_class not in _OF_A_SHOP:
        raise unknown_class(_CODE, charge)
    return _BILL_OF_SUPPLY if case.tax_profile(Provides.MERCHANT_TAX).vat_registered else _NOT_REGISTERED


def _sells_goods(case: Case, contract: Contract) -> bool:
    """Whether it is a shop that charges tax: its rates depend on HSN codes that no charge tells."""
    return contract is Contract.GOODS and "shop" in case.tax_profile(Provides.MERCHANT_TAX).traits


def _rate(plan: ContractPlan, service: _Service) -> str:
    """A restaurant that supplies itself is one at specified premises; a delivery of the operator's own is a service."""
    deemed = plan.issuer_mode is IssuerMode.DEEMED_SUPPLIER
    if service.rate == "restaurant" and not deemed:
        return "specified_premises"
    return "services" if service.rate == "local_delivery" and not deemed else service.rate


def _himself(case: Case, plan: ContractPlan) -> tuple[str, ...]:
    """The rule that says whether the operator or the other supplies, where there is a choice."""
    if plan.contract is Contract.DELIVERY and Provides.COURIER_TAX in case.tax_profiles:
        return ("courier",)
    deemed = plan.issuer_mode is IssuerMode.DEEMED_SUPPLIER
    return ("hotel_restaurant",) if plan.contract is Contract.GOODS and not deemed else ()


def _parts(case: Case, plan: ContractPlan) -> tuple[str, ...]:
    """Central and state tax in equal halves where supplier and supply are in one state, else the integrated tax."""
    place, registration = _place_of_supply(case, plan.contract), plan.supplier.tax_id(_GSTIN)
    if registration is None:
        raise InvalidAnswerError(
            f"{plan.contract}: supplier.tax_ids: the invoice needs one of the schemes {_GSTIN}; add it to the "
            "supplier's tax profile, then resume",
            field="supplier.tax_ids",
        )
    within = ("CGST", "UTGST" if place in _UNION_TERRITORIES else "SGST")
    return within if _state_of(registration, "supplier.tax_ids") == place else ("IGST",)


def form(draft: Draft) -> Form:
    """A tax invoice, a bill of supply where the composition levy is paid, or just an invoice of who is not registered.

    It says whether reverse charge applies, and why it bears no signature; to a registered person also that it bears no
    number of the portal, which carriers of passengers do not need.
    """
    kind = draft.key.kind.value
    if _taxed(draft):
        to_business = draft.recipient is not None and draft.recipient.tax_id(_GSTIN) is not None
        of_portal = ("no_irn",) if to_business and draft.key.contract is not Contract.TRANSPORT else ()
        return Form(title=kind, notes=("no_reverse_charge", *of_portal, "electronic"))
    if draft.key.kind is Kind.CREDIT_NOTE:
        return Form(title=kind, notes=("electronic",))
    if any(line.note == "not_registered" for line in draft.tax_lines):
        return Form(title="invoice_untaxed")
    return Form(title="bill_of_supply", notes=("electronic",))


def _taxed(draft: Draft) -> bool:
    return any(line.tax_category is TaxCategory.STANDARD for line in draft.tax_lines)


def check(draft: Draft) -> None:
    """What rules 46, 49 and 53 of the CGST Rules ask of supplier and recipient, who must not write it himself."""
    if draft.issuer_mode is IssuerMode.SELF_BILLED:
        raise UnsupportedTripError(
            f"{draft.key.contract}: self_billing_consent: in India no customer writes the supplier's invoices; take "
            "the consent out of his tax profile, then resume",
            field="self_billing_consent",
        )
    require_supplier_address(draft)
    if any(line.note == "not_registered" for line in draft.tax_lines):
        return
    require_tax_id(draft, _GSTIN)
    if _taxed(draft):
        require_recipient(draft)
        _check_recipient(draft.recipient)


def _check_recipient(recipient: Party | None) -> None:
    """PIN code and state of who is not registered (rule 46, proviso for services through an operator)."""
    if recipient is None or recipient.tax_id(_GSTIN):
        return
    if not _PIN.fullmatch(recipient.postcode or ""):
        raise InvalidAnswerError(
            "recipient.postcode: missing or no PIN code of six digits; the law wants it on the invoice of a service "
            "ordered from an operator: complete the address, then resume",
            field="recipient.postcode",
        )
    _state_at(recipient.subdivision, "recipient.subdivision")


def financial_year(day: date) -> str:
    """From April to March: ``2026-27`` (General Clauses Act, 1897 s. 3(21))."""
    begins = day.year if day.month >= _FIRST_MONTH else day.year - 1
    return f"{begins}-{(begins + 1) % 100:02d}"


def number(draft: Draft, taken: NumberTaken) -> str:
    """``26OPI-000000042``: year in which the financial year began, who supplies, I or C for a credit note, count.

    Fifteen characters, sixteen from a thousand million documents on: as many as rule 46(b) allows.
    """
    kind = "C" if draft.key.kind is Kind.CREDIT_NOTE else "I"
    return f"{taken.period[2:4]}{draft.series.split('-')[1]}{kind}-{taken.no:09d}"


INDIA = Regime(
    country=_CODE,
    name="India",
    version="2026.1",
    currency="INR",
    time_zone="Asia/Kolkata",
    locale="en_IN",
    languages=("hi_IN",),
    template="india",
    paper="A4",
    tax_name="GST",
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR, Product.MOTO}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    form=form,
    check=check,
    period=financial_year,
    number=number,
    cash_step=100,
    notes=frozenset({"not_registered", "composition", "no_reverse_charge", "electronic", "no_irn"}),
)
