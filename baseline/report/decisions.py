"""What people decided of single keys, and what nobody has tried."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from baseline.inventory import Inventory
from baseline.prover.inventory import Proof, idle_waivers
from baseline.report.key_facts import PolicyFacts
from baseline.report.value import RetiredFacts, WaiverFacts
from baseline.retention import Retention

_THEN: Mapping[str, str] = {
    "keep": "stays in AWS as it is; Terraform forgets it",
    "disable": "stays, disabled: nobody can use what is encrypted with it",
    "schedule_deletion": "Terraform forgets it; its owner deletes it",
    "gone": "the account no longer exists",
}


def waivers(inventory: Inventory, not_holding: Sequence[Proof]) -> Iterator[WaiverFacts]:
    """Every waiver, with why it does nothing if it does nothing."""
    idle = dict(idle_waivers(inventory, not_holding))
    names = {account.id: account.name for account in inventory.organization.accounts}
    for waiver in inventory.organization.waivers:
        account = names.get(waiver.account_id, waiver.account_id) if waiver.account_id else "every account"
        where = f"{account} / {waiver.region or 'every region'} / {waiver.purpose or 'every purpose'}"
        yield WaiverFacts(
            property=waiver.property,
            where=where,
            reason=waiver.reason,
            place=str(waiver.place),
            idle=idle.get(waiver, ""),
        )


def retired(inventory: Inventory) -> Iterator[RetiredFacts]:
    """Keys of the lock that the owner retires, and those of accounts that are not managed at present."""
    retention = Retention(inventory.organization, inventory.lock)
    entries, wanted = retention.retired(), {key.locked.key for key in inventory.keys}
    for key in inventory.lock.entries:
        entry = entries.get(key.key)
        if entry or key.key not in wanted:
            yield RetiredFacts(
                where=f"{retention.name(key.account_id)} / {key.region} / {key.purpose}",
                account_id=key.account_id,
                what=f"{_THEN[entry.then]} ({entry.place})"
                if entry
                else "stays: its account is not managed at present",
            )


def never_run(policies: Iterable[PolicyFacts]) -> Iterator[str]:
    """What of all this was never seen on AWS itself."""
    yield (
        "kms-baseline was never run on AWS by those who make it. It, and the real Terraform with what it writes, were run "
        "against an AWS on their own machine. That AWS's services can use these keys follows from AWS's documentation and "
        "from public reports; each statement of a policy says from which."
    )
    inferred = {
        statement.sid: statement
        for facts in policies
        for statement in facts.statements
        if statement.evidence == "inferred"
    }
    for sid, statement in inferred.items():
        yield f"Statement {sid} is only inferred. If it is wrong: {statement.if_wrong}. See {statement.source}"
