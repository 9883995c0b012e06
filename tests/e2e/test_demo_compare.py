"""``tripinvoice demo --compare`` keeps its promises: the wrong country goes back, the others go all the way."""

import json
from pathlib import Path

import pytest

from tests.e2e.demonstration import demo


@pytest.mark.timeout(300)
def test_a_wrong_cent_takes_a_candidate_back_where_it_is_wrong_and_nowhere_else(tmp_path: Path) -> None:
    """One run tells of each rollout, proves every document and writes the page to look at."""
    done = demo(tmp_path, "--compare", "--no-ui", "--json", "--out", "out", patience=280)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["holds"]
    assert all(check["holds"] for check in told["checks"])
    rollouts = {rollout["scope"]: rollout for rollout in told["rollouts"]}
    wrong = rollouts.pop("GB/rides")
    assert (wrong["state"], wrong["mode"], wrong["issued_by_candidate"]) == ("RolledBack", "off", 0)
    assert wrong["different"] == wrong["compared"] - wrong["failed"] > 0
    assert wrong["rolled_back"]["by"] == "rollout/GB/rides"
    assert set(wrong["rolled_back"]["paths"]) == {"transport.lines.*.net.minor", "transport.lines.*.tax.minor"}
    assert {"DE/rides", "US/rides"} == rollouts.keys()
    for right in rollouts.values():
        assert (right["state"], right["mode"], right["different"]) == ("Completed", "full", 0)
        assert right["issued_by_candidate"] > 0
        approvals = [event["by"] for event in right["events"] if event["what"] == "full approved"]
        assert approvals == ["the demonstration"]

    listed = [json.loads(line) for line in Path(told["invoices"]).read_text().splitlines()]
    assert told["documents"] == len(listed) > 0
    assert wrong["rolled_back"]["sample"] in {document["trip_id"] for document in listed}
    assert all(Path(document["pdf"]).read_bytes().startswith(b"%PDF-") for document in listed)
    report = Path(told["report"]).read_text("utf-8")
    assert wrong["rolled_back"]["cause"] in report


@pytest.mark.parametrize("option", [("--count", "3"), ("--gallery",)])
def test_sends_trips_of_its_own(tmp_path: Path, option: tuple[str, ...]) -> None:
    """What chooses or pictures other trips is refused, and nothing is written."""
    refused = demo(tmp_path, "--compare", *option)
    assert refused.returncode == 2, refused.stderr
    assert "sends trips of its own" in refused.stderr
    assert not list(tmp_path.iterdir())
