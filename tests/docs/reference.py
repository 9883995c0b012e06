"""The pages that repeat the code: settings, cli, audit, einvoice, law, observability and schemas in docs; .env.example.

``python -m tests.docs.reference`` writes them anew; the tests compare.
"""

import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path

import typer.main
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from starter.cli import app
from starter.cli.examples import EXAMPLES
from starter.cli.exits import MEANINGS, Exit
from starter.metrics import METRICS
from tests.cli.commands import commands
from tests.docs import compose, law, schemas
from tripinvoice.audit.findings import EXPLAINED, Rule
from tripinvoice.regimes import REGIMES
from tripinvoice.settings import PREFIX, Settings
from tripinvoice.validate import RULES
from tripinvoice.validate import Rule as DocumentRule

ROOT = Path(__file__).parent.parent.parent
BEGIN, END = "<!-- begin: written by tests/docs/reference.py -->\n", "<!-- end -->\n"

# A default that differs from machine to machine, in words.
_DEFAULTS = {"data": "$XDG_DATA_HOME/tripinvoice, else ~/.local/share/tripinvoice"}


def settings_table() -> str:
    """Every setting: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = f"`{_default(name)}`" if _default(name) else "empty"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def env_example() -> str:
    """A ``.env`` file in which every setting has its default and is commented out; then what only Compose reads."""
    parts = [
        "# Copy to .env and uncomment what you change; docs/settings.md explains. Variables of the environment win.\n"
    ]
    for name, field in Settings.model_fields.items():
        value = "" if name in _DEFAULTS else _default(name)
        parts.append(f"{_comment(field.description or '')}\n#{PREFIX}{name.upper()}={value}\n")
    variables = compose.variables()
    taken = ", ".join(f"{name}={default}" for name, default in variables.items() if name not in compose.MEANINGS)
    parts.append(
        _comment(f"docker-compose.temporal.yml takes these of the above, with its own defaults: {taken}.") + "\n"
    )
    parts.append("# What only docker-compose.temporal.yml reads:\n")
    parts += [f"{_comment(meaning)}\n#{name}={variables[name]}\n" for name, meaning in compose.MEANINGS.items()]
    return "\n".join(parts)


def _comment(text: str) -> str:
    return textwrap.fill(
        text, 110, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return _DEFAULTS.get(name) or ("" if default is None else str(default))


def cli_reference() -> str:
    """Every command with its arguments, options and examples, and the exit codes."""
    group = typer.main.get_group(app)
    parts = ["## Exit codes\n", "| code | meaning |", "|---|---|"]
    parts += [f"| {int(code)} | {MEANINGS[code]} |" for code in Exit]
    parts += ["\n## Options before the command\n", *_options(group)]
    for name, command in commands().items():
        parts += [f"\n## tripinvoice {name}\n", Text.from_markup(command.help or "").plain, ""]
        parts += _options(command)
        parts += ["\n```console", *(f"$ {example}" for example in EXAMPLES[name]), "```"]
    return "\n".join(parts) + "\n"


def _options(command: TyperCommand | TyperGroup) -> list[str]:
    context = typer.Context(command, info_name=command.name)
    records = [p.get_help_record(context) for p in command.get_params(context)]
    return [f"- `{names}`: {text}" for names, text in filter(None, records)]


def with_reference(page: str, reference: str) -> str:
    """The page with what is between the marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{reference}\n{END}{after}"


def audit_rules() -> str:
    """Every rule of the audit: name, meaning, remedy."""
    rows = ["| rule | broken, it means | what helps |", "|---|---|---|"]
    rows += [f"| `{rule}` | {EXPLAINED[rule].title} | {EXPLAINED[rule].remedy} |" for rule in Rule]
    return "\n".join(rows) + "\n"


def document_rules() -> str:
    """Every rule of the validator: name, meaning, remedy."""
    names: dict[DocumentRule, list[str]] = {}
    for name, rule in RULES.items():
        names.setdefault(rule, []).append(f"`{name}`")
    rows = ["| rule | every document | what helps |", "|---|---|---|"]
    rows += [f"| {', '.join(of)} | {rule.says} | {rule.remedy} |" for rule, of in names.items()]
    return "\n".join(rows) + "\n"


def metrics_table() -> str:
    """Every metric of ours: name with its labels, kind, meaning."""
    rows = ["| metric | kind | what it tells |", "|---|---|---|"]
    for metric in METRICS:
        labels = f"{{{','.join(metric.labels)}}}" if metric.labels else ""
        rows.append(f"| `{metric.name}{labels}` | {metric.kind} | {metric.told} |")
    return "\n".join(rows) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/settings.md": settings_table,
    "docs/cli.md": cli_reference,
    "docs/audit.md": audit_rules,
    "docs/einvoice.md": document_rules,
    "docs/law.md": law.index,
    "docs/observability.md": metrics_table,
    **{law.page_of(regime): partial(law.page, regime) for regime in REGIMES},
}


def main() -> None:
    """Write all of them; the page of a new regime begins with its name."""
    for regime in REGIMES:
        if not (new := ROOT / law.page_of(regime)).exists():
            new.write_text(f"{law.begin(regime)}{BEGIN}{END}", "utf-8")
    for name, reference in PAGES.items():
        path = ROOT / name
        path.write_text(with_reference(path.read_text("utf-8"), reference()), "utf-8")
    (ROOT / ".env.example").write_text(env_example(), "utf-8")
    for name, schema in schemas.FILES.items():
        (ROOT / name).write_text(schemas.text(schema()), "utf-8")


if __name__ == "__main__":
    main()
