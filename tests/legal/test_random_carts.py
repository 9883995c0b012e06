"""Ten thousand random trips over all regimes: every document adds up and breaks no rule, and a sample is judged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import invoice
from tests.judges.fixtures import Judged, Schematron
from tests.legal.carts import cart, documents
from tripinvoice.einvoice import cii, obstacle, ubl
from tripinvoice.invoice import Draft
from tripinvoice.regimes import REGIMES, regime_named
from tripinvoice.validate import broken

pytestmark = [pytest.mark.xdist_group("carts"), pytest.mark.timeout(300)]

CARTS = 10_000
JUDGED = 250


@pytest.fixture(scope="module")
def drafts() -> Sequence[Sequence[Draft]]:
    """By seed: what fails is found again by its number. Half a minute."""
    return [documents(cart(Random(seed))) for seed in range(CARTS)]  # noqa: S311 - no secrets are made here


def test_every_document_breaks_no_rule(drafts: Sequence[Sequence[Draft]], judged: Judged) -> None:
    """Of every regime, and hardly any trip is without documents."""
    problems = {
        f"seed {seed}, {draft.key.contract}": names
        for seed, made in enumerate(drafts)
        for draft in made
        if (names := list(broken(draft, regime_named(draft.regime))))
    }
    assert problems == {}
    counts = Counter(draft.regime for made in drafts for draft in made)
    judged(f"{CARTS} random trips, documents: {', '.join(f'{code} {n}' for code, n in sorted(counts.items()))}")
    assert counts.keys() == {regime.code for regime in REGIMES}
    assert sum(map(bool, drafts)) > 0.95 * CARTS


def test_a_sample_keeps_the_published_rules(
    drafts: Sequence[Sequence[Draft]], schematron: Schematron, judged: Judged
) -> None:
    """EN 16931 in both syntaxes, of documents that can be one."""
    issued = [invoice(draft) for made in drafts[:: CARTS // JUDGED] for draft in made]
    sample = [one for one in issued if obstacle(one) is None]
    written = [(str(one.draft.key), *form) for one in sample for form in (("cii", cii(one)), ("ubl", ubl(one)))]
    problems = {
        (name, rules): found for name, rules, xml in written if xml is not None and (found := schematron(xml, rules))
    }
    judged(f"EN 16931 of random trips: {len(written) - len(problems)}/{len(written)}")
    assert problems == {}
    assert len(written) >= JUDGED


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.randoms(use_true_random=False))
def test_what_fails_is_made_small(random: Random) -> None:
    """The same trips, drawn by hypothesis."""
    for draft in documents(cart(random)):
        assert list(broken(draft, regime_named(draft.regime))) == []
        spoilt = replace(draft, totals=replace(draft.totals, gross=draft.totals.gross + draft.totals.gross))
        assert not draft.totals.gross or "BR-CO-15" in set(broken(spoilt, regime_named(draft.regime)))
