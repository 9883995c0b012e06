"""The product: what a trip invoice is, without Temporal.

Nothing in this package imports ``temporalio``; an invoice can be computed, numbered and rendered in a plain
Python process. Names follow accounting and tax terms.
"""
