"""Workflow code may change only so that every history it has made still replays."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from starter.plugin import tripinvoice_plugin
from tests.workflows.conftest import BRANCHES, HISTORIES
from tests.workflows.fingerprint import fingerprint
from workflows.registry import WORKFLOWS

FINGERPRINTS = Path(__file__).with_name("fingerprints.json")

HOW_TO_GO_ON = """
The commands of a workflow changed. Runs in flight would not replay unless the change is gated:
  if workflow.patched("what-changed"): new way, else: old way
Then write the new fingerprint:  python -m tests.workflows.write_fingerprints
and record the new branch's history:  pytest tests/workflows --save-histories
"""


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: str(workflow.__name__))
def test_the_commands_of_a_workflow_are_reviewed(workflow: type) -> None:
    """A change of order, step or handler shows in the diff of a file that people read."""
    known = json.loads(FINGERPRINTS.read_text())
    assert known[workflow.__name__] == fingerprint(workflow), HOW_TO_GO_ON


def test_every_branch_has_a_saved_history() -> None:
    """None is forgotten when one is added."""
    assert sorted(BRANCHES) == sorted(path.stem for path in HISTORIES.glob("*.json"))


@pytest.mark.parametrize("branch", BRANCHES)
async def test_saved_histories_replay(branch: str) -> None:
    """Yesterday's invoices go on with today's code."""
    history = WorkflowHistory.from_json(BRANCHES[branch], (HISTORIES / f"{branch}.json").read_text())
    await Replayer(workflows=WORKFLOWS, plugins=[tripinvoice_plugin()]).replay_workflow(history)
