"""Brazil: municipal ISS on services, state ICMS on goods. Prices include them; no customer is told them line by line.

The legal originals are the municipality's or nation's NFS-e and the state's NFC-e; what is printed here is a receipt
(*recibo*). An app's driver, as a rule a *microempreendedor individual* (MEI), is the provider and documents the ride
himself.
"""

from collections.abc import Mapping

from tripinvoice.case import Case, Charge
from tripinvoice.invoice import Contract, Draft, Kind, TaxCategory
from tripinvoice.regimes.base import OUTSIDE, ContractPlan, Form, Regime, Rule, Treatment, unknown_class
from tripinvoice.regimes.checks import require_supplier_address, require_tax_id
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "BR"

_RULES: Mapping[str, Rule] = {
    "services": Rule(
        says="Services bear the municipality's ISS of 2 to 5 %, which is in the price and on the NFS-e",
        source="Lei Complementar 116/2003 art. 8, 8-A",
        verified=False,
    ),
    "goods": Rule(
        says="Goods bear the state's ICMS, or what the Simples Nacional takes in its place, which is on the NFC-e",
        source="Lei Complementar 87/1996; Lei Complementar 123/2006",
        verified=False,
    ),
    "provider": Rule(
        says="The driver is the provider of the ride and documents it; the platform is a provider of its own fee",
        source="https://propulsorcontabil.com.br; Lei 13.640/2018",
        verified=False,
    ),
    "tip": Rule(says="A voluntary tip is the driver's", source="Lei 13.419/2017", verified=False),
    "deposit": Rule(
        says="A deposit that is given back is no part of the price", source="Codigo Civil art. 1.431", verified=False
    ),
    "reform": Rule(
        says="CBS and IBS of the tax reform are tested on electronic documents from 2026 on; receipts do not show them",
        source="Lei Complementar 214/2025",
        verified=False,
    ),
    "courtesy_copy": Rule(
        says="The legal document is the NFS-e of a service and the NFC-e of goods, which this software does not make",
        source="Lei Complementar 214/2025 art. 62; Ajuste SINIEF 19/16",
        verified=False,
    ),
    "taxes_in_price": Rule(
        says="The customer is told that the taxes are in the price; how much, the electronic document says",
        source="Lei 12.741/2012",
        verified=False,
    ),
}

_SERVICE = Treatment(category=TaxCategory.OUTSIDE, note="taxes_in_price", rules=("services", "provider", "reform"))
_GOODS = Treatment(category=TaxCategory.OUTSIDE, note="taxes_in_price", rules=("goods", "reform"))
_OF_A_RIDE: Mapping[str, Treatment] = dict.fromkeys(
    ("transport", "toll", "surcharge", "government_fee", "wait", "cancellation"), _SERVICE
)
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "drink", "alcohol", "grocery"), _GOODS),
    "deposit": Treatment(category=TaxCategory.OUTSIDE, outside=True, rules=("deposit",)),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge", "cancellation"), _SERVICE),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """A receipt per contract."""
    return usual_plans(case, _CODE, kind=Kind.RECEIPT)


def treat(_case: Case, _plan: ContractPlan, charge: Charge) -> Treatment:
    """No tax is shown: which of the two is in the price decides what the electronic document is."""
    if charge.tax_class == "tip":
        return OUTSIDE
    table = _OF_A_RIDE if charge.contract is Contract.TRANSPORT else _OF_THE_REST
    if charge.tax_class not in table:
        raise unknown_class(_CODE, charge)
    return table[charge.tax_class]


def form(draft: Draft) -> Form:
    """A receipt, and a copy of what the authority has."""
    return Form(title=draft.key.kind.value, notes=("courtesy_copy",))


def check(draft: Draft) -> None:
    """Who provided it: address and CNPJ, or CPF of a person."""
    require_supplier_address(draft)
    require_tax_id(draft, "BR-CNPJ", "BR-CPF")


BRAZIL = Regime(
    country=_CODE,
    name="Brazil",
    version="2026.1",
    currency="BRL",
    time_zone="America/Sao_Paulo",
    time_zones={
        **dict.fromkeys(("BR-AM", "BR-RO", "BR-RR"), "America/Manaus"),
        **dict.fromkeys(("BR-MT", "BR-MS"), "America/Cuiaba"),
        "BR-AC": "America/Rio_Branco",
    },
    locale="pt_BR",
    languages=("en_US",),
    template="brazil",
    paper="A4",
    tax_name="ISS",
    rates={},
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR, Product.MOTO}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    form=form,
    check=check,
    notes=frozenset({"taxes_in_price", "courtesy_copy"}),
    legal_original="the NFS-e of the service, or the NFC-e of the goods",
)
