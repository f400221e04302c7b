"""What a person should know of a project that is right: the notes of `check`."""

from collections import Counter
from collections.abc import Iterator

from baseline import names
from baseline.backends import LONGEST_WORKSPACE, CloudBackend
from baseline.bill import in_year
from baseline.features import FEATURES
from baseline.inventory import Inventory
from baseline.key_policy import COMMON_STATEMENTS
from baseline.key_policy.administrators import left_to_iam
from baseline.key_policy.common_statement import CommonStatement
from baseline.prices import prices_in
from baseline.purposes.purpose import Permission
from baseline.regions import is_opt_in
from baseline.words import count, some
from operations.new_repository import cdktf_problem, schema_problem
from operations.own_purpose_notes import own_purpose_notes
from operations.project import Project

MEGABYTES_A_PROVIDER = 90
"""What one more provider alias of the AWS provider takes (proportional memory, measured with 5.100.0)."""
MANY_PROVIDERS = 16


def notes(project: Project) -> Iterator[str]:
    """Everything, in the order of how near it is to the configuration."""
    yield from _waived(project)
    yield from _idle_exceptions(project)
    yield from _left_alone_no_longer(project)
    if problem := schema_problem(project.path):
        yield problem
    if problem := cdktf_problem(project.path):
        yield problem
    yield from coming_back(project)
    yield from deployment_notes(project.inventory)


def bill_of_new_keys(project: Project) -> str:
    """What the keys that are not yet in the lock will cost; empty where there are none, or nobody knows the price."""
    new: set[tuple[str, str, str]] = {entry.key for entry in project.new_keys}
    prices = prices_in(project.inventory.organization.partition)
    if not new or not prices:
        return ""
    keys = [key for key in project.inventory.keys if (key.account_id, key.region, key.purpose) in new]
    first, third = (prices.amount(in_year(keys, prices, year)) for year in (1, 3))
    return f", about {first} in their first year and {third} in their third"


def coming_back(project: Project) -> Iterator[str]:
    """Keys that Terraform was told to forget and that the configuration has again: they exist."""
    wanted = {key.locked.key: key.where for key in project.inventory.keys}
    back = [wanted[key] for key in project.lock.retired if key in wanted]
    if back:
        yield (
            f"{count(len(back), 'retired key')} that the configuration has again: {some(back)}; no new key is made: the "
            "next deployment finds the old one and takes it over (`deploy --take-over`, where nobody can be asked)"
        )


def _waived(project: Project) -> Iterator[str]:
    """What does not hold and is waived, and the waivers that do nothing."""
    from baseline.prover.inventory import alike, elsewhere, idle_waivers, properties_in_words

    for group in alike(project.proofs):
        key, waiver = group[0].key, group[0].waiver
        others = elsewhere(group)
        where = key.where + (f" (and in {others})" if others else "")
        if waiver:
            yield f"{properties_in_words(group)} waived of {where} by {waiver.place}: {waiver.reason}"
    for waiver, why in idle_waivers(project.inventory, project.proofs):
        yield f"{waiver.place}: the waiver of {waiver.property} is not needed: {why}"


def _idle_exceptions(project: Project) -> Iterator[str]:
    """The exceptions that change nothing, as one for a region that an account does not have."""
    for place in project.configuration.idle_exceptions():
        yield f"{place}: the exception speaks of no key: none has this account, region and purpose"


def _administrators_left_to_iam(inventory: Inventory) -> Iterator[str]:
    """Administrators who leave no trace in a policy that lets them manage anything."""
    keys: dict[str, int] = {}
    for key in inventory.keys:
        for arn in left_to_iam(key.settings, key.account_id):
            name = arn.rpartition(":")[2]
            keys[name] = keys.get(name, 0) + 1
    for name, number in keys.items():
        yield (
            f"administrators `{name}`: no statement of {count(number, 'key')} names a pattern; whether they manage it, the "
            "account's IAM policies say (`iam_delegation: administrators` makes a statement of it)"
        )


def _left_alone_no_longer(project: Project) -> Iterator[str]:
    """Log groups that an automatic remediation was told to leave alone: AWS Config may have given them up since."""
    now = project.inventory.lock.lines
    gone = {
        pattern for where, line in project.lock.lines.items() for pattern in line.left_alone - now[where].left_alone
    }
    if gone:
        patterns = ", ".join(f"`{pattern}`" for pattern in sorted(gone))
        yield (
            f"log_group_encryption leaves {patterns} alone no longer, and AWS Config may have given such log groups up: "
            "`probe` names them, docs/features/log_group_encryption.md tells how to clear that"
        )


def deployment_notes(inventory: Inventory) -> Iterator[str]:
    """What a person should know before deploying."""
    yield from resting_accounts(inventory)
    yield from _inferred(inventory)
    yield from remarks(inventory)


def remarks(inventory: Inventory) -> Iterator[str]:
    """The same, without accounts that nothing is planned for, and without the statements that are only inferred."""
    yield from own_purpose_notes(inventory)
    yield from _administrators_left_to_iam(inventory)
    for feature in FEATURES.values():
        yield from feature.remarks(inventory.organization.uses(feature))
    opt_in = sorted({key.region for key in inventory.keys if is_opt_in(key.region)})
    if opt_in:
        yield f"{', '.join(opt_in)}: must be enabled in every account that uses it"
    yield from _many_providers(inventory)
    forgotten = [
        address for stack in inventory.stacks for address in stack.forgotten if address.startswith("aws_kms_key.")
    ]
    if forgotten:
        stay = "stays" if len(forgotten) == 1 else "stay"
        yield f"{count(len(forgotten), 'retired key')} that Terraform forgets {stay} in AWS"
    disabled = [key for key in inventory.keys if not key.enabled]
    if disabled:
        shown = some([key.where for key in disabled])
        yield f"{count(len(disabled), 'retired key')} kept disabled, so that nobody can use what is encrypted: {shown}"
    backend = inventory.organization.deployment.backend
    if isinstance(backend, CloudBackend):
        workspaces = [names.workspace(backend.prefix, stack.name) for stack in inventory.stacks]
        yield (
            f"workspaces of {backend.organization}: {some(workspaces)}; the first deployment makes those that are missing, if "
            "its token may, and `kms-baseline workspaces apply` makes and settles them all"
        )
        if long := [name for name in workspaces if len(name) > LONGEST_WORKSPACE]:
            yield f"{some(long)}: HCP Terraform takes no name of more than {LONGEST_WORKSPACE} characters; shorten `prefix`"


def resting_accounts(inventory: Inventory) -> Iterator[str]:
    """Accounts that nothing is planned for: their keys stay in the lock, and are no loss."""
    keys = Counter(locked.account_id for locked in inventory.lock.entries)
    gone = {entry.account for entry in inventory.organization.retired if entry.then == "gone"}
    for id, account in sorted(inventory.organization.resting.items()):
        name = account.name or inventory.lock.bases.get(id, "")
        if not name or gone & {id, name}:
            continue
        note = f"{name} ({id}) is {account.state}: nothing is planned for it"
        if keys[id]:
            note += f", and its {count(keys[id], 'key')} stay in the lock"
            if account.state == "CLOSED":
                note += f'; closed for good, `retired: [{{account: "{id}", then: gone}}]` says so'
        yield note


def _many_providers(inventory: Inventory) -> Iterator[str]:
    """Stacks whose plans take much memory; those with as many providers together."""
    alike: dict[int, list[str]] = {}
    for stack in inventory.stacks:
        if len(stack.providers) >= MANY_PROVIDERS:
            alike.setdefault(len(stack.providers), []).append(stack.name)
    for providers, stacks in alike.items():
        verb = "stack {} has" if len(stacks) == 1 else "stacks {} have"
        yield (
            f"{verb.format(some(stacks))} {providers} providers, about "
            f"{providers * MEGABYTES_A_PROVIDER / 1000:.1f} GB of memory for a plan; `deployment.layout: account-region`, chosen "
            "before the first deployment, plans each region by itself"
        )


def _inferred(inventory: Inventory) -> Iterator[str]:
    """The statements in use whose evidence is only inferred."""
    permissions = (
        permission for purpose in inventory.organization.purposes.values() for permission in purpose.permissions
    )
    every: tuple[Permission | CommonStatement, ...] = (*permissions, *COMMON_STATEMENTS)
    inferred = {known.sid: known for known in every if known.evidence == "inferred"}
    used = dict.fromkeys(sid for key in inventory.keys for sid in key.policy.sids)
    for sid in used:
        if sid in inferred:
            known = inferred[sid]
            yield f"statement {sid} rests on inference; if it is wrong: {known.if_wrong} ({known.source})"
