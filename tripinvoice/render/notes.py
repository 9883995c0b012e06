"""The texts that the law wants a document to bear, on paper and in XML alike."""

from markupsafe import Markup

from tripinvoice.invoice import Draft, IssuerMode
from tripinvoice.render.wording import Wording

# The note that a document bears whose issuer is not simply its supplier.
_WRITTEN_BY = {
    IssuerMode.ON_BEHALF: "issued_on_behalf",
    IssuerMode.SELF_BILLED: "self_billing",
    IssuerMode.DEEMED_SUPPLIER: "deemed_supplier",
}


def legal_notes(draft: Draft, words: Wording) -> dict[str, Markup]:
    """Each once, by its catalog key: why there is no tax, what the regime adds, who wrote it."""
    keys = [*(line.note for line in draft.tax_lines if line.note), *draft.notes]
    if written_by := _WRITTEN_BY.get(draft.issuer_mode):
        keys.append(written_by)
    recipient = draft.recipient.name if draft.recipient else ""
    places = {"issuer": draft.issuer.name, "supplier": draft.supplier.name, "recipient": recipient}
    return {key: words.note(key, **places) for key in keys}
