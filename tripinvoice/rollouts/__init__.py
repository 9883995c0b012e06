"""Rollouts: how much of which traffic a second implementation of preprocess gets, and when it gets more."""
