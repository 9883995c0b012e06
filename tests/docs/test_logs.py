"""docs/logs.md has every event and field that the code says, and no other."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tripinvoice.log_ecs import Ecs, Service

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "logs.md").read_text("utf-8")
SOURCES = [
    ROOT / "worker.py",
    *(
        file
        for name in ("activities", "starter", "tripinvoice", "workflows")
        for file in sorted((ROOT / name).rglob("*.py"))
    ),
]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# Bound by the interceptor of steps, told by the SDK, or put there by logging itself.
BOUND = {"trip", "workflow_id", "run_id", "workflow_type", "step", "attempt", "country", "line_of_business", "trace_id"}
OF_LOGGING = {"exception", "left_out"}


def calls() -> Iterator[tuple[Path, ast.Module, ast.Call, str]]:
    """Every call that logs, with its level."""
    for file in SOURCES:
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                logger = ast.unparse(node.func.value)
                if logger == "log" or logger.endswith(".logger"):
                    yield file, tree, node, node.func.attr


def events_of(tree: ast.Module, call: ast.Call) -> list[str]:
    """The event that a call names, or all of the table that it takes it from."""
    match call.args[0]:
        case ast.Constant(value=str(event)):
            return [event]
        case ast.Subscript(value=ast.Name(id=table)):
            [found] = [
                node.value
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == table
            ]
            assert isinstance(found, ast.Dict)
            return [str(ast.literal_eval(value)) for value in found.values]
        case other:
            raise AssertionError(f"an event that cannot be read: {ast.unparse(other)}")


def fields_of(call: ast.Call) -> set[str]:
    """What a call adds: by name, or in ``extra``."""
    found: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg == "extra":
            assert isinstance(keyword.value, ast.Dict)
            found |= {str(ast.literal_eval(key)) for key in keyword.value.keys if key is not None}
        elif keyword.arg is not None:
            found.add(keyword.arg)
        else:
            found |= {"topic", "partition", "offset"}
    return found


def table(title: str) -> list[list[str]]:
    """The rows of a section's table."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return rows[2:]


def test_every_event_is_in_the_vocabulary() -> None:
    """With its level."""
    said = {(event, level) for _, tree, call, level in calls() for event in events_of(tree, call)}
    assert said == {(row[0].strip("`"), row[1]) for row in table("Events")}


def test_events_are_named_alike() -> None:
    """So that ``event.action`` has them."""
    assert not [row[0] for row in table("Events") if not re.fullmatch(r"`[a-z]+(_[a-z]+)+`", row[0])]


def test_every_field_is_in_the_vocabulary() -> None:
    said = {field for _, _, call, _ in calls() for field in fields_of(call)}
    assert said | BOUND | OF_LOGGING == {row[0].strip("`") for row in table("Fields")}


def test_each_field_goes_where_the_page_says() -> None:
    """In the Elastic Common Schema."""
    ecs = Ecs(Service(process="worker", version="1", environment="production"), str)
    line: Mapping[str, object] = {row[0].strip("`"): 1 for row in table("Fields")}
    document = ecs(None, "", dict(line))
    assert {row[1].strip("`") for row in table("Fields")} <= document.keys()
