"""The report of an Inventory, from what was proven of it and what AWS has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby

from baseline.chains import BrokenChain, broken_chains
from baseline.drift.finding import Finding
from baseline.errors import FieldPlace
from baseline.inventory import Inventory, Key
from baseline.lock import AccountRegion, KeyIdentity
from baseline.prover.assumptions import ACTIONS_KNOWN, ASSUMPTIONS
from baseline.prover.inventory import Proof, prove_alike
from baseline.report.controls import Known, controls
from baseline.report.decisions import never_run, retired, waivers
from baseline.report.key_facts import InAws, KeyFacts, Standing
from baseline.report.keys import Standings, places, regions
from baseline.report.policies import Policies
from baseline.report.proofs import Proofs
from baseline.report.uncovered import uncovered
from baseline.report.uses import SharedUses
from baseline.report.value import (
    AwsFacts,
    ChangesFacts,
    ExceptionFacts,
    Failure,
    Origin,
    Report,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A region of an account that AWS could not be read of."""

    account: str
    account_id: str
    region: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What AWS was found to have."""

    findings: Sequence[Finding]
    unread: Sequence[Unread]
    keys: Mapping[KeyIdentity, InAws]
    expected: int
    """How many keys were held against it."""


@dataclass(slots=True)
class _Facts:
    """What is gathered key by key."""

    inventory: Inventory
    policies: Policies
    proofs: Proofs
    uses: SharedUses
    asked: Asked | None
    broken: Sequence[BrokenChain]
    """Uses of keys that AWS would refuse."""
    rows: list[tuple[Key, int, int, int]] = field(default_factory=list)


def report(
    inventory: Inventory,
    keys: Iterable[Key],
    origin: Origin,
    decided_at: Callable[[Proof], FieldPlace],
    exceptions: Sequence[ExceptionFacts],
    notes: Sequence[str],
    asked: Asked | None = None,
    changes: ChangesFacts | None = None,
) -> Report:
    """Everything that is known of the keys that should exist. `asked`: what AWS has; None: it was not asked.

    `keys`: those of the Inventory, in their order; whoever gives them can tell how far it is.
    """
    of = _gathered(inventory, keys, decided_at, asked)
    standing = _standing(of)
    return Report(
        origin=origin,
        failures=(*of.proofs.failures(), *_broken(inventory, of.broken)),
        aws=_aws(asked) if asked else None,
        changes=changes,
        regions=regions(inventory),
        places=tuple(places(inventory, standing)),
        keys=tuple(_key(row, standing, asked) for row in of.rows),
        policies=tuple(of.policies.shared.values),
        proofs=tuple(of.proofs.shared.values),
        uses=tuple(of.uses.shared.values),
        controls=tuple(controls(_known(of))),
        uncovered=tuple(uncovered(inventory)),
        exceptions=tuple(exceptions),
        waivers=tuple(waivers(inventory, of.proofs.not_holding)),
        retired=tuple(retired(inventory)),
        properties=tuple(of.proofs.properties()),
        assumptions={**ASSUMPTIONS, "actions": ACTIONS_KNOWN},
        never_run=tuple(never_run(of.policies.shared.values)),
        notes=tuple(notes),
        purposes=_titles(inventory),
    )


def _titles(inventory: Inventory) -> Mapping[str, str]:
    used = dict.fromkeys(key.purpose for key in inventory.keys)
    return {name: inventory.organization.purposes[name].title for name in used}


def _gathered(
    inventory: Inventory, keys: Iterable[Key], decided_at: Callable[[Proof], FieldPlace], asked: Asked | None
) -> _Facts:
    organization = inventory.organization
    of = _Facts(
        inventory,
        Policies(organization),
        Proofs(organization.waivers, decided_at),
        SharedUses(inventory),
        asked,
        list(broken_chains(inventory)),
    )
    for _, proofs in groupby(prove_alike(inventory, keys), key=lambda proof: id(proof.key)):
        of_key = tuple(proofs)
        key = of_key[0].key
        of.rows.append((key, of.policies.number(key), of.proofs.number(key, of_key), of.uses.number(key)))
    return of


def _known(of: _Facts) -> Known:
    findings, unread = (of.asked.findings, of.asked.unread) if of.asked else (None, ())
    return Known(of.inventory, of.proofs.not_holding, findings, len({place.account_id for place in unread}))


def _standing(of: _Facts) -> Mapping[KeyIdentity, Standing]:
    open_ones: Set[KeyIdentity] = {proof.key.locked.key for proof in of.proofs.not_holding if proof.is_open}
    open_ones |= {key.locked.key for _, key in _with_keys(of.inventory, of.broken)}
    waived = {proof.key.locked.key for proof in of.proofs.not_holding if not proof.is_open}
    differing = {KeyIdentity(f.account_id, f.region, f.purpose) for f in (of.asked.findings if of.asked else ())}
    unread = {AccountRegion(u.account_id, u.region) for u in (of.asked.unread if of.asked else ())}
    standings = Standings(open_ones, waived, differing, unread)
    return {key.locked.key: standings.of(key) for key, *_ in of.rows}


def _key(row: tuple[Key, int, int, int], standing: Mapping[KeyIdentity, Standing], asked: Asked | None) -> KeyFacts:
    key, policy, proofs, uses = row
    settings = key.settings
    return KeyFacts(
        account=key.account,
        account_id=key.account_id,
        region=key.region,
        purpose=key.purpose,
        alias=key.alias,
        stack=key.stack,
        address=f"aws_kms_key.{key.address}",
        state=key.state,
        rotation_period_days=settings.rotation_period_days if settings.rotation else None,
        deletion_window_days=settings.deletion_window_days,
        standing=standing[key.locked.key],
        place=str(settings.place),
        policy=policy,
        proofs=proofs,
        uses=uses,
        aws=asked.keys.get(key.locked.key) if asked else None,
    )


def _broken(inventory: Inventory, broken: Sequence[BrokenChain]) -> Iterator[Failure]:
    for chain, key in _with_keys(inventory, broken):
        yield Failure(
            kind="use",
            title="AWS would refuse a use of this key",
            text=f"{chain}.",
            where=key.where,
            key=f"{key.account}/{key.region}/{key.purpose}",
        )


def _with_keys(inventory: Inventory, broken: Sequence[BrokenChain]) -> Iterator[tuple[BrokenChain, Key]]:
    if broken:
        keys = {(key.account_id, key.address): key for key in inventory.keys}
        yield from ((chain, keys[chain.site.account_id, chain.use.key]) for chain in broken)


def _aws(asked: Asked) -> AwsFacts:
    return AwsFacts(
        findings=tuple(
            Failure(
                kind="difference",
                title=finding.kind,
                text=finding.problem,
                where=" / ".join(filter(None, (finding.account, finding.region, finding.purpose))),
                key=f"{finding.account}/{finding.region}/{finding.purpose}" if finding.purpose else "",
            )
            for finding in asked.findings
        ),
        unreachable=tuple(
            Failure(
                kind="unread",
                title="could not be read",
                text=unread.problem,
                where=f"{unread.account} / {unread.region}",
            )
            for unread in asked.unread
        ),
        keys=asked.expected,
    )
