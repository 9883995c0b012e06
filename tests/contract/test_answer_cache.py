"""Every answer cache: what was answered is kept until it is forgotten."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.standing import NOON
from tests.contract.stores import AnswersOpener
from tripinvoice.answers import Provides
from tripinvoice.money_systems import Answer
from tripinvoice.ports import AnswerCache


def answer(system: str, body: dict[str, object] | None) -> Answer:
    return Answer(
        system=system,
        provides=Provides.CHARGES,
        body=body,
        fetched_at=NOON + timedelta(microseconds=7),
    )


FARES = answer("fares", {"currency": "GBP", "charges": [{"amount": "12.40", "description": "Überfahrt 🚕"}]})
TOLLS = answer("tolls", None)


def test_answers_come_back_by_system(answers: AnswerCache) -> None:
    """Those with a body and those that had nothing to say, saved at once or one after the other."""
    answers.save("a", [FARES])
    answers.save("a", [TOLLS])
    assert dict(answers.load("a")) == {"fares": FARES, "tolls": TOLLS}


def test_a_newer_answer_replaces_that_of_the_same_system(answers: AnswerCache) -> None:
    """The others stay."""
    newer = replace(FARES, body={"currency": "EUR"}, provides=Provides.FACTS, fetched_at=NOON)
    answers.save("a", [FARES, TOLLS])
    answers.save("a", [newer])
    assert {"fares": newer, "tolls": TOLLS} == dict(answers.load("a"))


def test_forgetting_drops_one_trip_only(answers: AnswerCache) -> None:
    """It can be done twice, and for a trip of which nothing is known."""
    answers.save("a", [FARES])
    answers.save("b", [TOLLS])
    for trip in ("a", "a", "unknown"):
        answers.forget(trip)
    assert (dict(answers.load("a")), dict(answers.load("b"))) == ({}, {"tolls": TOLLS})


def test_nothing_saved_is_nothing_kept(answers: AnswerCache) -> None:
    """An empty save is allowed."""
    answers.save("a", [])
    assert not answers.load("a")


def test_a_time_without_zone_is_refused_and_nothing_kept(answers: AnswerCache) -> None:
    """It would be read back as another moment."""
    with pytest.raises(ValueError, match="zone"):
        answers.save("a", [TOLLS, replace(FARES, fetched_at=NOON.replace(tzinfo=None))])
    assert not answers.load("a")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(body=st.dictionaries(st.text(), _JSON, max_size=4))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_comes_back_as_it_was(answers: AnswerCache, body: dict[str, object]) -> None:
    """Zero bytes, lone surrogates and numbers of any size too: it is outside data."""
    answers.save("a", [answer("fares", body)])
    assert body == answers.load("a")["fares"].body


def test_answers_outlive_the_process(open_answers: AnswersOpener, tmp_path: Path) -> None:
    """A restarted worker asks only what is missing."""
    with open_answers(tmp_path) as store:
        store.save("a", [FARES])
    with open_answers(tmp_path) as store:
        assert dict(store.load("a")) == {"fares": FARES}
