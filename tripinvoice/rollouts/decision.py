"""What a trip does with a candidate: decided once, before its workflow starts, and kept in the workflow's input.

A share's trips are chosen by a stable hash of the trip's id with the rollout's salt: a trip always falls the same way,
the trips of 5 % are among those of 10 %, and two rollouts choose independently.
"""

import hashlib
from dataclasses import dataclass

from tripinvoice.rollouts.rollout import ALL, Mode, Toggles
from tripinvoice.trip import Trip


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A trip's part in a rollout; a trip without one has nothing to do with a candidate.

    ``leads``: the candidate's drafts are issued. ``guarded``: only if the current ones do not differ. ``compared``:
    both sides run and are compared. ``noise``: the current one runs twice. ``bucket`` is the trip's place among 10,000.
    """

    scope: str
    candidate: str
    mode: Mode
    leads: bool
    guarded: bool
    compared: bool
    noise: bool
    deadline_ms: int
    bucket: int
    rollout_version: int


def decide(toggles: Toggles, trip: Trip) -> Decision | None:
    """The trip's part; ``None`` when only the current implementation has to do with it."""
    rollout = toggles.of(trip)
    if rollout is None or rollout.mode is Mode.OFF or toggles.killed:  # off is off, whatever some accounts may
        return None
    place = bucket(rollout.salt, trip)
    overridden = trip.account in rollout.accounts
    mode = rollout.accounts.get(trip.account or "", rollout.mode)
    leads = mode is Mode.FULL or (mode is Mode.LIVE and (overridden or place < rollout.live))
    guarded = mode is not Mode.FULL
    sampled = overridden or bucket(f"{rollout.salt}|sample", trip) < rollout.sample
    compared = mode is not Mode.OFF and ((leads and guarded) or sampled)
    if not leads and not compared:
        return None
    return Decision(
        scope=str(rollout.scope),
        candidate=rollout.candidate,
        mode=mode,
        leads=leads,
        guarded=guarded,
        compared=compared,
        noise=compared and bucket(f"{rollout.salt}|noise", trip) < rollout.noise,
        deadline_ms=rollout.deadline_ms,
        bucket=place,
        rollout_version=rollout.version,
    )


def bucket(salt: str, trip: Trip) -> int:
    """The trip's place among 10,000: BLAKE2b of salt and trip id."""
    digest = hashlib.blake2b(f"{salt}|{trip.trip_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % ALL
