"""Grafana's dashboards as code: ``python -m deploy.grafana`` writes ``dashboards/*.json``, which are committed.

Plain JSON of the few kinds of panels that we use, made here rather than by Grafana's own builder library, whose
versions are those of Grafana's releases. Names of metrics come from the code, so none can be misspelt.
"""
