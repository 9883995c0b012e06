"""Writes ``fingerprints.json`` from today's workflows: ``python -m tests.workflows.write_fingerprints``."""

import json

from tests.workflows.fingerprint import fingerprint
from tests.workflows.test_determinism import FINGERPRINTS
from workflows.registry import WORKFLOWS

if __name__ == "__main__":
    prints = {workflow.__name__: fingerprint(workflow) for workflow in WORKFLOWS}
    FINGERPRINTS.write_text(json.dumps(prints, indent=1) + "\n")
