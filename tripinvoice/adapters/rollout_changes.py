"""When a change of a rollout, or a turn of the kill switch, counts: the same in every store."""

from dataclasses import replace

from tripinvoice import canonical
from tripinvoice.errors import ConflictError
from tripinvoice.rollouts.rollout import KillSwitch, Rollout


def stored_as(rollout: Rollout) -> Rollout:
    """How a change is kept: with the next version."""
    return replace(rollout, version=rollout.version + 1)


def already_there(change: Rollout, content: str | None) -> Rollout:
    """The change, if what is stored as its version is the very same: then its answer was lost, and it is asked again.

    Raises ``ConflictError`` otherwise.
    """
    stored = None if content is None else load_rollout(content)
    if stored != change:
        raise ConflictError(
            f"{change.scope}: was changed meanwhile, it is no longer version {change.version - 1}; look at it again"
        )
    return stored


def overrules(switch: KillSwitch, content: str | None) -> bool:
    """Whether a turn counts against the stored one: the later one does; of two at one moment, the one that kills."""
    if content is None:
        return True
    stored = load_switch(content)
    return (switch.changed_at, switch.on) > (stored.changed_at, stored.on)


def text_of(value: Rollout | KillSwitch) -> str:
    """As it is kept."""
    return canonical.dump(value).decode()


def load_rollout(content: str) -> Rollout:
    """What :func:`text_of` made."""
    return canonical.load(content.encode(), Rollout)


def load_switch(content: str) -> KillSwitch:
    """Likewise."""
    return canonical.load(content.encode(), KillSwitch)
