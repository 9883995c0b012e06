"""docs/settings.md, docs/cli.md and .env.example say what the code says."""

import pytest

from starter.cli.examples import EXAMPLES
from tests.cli.commands import commands
from tests.docs import reference
from tripinvoice.settings import PREFIX, Settings


@pytest.mark.parametrize("name", list(reference.PAGES))
def test_the_page_is_up_to_date(name: str) -> None:
    """``python -m tests.docs.reference`` writes it anew."""
    page = (reference.ROOT / name).read_text("utf-8")
    assert page == reference.with_reference(page, reference.PAGES[name]())


def test_the_example_file_has_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its default, commented out; uncommented, they are read as the defaults."""
    text = (reference.ROOT / ".env.example").read_text("utf-8")
    assert text == reference.env_example()
    for line in text.splitlines():
        if line.startswith(f"#{PREFIX}"):
            variable, _, value = line[1:].partition("=")
            monkeypatch.setenv(variable, value)
    assert Settings(_env_file=None) == Settings.model_construct(data=Settings(_env_file=None).data)


def test_every_setting_says_what_it_is_for() -> None:
    """A field without a description would be an empty cell."""
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_page_names_temporals_variables() -> None:
    """They are the SDK's, so no field of ours has them."""
    page = (reference.ROOT / "docs/settings.md").read_text("utf-8")
    for name in (
        "TEMPORAL_ADDRESS",
        "TEMPORAL_NAMESPACE",
        "TEMPORAL_PROFILE",
        "TEMPORAL_API_KEY",
        "TEMPORAL_CONFIG_FILE",
    ):
        assert name in page


def test_every_command_has_examples() -> None:
    """And no example is of a command that does not exist."""
    assert set(commands()) == set(EXAMPLES)
