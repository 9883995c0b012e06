"""How stores write times: as text whose order is the order of the times."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """RFC 3339 in UTC, always six decimals, so that the order of texts is the order of times."""
    if moment.tzinfo is None:
        msg = "a time in a store needs its zone"
        raise ValueError(msg)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_moment(text: str) -> datetime:
    """The time that :func:`to_text` wrote."""
    return datetime.fromisoformat(text)
