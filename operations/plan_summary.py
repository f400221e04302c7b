"""What the plans of many stacks do, told once where they do the same: policies of keys by what they mean."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from baseline.inventory import Inventory
from baseline.likeness.writing import unnamed
from baseline.prover.difference import Change, difference
from baseline.prover.unanswered import StepsSpent, Unsupported
from deployment.deploy import Planned
from deployment.plan_details import Action, FieldChange, ResourceChange
from deployment.plan_keys import KEY


@dataclass(slots=True)
class Alike:
    """The same change of the same address, in one or more stacks."""

    action: Action
    address: str
    fields: Sequence[FieldChange]
    """As the first of the stacks has them; without the policy of a key."""
    meaning: Sequence[Change]
    """Who gains and who loses by the policy of a key."""
    note: str
    """What else is to be said of that policy; empty: nothing."""
    stacks: list[str] = field(default_factory=list)


def summary(planned: Planned, inventory: Inventory) -> list[Alike]:
    """Every change, in the order of stacks and addresses."""
    groups: dict[tuple[object, ...], Alike] = {}
    for plan in planned.plans:
        account_id = inventory.by_name[plan.stack.name].providers[0].account_id
        for change in plan.details:
            alike = (change.action, change.address, *_unnamed(change, account_id))
            if alike not in groups:
                groups[alike] = _first(change, inventory.organization.partition, account_id)
            groups[alike].stacks.append(plan.stack.name)
    return list(groups.values())


def _unnamed(change: ResourceChange, account_id: str) -> Iterator[tuple[str, str | None, str | None]]:
    for of in change.fields:
        yield of.name, of.before and unnamed(of.before, account_id), of.after and unnamed(of.after, account_id)


def _first(change: ResourceChange, partition: str, account_id: str) -> Alike:
    policy = next((of for of in change.fields if of.name == "policy"), None)
    if policy is None or not change.address.startswith(f"{KEY}."):
        return Alike(change.action, change.address, change.fields, (), "")
    fields = [of for of in change.fields if of is not policy]
    try:
        old, new = json.loads(policy.before or ""), json.loads(policy.after or "")
        meaning = difference(old, new, partition, account_id)
        note = "" if meaning else "another text of the same meaning"
    except ValueError:  # one of them is not there, or not known yet
        meaning, note = (), "another one"
    except (Unsupported, StepsSpent) as error:
        meaning, note = (), f"what its change means is not decided: {error}"
    return Alike(change.action, change.address, fields, meaning, note)
