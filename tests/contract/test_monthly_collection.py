"""Every monthly collection: a trip is collected once, never changes, and is found by account, month and trip."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.stores import CollectionsOpener, document, object_ref
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import Contract
from tripinvoice.ports import CollectedDraft, MonthlyCollection


def collected(
    trip: str, account: str = "acme", month: str = "2026-11", contract: Contract = Contract.TRANSPORT
) -> CollectedDraft:
    """A trip's draft."""
    return CollectedDraft(
        document=document(trip, contract),
        account=account,
        month=month,
        draft=object_ref("a", "application/zstd"),
        sources=object_ref("b", "application/zstd"),
    )


def test_a_draft_is_found_by_account_and_by_trip(collection: MonthlyCollection) -> None:
    """As it was collected, in the order of the documents; other months and accounts are left out."""
    mine = [collected("a"), collected("b", contract=Contract.GOODS), collected("b")]
    collection.collect(mine)
    collection.collect([collected("c", account="other"), collected("d", month="2026-12")])
    assert list(collection.of_account("acme", "2026-11")) == sorted(mine, key=lambda one: str(one.document))
    assert [one.document.contract for one in collection.of_trip("b")] == [Contract.GOODS, Contract.TRANSPORT]
    assert list(collection.of_account("acme", "2026-12")) == [collected("d", month="2026-12")]


def test_accounts_of_a_month_come_in_order(collection: MonthlyCollection) -> None:
    """Each once, over all partitions of the store."""
    names = [f"account-{no:03}" for no in range(60)]
    for no, name in enumerate(reversed(names)):
        collection.collect([collected(f"t{no}", name), collected(f"u{no}", name)])
    assert list(collection.accounts("2026-11")) == names
    assert not collection.accounts("2026-10")


def test_the_same_again_is_no_change(collection: MonthlyCollection) -> None:
    """Alone or among new ones."""
    collection.collect([collected("a")])
    collection.collect([collected("a"), collected("b")])
    assert len(collection.of_account("acme", "2026-11")) == 2


@pytest.mark.parametrize(
    "other",
    [
        collected("a", month="2026-12"),
        collected("a", account="other"),
        replace(collected("a"), draft=object_ref("c", "application/zstd")),
    ],
    ids=["month", "account", "draft"],
)
def test_what_is_collected_never_changes(collection: MonthlyCollection, other: CollectedDraft) -> None:
    """Another month, account or content is refused, and nothing of it stays."""
    collection.collect([collected("a")])
    with pytest.raises(ConflictError, match="a/transport/invoice/1: collected before with other content"):
        collection.collect([other])
    assert list(collection.of_trip("a")) == [collected("a")]
    assert list(collection.accounts("2026-11")) == ["acme"]
    assert not collection.accounts("2026-12")


def test_what_is_not_there_is_not_found(collection: MonthlyCollection) -> None:
    """No error: an empty store is a fact."""
    collection.collect([])
    assert not [*collection.of_trip("a"), *collection.of_account("acme", "2026-11"), *collection.accounts("2026-11")]


def test_it_outlives_the_process(open_collection: CollectionsOpener, tmp_path: Path) -> None:
    """Opened again, it is there."""
    with open_collection(tmp_path) as store:
        store.collect([collected("a")])
    with open_collection(tmp_path) as store:
        assert list(store.of_trip("a")) == [collected("a")]
