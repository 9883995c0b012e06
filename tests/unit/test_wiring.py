"""What the wiring reads itself: ignore rules of comparisons."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from tripinvoice.compare.ignoring import IgnoreRule
from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.rollout import Scope
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring

RULES = """
[[ignore]]
name = "vehicle-names"
path = "*.journey.vehicle"
scope = "DE/rides"
reason = "the candidate writes the maker's name out"
owner = "invoicing-team"
expires = 2027-03-31
"""


def rules_of(address: str) -> Iterable[IgnoreRule]:
    return Wiring(Settings(compare_ignores=address, _env_file=None)).ignore_rules


def test_without_a_file_nothing_is_ignored() -> None:
    """The default."""
    assert not rules_of("")


def test_ignore_rules_are_read_from_their_file(tmp_path: Path) -> None:
    """As it says, also when its name has a space."""
    file = tmp_path / "our ignores.toml"
    file.write_text(RULES)
    (rule,) = rules_of(file.as_uri())
    assert rule == IgnoreRule(
        name="vehicle-names",
        path="*.journey.vehicle",
        scope=Scope(country="DE", line_of_business="rides"),
        tolerance_minor=None,
        reason="the candidate writes the maker's name out",
        owner="invoicing-team",
        expires=date(2027, 3, 31),
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (RULES.replace("owner", "boss"), "ignore.0.owner: Field required"),
        ("[[ignore", "no TOML"),
        (RULES + RULES, "two have one name"),
        (b"\xff", "cannot read the file"),
        (None, "cannot read the file"),
    ],
    ids=["field", "syntax", "twice", "encoding", "missing"],
)
def test_a_file_that_is_wrong_is_named_by_its_variable(tmp_path: Path, content: str | bytes | None, says: str) -> None:
    """And what is wrong with it is said; the process does not start."""
    file = tmp_path / "ignores.toml"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError, match=f"^TRIPINVOICE_COMPARE_IGNORES: .*{says}") as raised:
        rules_of(file.as_uri())
    assert raised.value.field == "TRIPINVOICE_COMPARE_IGNORES"


@pytest.mark.parametrize("address", ["ignores.toml", "/etc/ignores.toml", "s3://bucket/ignores.toml"])
def test_only_a_file_is_taken(address: str) -> None:
    """With its scheme, as everywhere."""
    with pytest.raises(ConfigurationError, match="TRIPINVOICE_COMPARE_IGNORES: takes file:///"):
        rules_of(address)
