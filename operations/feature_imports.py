"""What features made and the state does not know: a deployment imports it where its plan would make it once more.

Terraform itself is asked what AWS has. It is told to import all that the plan makes, and says which of it is not there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from baseline.errors import Refusal
from baseline.features.feature import Resource
from baseline.import_ids import import_id
from baseline.inventory import Inventory, Provider, Stack
from baseline.takeover import TAKE_OVER
from deployment.deploy import Planned
from deployment.failures import StackFailure
from deployment.plan import StackPlan
from deployment.plan_keys import KEY
from live.backup_plans import backup_ids
from live.sessions import Sessions
from operations.adopted_plans import write_imports
from operations.progress import Say

Confirm = Callable[[str], bool]
"""Asks the owner whether things are to be taken over; `True` where the option says so already."""
Imports = dict[str, dict[str, str]]
"""By stack: the IDs of what is imported, by address."""


@dataclass(frozen=True, slots=True)
class FeatureImports:
    """The search for what features made."""

    inventory: Inventory
    sessions: Sessions
    confirm: Confirm
    say: Say
    imports: Imports
    """What is imported, at first of keys."""
    _tried: Imports = field(default_factory=dict)
    """Of features, whether it was there or not."""

    def into(self, planned: Planned) -> Planned:
        """Plans that import what is there already.

        Raises Refusal where the owner does not say that something without our tags is to be taken over.
        """
        while more := self._more(planned):
            self.say(f"looking whether AWS has what features would make: {', '.join(sorted(more))}")
            for stack, found in more.items():
                self._tried.setdefault(stack, {}).update(found)
                self.imports.setdefault(stack, {}).update(found)
            planned = self._without_what_is_not_there(planned, more)
        self._ask(planned)
        return planned

    def _more(self, planned: Planned) -> Imports:
        """What the plans make of features and what was not looked for yet."""
        found = {plan.stack.name: dict(self._of_plan(plan)) for plan in planned.plans}
        return {stack: ids for stack, ids in found.items() if ids}

    def _of_plan(self, plan: StackPlan) -> Iterator[tuple[str, str]]:
        stack = self.inventory.by_name[plan.stack.name]
        tried = self._tried.get(stack.name, {})
        for part in stack.parts:
            # A key that is made is a new one, and nothing can be there that was made for it.
            if any(f"{KEY}.{use.key}" in plan.keys.made for use in part.uses()):
                continue
            made = [r for r in part.resources() if r.address in plan.keys.made and r.address not in tried]
            known = self._known_to_aws_alone(stack.provider(part.site.provider), plan, made)
            for resource in made:
                arguments = {**plan.keys.made[resource.address], **known}
                site = part.site
                id = import_id(resource.type, arguments, site.partition, site.account_id, site.region)
                if id:
                    yield resource.address, id

    def _known_to_aws_alone(self, provider: Provider, plan: StackPlan, made: Collection[Resource]) -> Mapping[str, str]:
        """The IDs of backup plans, which do not follow from any argument."""
        called = [plan.keys.made[r.address]["name"] for r in made if r.type == "aws_backup_selection"]
        found = backup_ids(self.sessions, provider, called[0]) if called else {}
        if found is None:
            self.say(f"note: {plan.stack.name}: could not look for backup plans (backup:ListBackupPlans is denied)")
        return found or {}

    def _without_what_is_not_there(self, planned: Planned, stacks: Collection[str]) -> Planned:
        while stacks:
            write_imports(self.inventory, planned.folders(stacks), self.imports)
            planned = planned.again(stacks, quietly=True)
            stacks = {f.stack for f in planned.failures if f.stack in stacks and self._drop(f)}
        return planned

    def _drop(self, failure: StackFailure) -> bool:
        """Do without what AWS does not have; without all of it, where the plan failed for another reason."""
        imports = self.imports[failure.stack]
        tried = self._tried[failure.stack].keys() & imports.keys()
        dropped = tried & failure.not_there or tried
        for address in dropped:
            del imports[address]
        return bool(dropped)

    def _ask(self, planned: Planned) -> None:
        """Raise Refusal unless all of it has our tags, or the owner wants it."""
        asked = [
            f"  {plan.stack.name}: {address} ({id})"
            for plan in planned.plans
            for address, id in self._tried.get(plan.stack.name, {}).items()
            if not _ours(plan.keys.imported.get(address), self.inventory.by_name[plan.stack.name])
        ]
        if asked and not self.confirm(
            "\n".join(["AWS has these, and they do not have the tags of this baseline:", *asked])
        ):
            raise Refusal(
                "\n".join(
                    ["AWS has what would be made, without the tags of this baseline; nothing was applied", *asked]
                ),
                f"give yours another name, or take them over by `kms-baseline deploy {TAKE_OVER}`: they are then changed "
                "to what the configuration says",
            )


def imported_features(stack: Stack, imported: Collection[str]) -> list[str]:
    """The features of a stack of which a plan imports something, with their region."""
    return [
        f"{part.site.region} {part.site.feature}"
        for part in stack.parts
        if any(r.address in imported for r in part.resources())
    ]


def _ours(tags: Mapping[str, str] | None, stack: Stack) -> bool:
    """Whether tags say that this baseline made it. What has no tags belongs to something that has."""
    own = stack.providers[0].tags
    return tags is None or all(tags.get(name) == own[name] for name in ("managed-by", "namespace"))
