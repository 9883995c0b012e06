"""How comparisons are kept: as canonical JSON, for 90 days."""

from datetime import timedelta

from tripinvoice import canonical
from tripinvoice.compare.comparison import Comparison

KEPT = timedelta(days=90)


def text_of(comparison: Comparison) -> str:
    """As it is kept."""
    return canonical.dump(comparison).decode()


def load(content: str) -> Comparison:
    """What :func:`text_of` made."""
    return canonical.load(content.encode(), Comparison)
