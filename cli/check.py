"""`kms-baseline check`: is the configuration right, and what follows from it."""

from collections.abc import Iterator

from baseline import names
from baseline.features import FEATURES
from baseline.inventory import Inventory
from baseline.key_policy_blocks import BLOCKS, Block
from baseline.organization import CloudBackend
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Permission
from baseline.regions import is_opt_in
from cli import options, output
from cli.project import Project, configuration_path

MEGABYTES_A_PROVIDER = 90
"""What one more provider alias of the AWS provider takes (proportional memory, measured with 5.100.0)."""
MANY_PROVIDERS = 16
MOST_NAMED = 5


def check(config: options.Config = None) -> None:
    """Validate the configuration, prove every key policy, and say what follows. Nothing is written.

    Exit code 1: a property of a key policy fails, or a feature could not use its key; 4: none fails, but one could not
    be decided.

    Example: kms-baseline check --config organization.yaml
    """
    project = Project(configuration_path(config))
    inventory = project.inventory
    project.check_policies()
    keys = list(inventory.keys)
    accounts = output.count(len(inventory.organization.accounts), "account")
    regions = output.count(len({key.region for key in keys}), "region")
    output.show(f"{project.path}: fine")
    output.show(
        f"{output.count(len(keys), 'key')} in {accounts} and {regions}, {output.count(len(inventory.stacks), 'stack')}"
    )
    waivers = len({proof.waiver for proof in project.proofs if proof.waiver})
    but = f" or is waived ({output.count(waivers, 'waiver')})" if waivers else ""
    output.show(f"every property of every key policy holds{but}")
    if project.lock_differs:
        output.show(
            f"{project.lock_path}: {output.count(len(project.new_keys), 'new key')} to be recorded by synth or lock"
        )
    for note in (*waived(project), *idle_exceptions(project), *notes(inventory)):
        output.show(f"note: {note}")


def waived(project: Project) -> Iterator[str]:
    """What does not hold and is waived, and the waivers that do nothing."""
    from baseline.prover.inventory import alike, elsewhere, idle_waivers, properties_in_words

    for group in alike(project.proofs):
        key, waiver = group[0].key, group[0].waiver
        others = elsewhere(group)
        where = f"{key.account} / {key.region} / {key.purpose}" + (f" (and in {others})" if others else "")
        if waiver:
            yield f"{properties_in_words(group)} waived of {where} by {waiver.place}: {waiver.reason}"
    for waiver, why in idle_waivers(project.inventory, project.proofs):
        yield f"{waiver.place}: the waiver of {waiver.property} is not needed: {why}"


def idle_exceptions(project: Project) -> Iterator[str]:
    """The exceptions that change nothing, as one for a region that an account does not have."""
    for place in project.configuration.idle_exceptions():
        yield f"{place}: the exception speaks of no key: none has this account, region and purpose"


def notes(inventory: Inventory) -> Iterator[str]:
    """What a person should know before deploying."""
    yield from _inferred(inventory)
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
        yield f"{output.count(len(forgotten), 'retired key')} that Terraform forgets; they stay in AWS"
    backend = inventory.organization.deployment.backend
    if isinstance(backend, CloudBackend):
        workspaces = ", ".join(names.workspace(backend.prefix, stack.name) for stack in inventory.stacks)
        yield f"workspaces of {backend.organization} that must exist: {workspaces}"


def _many_providers(inventory: Inventory) -> Iterator[str]:
    """Stacks whose plans take much memory; those with as many providers together."""
    alike: dict[int, list[str]] = {}
    for stack in inventory.stacks:
        if len(stack.providers) >= MANY_PROVIDERS:
            alike.setdefault(len(stack.providers), []).append(stack.name)
    for providers, stacks in alike.items():
        shown = ", ".join(stacks[:MOST_NAMED]) + (
            f" and {len(stacks) - MOST_NAMED} more" if stacks[MOST_NAMED:] else ""
        )
        verb = "stack {} has" if len(stacks) == 1 else "stacks {} have"
        yield (
            f"{verb.format(shown)} {providers} providers, about {providers * MEGABYTES_A_PROVIDER / 1000:.1f} GB of memory "
            "for a plan; `deployment.layout: account-region`, chosen before the first deployment, plans each region by itself"
        )


def _inferred(inventory: Inventory) -> Iterator[str]:
    """The statements in use whose evidence is only inferred."""
    permissions = (permission for purpose in PURPOSES.values() for permission in purpose.permissions)
    every: tuple[Permission | Block, ...] = (*permissions, *BLOCKS)
    inferred = {known.sid: known for known in every if known.evidence == "inferred"}
    used = dict.fromkeys(sid for key in inventory.keys for sid in key.policy.sids)
    for sid in used:
        if sid in inferred:
            known = inferred[sid]
            yield f"statement {sid} rests on inference; if it is wrong: {known.if_wrong} ({known.source})"
