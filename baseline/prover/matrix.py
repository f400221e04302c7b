"""Who can do what with a key: every cell decided for all requests, not read from the names of actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baseline.iam.actions import CROSS_ACCOUNT
from baseline.iam.condition_keys import is_carried, is_required
from baseline.prover.action_groups import ACTION_GROUPS, CORE, ENDING_GRANTS
from baseline.prover.actions import KNOWN
from baseline.prover.bounds import Bounds, read
from baseline.prover.claims import Claim, always
from baseline.prover.counterexample import Policy
from baseline.prover.space import Space
from baseline.prover.subject import NO_BYPASS
from baseline.prover.unanswered import Unsupported
from baseline.prover.who import Who, everybody

LEVELS: Mapping[str, str] = {
    "no": "never",
    "not decided": "it depends on a statement that is not decided",
    "IAM, if": "as far as the IAM policies of the caller's account allow, under conditions",
    "IAM": "as far as the IAM policies of the caller's account allow",
    "if": "under conditions",
    "yes": "always (but for skipping the lockout check); of another account, as far as its own IAM policies allow",
}
"""The words of the cells, weak to strong. `in part`: of some actions of the column."""
_ORDER = tuple(LEVELS)


@dataclass(frozen=True, slots=True)
class Row:
    """What some callers can do."""

    who: str
    cells: Mapping[str, str]
    """By column, the level of every action of it."""
    levels: Mapping[str, str]
    """By action."""


def matrix(policy: Policy, partition: str, account_id: str, region: str = "") -> Sequence[Row]:
    """A row for everybody that the policy tells apart; the region is the key's, if known. Raises Unsupported."""
    statements = read(policy, partition)
    asked = list(everybody(statements, partition, account_id))
    regions = [who.doing("kms:*", under=(NO_BYPASS,)) for who in asked]
    bounds = Bounds(statements, Space(partition, statements, regions, account_id, region))
    alike = _alike(bounds)
    return [_row(bounds, who, alike) for who in asked]


def _alike(bounds: Bounds) -> Mapping[str, str]:
    """For each action one that every statement treats the same, and whose calls carry the same of the keys in play."""
    first: dict[tuple[bool, ...], str] = {}
    found = {}
    mask = bounds.space.actions.mask
    masks = [mask(each) for statement in bounds.space.statements for each in (statement.actions, statement.not_actions)]
    for i, action in enumerate(KNOWN):
        meant = (bool(each >> i & 1) for each in masks)
        keys = [coordinate.name for coordinate in bounds.space.coordinates]
        carries = (known(key, action) for known in (is_carried, is_required) for key in keys)
        found[action] = first.setdefault((*meant, *carries, action in CROSS_ACCOUNT), action)
    return found


def _row(bounds: Bounds, who: Who, alike: Mapping[str, str]) -> Row:
    of_first = {action: _level(bounds, who, action) for action in dict.fromkeys(alike.values())}
    levels = {action: of_first[alike[action]] for actions in ACTION_GROUPS.values() for action in actions}
    return Row(who.label, {group: _cell(group, levels) for group in ACTION_GROUPS}, levels)


def _cell(group: str, levels: Mapping[str, str]) -> str:
    weakest = min((levels[action] for action in CORE[group]), key=_ORDER.index)
    # Ending grants is no management: KMS honours it of principals of other accounts too.
    told = (action for action in ACTION_GROUPS[group] if action not in ENDING_GRANTS)
    best = max((levels[action] for action in told), key=_ORDER.index)
    if weakest == best:
        return best
    return f"in part {best}" if weakest == "no" else f"{weakest}; in part {best}"


def _level(bounds: Bounds, who: Who, action: str) -> str:
    try:
        return _decided_level(bounds, who, action)
    except Unsupported:
        return "not decided"


def _decided_level(bounds: Bounds, who: Who, action: str) -> str:
    free, usual = who.doing(action), who.doing(action, under=(NO_BYPASS,))
    if not bounds.gives_some(free, "may"):
        return "no"
    if _holds(bounds, always("direct", usual)):
        return "yes"
    if bounds.gives_some(free, "direct"):
        return "if"
    return "IAM" if _holds(bounds, always("may", usual)) else "IAM, if"


def _holds(bounds: Bounds, claim: Claim) -> bool:
    answer = bounds.answer(claim)
    if answer.verdict in ("unsupported", "undecided"):
        raise Unsupported(answer.reason)
    return answer.verdict == "holds"
