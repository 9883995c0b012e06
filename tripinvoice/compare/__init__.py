"""Comparing two implementations of preprocess: what differs, what may, what it means for a rollout."""
