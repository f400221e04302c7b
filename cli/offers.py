"""Keys that may be adopted, as people and programs read of them."""

from collections.abc import Iterator
from typing import Any

from baseline.drift.key import rotation_in_words
from cli import changes, output
from operations.adopting import Offer
from operations.candidates import Listed


def told(offer: Offer) -> Iterator[str]:
    """All that the owner of a key should know before it is ours."""
    yield f"{offer.found.seen.arn} as {offer.key.where}"
    if offer.known:
        yield "  the lock has it as adopted already"
    yield from _access(offer)
    yield from _rest(offer)


def as_json(offer: Offer) -> dict[str, Any]:
    """The same for programs."""
    key, found = offer.key, offer.found
    return {
        "version": 1,
        "account": key.account,
        "account_id": key.account_id,
        "region": key.region,
        "purpose": key.purpose,
        "key_id": found.seen.key_id,
        "undecided": offer.access.undecided,
        "changes": changes.as_json(offer.access.changes),
        "exception": offer.exception,
        "lost_with_the_exception": changes.as_json(offer.kept.losses),
        "tags": {name: {"old": old, "new": new} for name, (old, new) in offer.tags.items()},
        "rotation_period_days": {"old": found.seen.rotation, "new": _days(offer)},
        "description": {"old": found.description, "new": key.description},
        "state": found.seen.state,
    }


def table(listed: Listed) -> str:
    """A line a key."""
    rows = [
        (one.key.account, one.key.region, one.key.purpose, one.key_id, one.why, "; ".join(one.refusals) or "fits")
        for one in listed.candidates
    ]
    return output.table(("ACCOUNT", "REGION", "PURPOSE", "KEY ID", "WHY", "VERDICT"), rows)


def listed_as_json(listed: Listed) -> dict[str, Any]:
    """The same for programs."""
    return {
        "version": 1,
        "candidates": [
            {
                "account": one.key.account,
                "account_id": one.key.account_id,
                "region": one.key.region,
                "purpose": one.key.purpose,
                "key_id": one.key_id,
                "why": one.why,
                "fits": not one.refusals,
                "refusals": list(one.refusals),
            }
            for one in listed.candidates
        ],
        "unreachable": [
            {"account": one.account, "region": one.region, "problem": one.problem} for one in listed.unreachable
        ],
    }


def _access(offer: Offer) -> Iterator[str]:
    """Who loses and who gains access, losses first, and what keeps everybody."""
    access = offer.access
    if access.undecided:
        yield f"  who loses access is not decided: {access.undecided}; compare the policies before you go on"
        return
    if not access.losses:
        yield "  nobody loses access"
    yield from (f"  {line}" for line in changes.lines(access.changes))
    if access.bypass:
        yield "  nobody can skip the check of PutKeyPolicy against a lockout any more, which nobody needs for its work"
    if offer.exception:
        if offer.kept.losses:
            yield "  not everything can be kept; with the exception below is still lost:"
            yield from (f"    {line}" for line in changes.lines(offer.kept.losses))
        yield "  to keep access, before you deploy:"
        yield from ("    keys:", "      exceptions:", f"        {offer.exception}")


def _rest(offer: Offer) -> Iterator[str]:
    key, found = offer.key, offer.found
    for name, (old, new) in offer.tags.items():
        if new is None:
            yield f"  the tag {name}={old} would be removed"
        else:
            yield f"  the tag {name}={new} would be set" + (f", now {old}" if old is not None else "")
    if _days(offer) != found.seen.rotation:
        yield f"  rotation: {rotation_in_words(found.seen.rotation)} -> {rotation_in_words(_days(offer))}"
    if key.description != found.description:
        yield f'  description: "{found.description}" -> "{key.description}"'
    if found.seen.state not in key.states:
        yield f"  state: {found.seen.state} -> Enabled"
    others = [name for name in found.seen.policy_names or () if name != "default"]
    for what, stay in (("alias", offer.aliases), ("policy of another name", others)):
        yield from (f"  stays as it is: the {what} {name}" for name in stay)
    if found.seen.grants is None:
        yield "  stay as they are: its grants, which may not be listed (kms:ListGrants is denied)"
    elif found.seen.grants:
        yield f"  stay as they are: its grants ({len(found.seen.grants)})"


def _days(offer: Offer) -> int:
    settings = offer.key.settings
    return settings.rotation_period_days if settings.rotation else 0
