"""Our own EN 16931 validator: every draft passes it before a number is taken, also where no XML is made of it."""

from tripinvoice.validate.rules import RULES, VAT_COUNTRIES, Rule, broken, check

__all__ = ["RULES", "VAT_COUNTRIES", "Rule", "broken", "check"]
