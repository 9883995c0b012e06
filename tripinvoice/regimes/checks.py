"""What laws ask of a finished draft, to be called by a regime's own check. Each failure parks with what to mend."""

from tripinvoice.errors import InvalidAnswerError, MissingAnswerError
from tripinvoice.invoice import Draft


def require_supplier_address(draft: Draft) -> None:
    """Raise :class:`InvalidAnswerError` unless the supplier's address is complete."""
    if not draft.supplier.has_address:
        raise InvalidAnswerError(
            f"{draft.key.contract}: supplier.address: the invoice needs the supplier's street, city and "
            "country; complete it in the system that provides the party, then resume",
            field="supplier.address",
        )


def require_tax_id(draft: Draft, *schemes: str) -> None:
    """Raise :class:`InvalidAnswerError` unless the supplier has an identification of one of the schemes."""
    if draft.supplier.tax_id(*schemes) is None:
        raise InvalidAnswerError(
            f"{draft.key.contract}: supplier.tax_ids: the invoice needs one of the schemes "
            f"{', '.join(schemes)}; add it to the supplier's tax profile, then resume",
            field="supplier.tax_ids",
        )


def require_recipient(draft: Draft) -> None:
    """Raise unless the recipient is known with his address, as a full invoice needs it."""
    if draft.recipient is None:
        raise MissingAnswerError(
            f"{draft.key.contract}: recipient: an invoice of this amount names its recipient; add the "
            "rider or the business account, then resume",
            field="recipient",
        )
    if not draft.recipient.has_address:
        raise InvalidAnswerError(
            f"{draft.key.contract}: recipient.address: an invoice of this amount needs the recipient's "
            "street, city and country; complete it in the system that provides the party, then resume",
            field="recipient.address",
        )


def require_recipient_tax_id(draft: Draft, *schemes: str) -> None:
    """Raise :class:`InvalidAnswerError` unless the recipient has an identification of one of the schemes."""
    if draft.recipient is None or draft.recipient.tax_id(*schemes) is None:
        raise InvalidAnswerError(
            f"{draft.key.contract}: recipient.tax_ids: the invoice needs one of the schemes "
            f"{', '.join(schemes)}; add it to the recipient's tax profile, then resume",
            field="recipient.tax_ids",
        )
