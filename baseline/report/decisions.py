"""What people decided of single keys, and what nobody has tried."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from baseline.inventory import Inventory
from baseline.prover.inventory import Proof, idle_waivers
from baseline.report.key_facts import PolicyFacts
from baseline.report.value import RetiredFacts, WaiverFacts

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
    """Keys of the lock that the configuration does not yield, and those that it keeps disabled."""
    names = {account.id: account.name for account in inventory.organization.accounts}
    wanted = {key.locked.key for key in inventory.keys}
    for key in inventory.keys:
        if not key.enabled:
            yield RetiredFacts(where=key.where, account_id=key.account_id, what=_THEN["disable"])
    for entry in inventory.lock.entries:
        if entry.key not in wanted:
            name = names.get(entry.account_id) or inventory.lock.bases.get(entry.account_id, entry.account_id)
            yield RetiredFacts(
                where=f"{name} / {entry.region} / {entry.purpose}",
                account_id=entry.account_id,
                what=_what_becomes(inventory, name, entry.account_id, entry.region, entry.purpose),
            )


def _what_becomes(inventory: Inventory, name: str, account_id: str, region: str, purpose: str) -> str:
    for entry in inventory.organization.retired:
        if entry.account in (name, account_id, "*") and entry.covers(region, purpose):
            return f"{_THEN[entry.then]} ({entry.place})"
    return "stays in the lock: its account is not managed at present"


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
