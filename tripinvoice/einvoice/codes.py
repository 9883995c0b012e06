"""Codes of EN 16931 for what our documents say in words of their own."""

from collections.abc import Mapping

from tripinvoice.invoice import IssuerMode, Kind

TYPES: Mapping[tuple[Kind, bool], str] = {
    (Kind.INVOICE, False): "380",
    (Kind.INVOICE, True): "389",
    (Kind.CREDIT_NOTE, False): "381",
    (Kind.CREDIT_NOTE, True): "261",
}
"""UNTDID 1001, by kind and whether the recipient writes it himself."""


def type_code(kind: Kind, mode: IssuerMode) -> str:
    """What the document is (BT-3)."""
    return TYPES[kind, mode is IssuerMode.SELF_BILLED]


UNITS = frozenset({"C62", "H87", "KMT", "SMI", "MTR", "MIN", "HUR", "DAY", "KGM", "GRM", "LTR", "MLT", "CLT", "XBX"})
"""Units of UN/ECE Recommendation 20 and 21 that we know to be right; a quantity in another is written as one piece."""

CARDS: Mapping[str, str] = {"card": "48", "credit_card": "54", "debit_card": "55"}
"""UNTDID 4461, of a payment by a card whose last digits are known (BT-87)."""
MEANS: Mapping[str, str] = {
    "cash": "10",
    "wallet": "68",
    "paypal": "68",
    "apple_pay": "68",
    "google_pay": "68",
    **dict.fromkeys(CARDS, "68"),
}
"""UNTDID 4461, by method of payment. Transfers and debits would have to name an account, which we do not know."""
ON_ACCOUNT = "invoice"
"""The method of payment of what is still to be paid."""
OTHER_MEANS = "1"
"""Instrument not defined: its name is in words (BT-82)."""

REGISTERS: Mapping[str, str | None] = {
    "FR-SIREN": "0002",
    "SE-ORGNR": "0007",
    "NL-KVK": "0106",
    "AT-FN": None,
    "BG-EIK": None,
    "DE-HRA": None,
    "DE-HRB": None,
    "GB-CRN": None,
}
"""Schemes of companies' registers (BT-30), with their code in ISO 6523 where they have one."""
ESTABLISHMENTS: Mapping[str, str | None] = {"FR-SIRET": "0009"}
"""Schemes of their establishments (BT-29)."""
TAX_OFFICES = frozenset({"DE-STNR", "ES-NIF", "GR-AFM", "IT-CF", "PL-NIP", "PT-NIF"})
"""Schemes of tax numbers that are no VAT number (BT-32)."""
TAXED_BY_REGISTER = frozenset({"BG-EIK", "FR-SIREN", "FR-SIRET", "SE-ORGNR"})
"""Where the tax office knows a company by its number in the register (OECD, tax identification numbers)."""

SUBJECTS: Mapping[str, str] = {"recovery_costs": "PMT", "late_penalty": "PMD", "no_discount": "AAB"}
"""UNTDID 4451, by the catalog key of a note: what French documents for businesses must be able to find (BT-21)."""
REASON = "ACD"
"""UNTDID 4451: why a document was made."""
