"""The commands of a workflow in the order of its source: what a replay depends on, for a reviewer to read."""

import ast
import importlib
import inspect
from collections.abc import Iterator

COMMANDS = frozenset(
    {
        "continue_as_new",
        "deprecate_patch",
        "execute_activity",
        "execute_activity_method",
        "execute_child_workflow",
        "patched",
        "sleep",
        "start_activity_method",
        "start_child_workflow",
        "upsert_memo",
        "upsert_search_attributes",
        "wait_condition",
    }
)
PACKAGE = "workflows"
HANDLERS = frozenset({"query", "signal", "update"})


def fingerprint(workflow: type) -> list[str]:
    """Every command and handler of the workflow's module, of those it inherits from and calls, each in source order.

    As ``function: command what``.
    """
    modules = [inspect.getmodule(one) for one in workflow.__mro__ if one is not object]
    sources: dict[str, str] = {}
    for module in modules:
        if module is not None:
            _gather(module.__name__, sources)
    return [line for source in sources.values() for line in _of_source(source)]


def _gather(module: str, sources: dict[str, str]) -> None:
    """Its source, and those of the modules beside it that it imports from, however far."""
    if module in sources:
        return
    sources[module] = inspect.getsource(importlib.import_module(module))
    for node in ast.walk(ast.parse(sources[module])):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == PACKAGE else [node.module]
            for name in names:
                _gather(str(name), sources)


def _of_source(source: str) -> list[str]:
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    functions.sort(key=lambda function: function.lineno)
    return [line for function in functions for line in _lines(function)]


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in function.decorator_list:
        name = _workflow_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name in HANDLERS:
            yield f"{name} {function.name}"
    calls = [n for n in ast.walk(function) if isinstance(n, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = _workflow_name(call.func)
        if name in COMMANDS:
            what = ast.unparse(call.args[0]) if call.args else ""
            yield f"{function.name}: {name} {what}".rstrip()


def _workflow_name(node: ast.expr) -> str | None:
    """``x`` of ``workflow.x``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "workflow":
        return node.attr
    return None
