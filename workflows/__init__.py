"""ORCHESTRATION: deterministic, no I/O.

Nothing is imported here: the sandbox imports this package anew for every run of a workflow. The list is in
``registry.py``.
"""
