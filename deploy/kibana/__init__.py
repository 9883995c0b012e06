"""Kibana's view of mismatches as code: ``python -m deploy.kibana`` writes ``mismatches.ndjson``, which is committed.

Saved objects in the form of Kibana 8.9, which later ones bring up to date by themselves when they import them.
"""
