"""Every command of the program by what one types: ``bridge``, ``dlq list``."""

from collections.abc import Iterator

import typer.main
from typer.core import TyperCommand, TyperGroup

from starter.cli import app


def commands() -> dict[str, TyperCommand]:
    """In the order of the help."""
    return dict(_commands(typer.main.get_group(app), ""))


def _commands(group: TyperGroup, before: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before}{name} ")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{before}{name}", command
