"""Personal texts, as a candidate may write them where they do not belong."""

from typing import Any

from hypothesis import strategies as st

EXAMPLES: tuple[Any, ...] = (
    "Anna Schmidt",
    "ANNA SCHMIDT",
    "Anna",
    "Müller",
    "anna schmidt",
    "anna.schmidt@example.com",
    "+491701234567",
    "491701234567",
    "0170 1234567",
    "(030) 901820",
    491701234567,
    14155550123,
    "Friedrichstraße 12",
    "Friedrichstrasse-12, 10117 Berlin",
    "10.5.1990",
    "B-AB 1234",
    "DE02120300000000202051",
    "4242424242424242",
    4242424242424242,
    "27ZZZCF0001A1ZZ",
    "GZFC800101AB1",
    "52.520008,13.404954",
    "anna_19900510",
    "東京都千代田区",
    "Europe/Anna Schmidt",
    "VATEX-Anna",
    "2026-11-02 Anna",
)
"""Of every kind: names, addresses, numbers of people, telephones and cards, and some that begin as what is told."""

texts = st.sampled_from(EXAMPLES) | st.text(max_size=30).map(lambda text: f"{text}‡{text}")
"""Those, and anything else with a mark in it that no text of ours has."""


def holds(document: Any, text: Any) -> bool:
    """Whether it is anywhere in a JSON document, as a name or in a value."""
    match document:
        case dict():
            return any(holds(name, text) or holds(inner, text) for name, inner in document.items())
        case list():
            return any(holds(inner, text) for inner in document)
        case _:
            return str(text) in str(document)
