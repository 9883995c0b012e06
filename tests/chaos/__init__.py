"""Faults on real servers, with trips in flight: afterwards every trip has its documents, once, under gapless numbers.

``python -m tests.chaos`` prints the matrix (``make chaos``); ``test_chaos.py`` is its short version.
:mod:`~tests.chaos.faults` says what is done, :mod:`~tests.chaos.verdict` what must hold afterwards,
:mod:`~tests.chaos.stage` is where it happens.
"""
