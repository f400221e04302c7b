"""The policies of keys, explained statement by statement: once for all that are alike."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from baseline.found.explanation import Explanation, explained_key
from baseline.iam.document import Document
from baseline.inventory import Key
from baseline.key_policy import COMMON_STATEMENTS
from baseline.key_policy.common_statement import CommonStatement
from baseline.likeness.documents import first_of
from baseline.likeness.verdicts import names_are_whole
from baseline.likeness.writing import unnamed
from baseline.organization import Organization
from baseline.prover.action_groups import ACTION_GROUPS
from baseline.prover.matrix import LEVELS, Row
from baseline.purposes.purpose import Permission, Purpose, Service
from baseline.report.key_facts import Caller, PolicyFacts, StatementFacts, Way, general
from baseline.report.shared import Shared

Say = Callable[[str], str]
_LISTED = re.compile(r" \(kms:[^()]*\)")
"""The list of actions in a sentence, which the statement has beside it."""
_ASKED: Mapping[str, tuple[str, ...]] = {
    "administer": ("administer",),
    "use": ("encrypt", "decrypt"),
    "grant": ("grant",),
    "delete": ("delete",),
}
"""In which words people ask, and which groups of actions they mean."""
_HOW: Mapping[str, str] = {
    "yes": "Whatever IAM policies say",
    "if": "Under the conditions of the policy",
    "IAM": "As far as the IAM policies of their account allow",
    "IAM, if": "As far as the IAM policies of their account allow, under the conditions of the policy",
    "not decided": "Not decided",
}


class Policies:
    """Numbers the policies of keys. A policy is explained for the first key of those that are alike."""

    def __init__(self, organization: Organization) -> None:
        self.shared: Shared[PolicyFacts] = Shared()
        self._organization = organization
        self._copies: dict[int, tuple[Document, int]] = {}

    def number(self, key: Key) -> int:
        """The number of the key's policy."""
        # Copies of one policy were composed from the same settings but for the account's ID, so they are of one kind.
        first = first_of(key.policy)
        if id(first) in self._copies:
            return self._copies[id(first)][1]
        settings = key.settings
        named = (settings.administrators, settings.users, settings.services, settings.share_with)
        said = repr((named, settings.iam_delegation, settings.separate_duties, key.purpose))
        kind = tuple(unnamed(text, key.account_id, key.region) for text in (key.policy.render(), said))
        is_alike = names_are_whole(kind[0])
        kind = kind if is_alike else (*kind, key.account_id, key.region)
        number = self.shared.known(kind)
        if number is None:
            number = self.shared.number(kind, self._facts(key))
        if is_alike:
            self._copies[id(first)] = first, number
        return number

    def _facts(self, key: Key) -> PolicyFacts:
        said: Say = partial(general, account_id=key.account_id, region=key.region)
        settings, of = key.settings, explained_key(key, self._organization.partition)
        return PolicyFacts(
            administrators=tuple(said(person.arn) for person in settings.administrators),
            users=tuple(said(person.arn) for person in settings.users),
            services=settings.services,
            shared_with=settings.share_with,
            iam_delegation=settings.iam_delegation,
            separate_duties=settings.separate_duties,
            scope=said(of.scope),
            who_can={asked: tuple(_ways(of.matrix, asked, said)) for asked in _ASKED if not of.undecided},
            callers=tuple(Caller(who=said(row.who), can=row.cells) for row in of.matrix),
            undecided=said(of.undecided),
            statements=tuple(_statements(key, self._organization.purposes[key.purpose], of, said)),
            document=json.loads(said(key.policy.render())),
        )


def _ways(rows: Sequence[Row], asked: str, said: Say) -> Iterator[Way]:
    """Who can do it, strongest way first. Whoever can do a part of it counts as somebody who can."""
    by_level: dict[str, list[str]] = {}
    for row in rows:
        levels = [row.levels[action] for group in _ASKED[asked] for action in ACTION_GROUPS[group]]
        by_level.setdefault(max(levels, key=tuple(LEVELS).index), []).append(said(row.who))
    yield from (Way(how=how, who=tuple(by_level[level])) for level, how in _HOW.items() if level in by_level)


def _statements(key: Key, purpose: Purpose, of: Explanation, said: Say) -> Iterator[StatementFacts]:
    own = {statement.sid for statement in key.settings.statements}
    for (sid, says), statement in zip(of.statements, key.policy.statements, strict=True):
        known = None if sid in own else known_statement(purpose, sid)
        yield StatementFacts(
            sid=said(sid),
            effect=statement.effect,
            says=tuple(said(_LISTED.sub("", sentence)) for sentence in says),
            actions=statement.actions,
            why=_why(purpose, known),
            evidence=known.evidence if known else "",
            if_wrong=known.if_wrong if known else "",
            fallback=known.fallback if known else "",
            source=known.source if known else "",
        )


def known_statement(purpose: Purpose, sid: str) -> Permission | CommonStatement | None:
    """What is known of a statement of ours; None: its owner wrote it."""
    every: tuple[Permission | CommonStatement, ...] = (*purpose.permissions, *COMMON_STATEMENTS)
    # What a Sid ends in tells apart statements of one kind by whom they are for.
    return max((one for one in every if sid.startswith(one.sid)), key=lambda one: len(one.sid), default=None)


def _why(purpose: Purpose, known: Permission | CommonStatement | None) -> str:
    if known is None:
        return "Written by the owner of the configuration."
    if isinstance(known, CommonStatement):
        return f"{known.says[0].upper()}{known.says[1:]}."
    if isinstance(known.to, Service):
        return f"The service needs it for {purpose.title}."
    return f"For {purpose.title} the service `{known.to.service}` calls KMS with the rights of whoever asks it."
