"""What the people of one country are made of."""

from dataclasses import dataclass
from typing import Any

from tripinvoice.answers import Provides

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody who takes part in one country's trips: what the trip record and each system answers.

    ``subdivision`` is where their trips begin, in countries whose law asks for it.
    """

    currency: str
    subdivision: str | None = None
    municipality: str
    record: Body
    parties: dict[Provides, Body]


def party(name: str, street: str, postcode: str, city: str, country: str, **more: Any) -> Body:
    """A person or company with a complete address."""
    return {
        "name": name,
        "address": [street],
        "postcode": postcode,
        "city": city,
        "country": country,
        **more,
    }


def tax_id(scheme: str, value: str) -> Body:
    """An identification."""
    return {"scheme": scheme, "value": value}
