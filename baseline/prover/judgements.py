"""The verdicts on one key: every property that applies to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from baseline.iam.document import Document
from baseline.iam.reading import PlainCondition, PlainPolicy, PlainStatement
from baseline.prover.assumptions import A3, ASSUMPTIONS
from baseline.prover.bounds import Bounds, read
from baseline.prover.claims import Claim, of_today
from baseline.prover.counterexample import Counterexample, Policy
from baseline.prover.decide import Answer, Verdict
from baseline.prover.more_examples import contradictions, each_beside_the_denies
from baseline.prover.properties import KMS_CONTROLS, PROPERTIES, Property
from baseline.prover.purpose_properties import PURPOSE_PROPERTIES
from baseline.prover.space import Space
from baseline.prover.subject import Subject
from baseline.prover.unanswered import StepsSpent, Unsupported

NEEDED = Property(
    "every-statement-is-needed",
    "Taking any Allow out of the policy changes what is allowed. (A Deny may guard against what nobody has yet.)",
    "for each Allow statement s: some request is allowed, or allowed directly, by s alone",
    lambda key: iter(()),
)
PUBLIC = Property(
    "no-public-statement",
    "What is allowed to everyone rests on fixed values: Security Hub's KMS.5 takes a condition with a pattern or a variable "
    "for none.",
    "for each Allow statement for *: the values of some condition have neither *, ? nor ${",
    lambda key: iter(()),
    KMS_CONTROLS,
)
_OF_STATEMENTS = (PUBLIC, NEEDED)
ALL = (*PROPERTIES, *PURPOSE_PROPERTIES, *_OF_STATEMENTS)
"""Every property, in the order of the reports."""

_WORST_FIRST: tuple[Verdict, ...] = ("fails", "unsupported", "undecided", "holds")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one property of one key."""

    about: Property
    verdict: Verdict
    needs_a3: bool
    counterexample: Counterexample | None
    reason: str
    sid: str | None
    """The statement that decided; None if none did."""
    others: tuple[Counterexample, ...] = ()
    """What else contradicts it, where every such request was asked for."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions that the verdict rests on; A3 only where it is needed."""
        return tuple(name for name in ASSUMPTIONS if name != A3 or self.needs_a3)


def prove_key(subject: Subject, policy: Document | Policy) -> tuple[Judgement, ...]:
    """Every property that says something of this key, decided for its policy."""
    return prove_properties(subject, policy.as_dict() if isinstance(policy, Document) else policy, ALL)


def prove_properties(
    subject: Subject, plain: Policy | PlainPolicy, properties: Sequence[Property], every: bool = False
) -> tuple[Judgement, ...]:
    """Those of the properties that say something of this key. What is said of single statements is asked last.

    `every`: a property that fails has all requests that contradict it, one for each missing action or giving statement,
    and none of an action that KMS may add: nobody could look it up.
    """
    asked = [(e, tuple(map(of_today, e.claims(subject)) if every else e.claims(subject))) for e in properties]
    claims = [claim for _, of_entry in asked for claim in of_entry]
    try:
        statements = plain if isinstance(plain, tuple) else read(plain, subject.place.partition)
        place, regions = subject.place, [claim.region for claim in claims]
        bounds = Bounds(statements, Space(place.partition, statements, regions, place.account_id, place.region))
    except Unsupported as error:
        return tuple(
            _judgement(entry, [_open("unsupported", error)])
            for entry, given in asked
            if given or entry in _OF_STATEMENTS
        )
    judgements = [_judgement(entry, [bounds.answer(c) for c in given]) for entry, given in asked if given]
    if every:
        of_entry = {entry.id: given for entry, given in asked}
        judgements = _with_others(judgements, bounds, of_entry)
    all_needed = _all_needed(bounds, _may_be_idle(subject))
    return (*judgements, _judgement(PUBLIC, [none_is_public(statements)]), _judgement(NEEDED, [all_needed]))


def _with_others(
    judgements: Sequence[Judgement], bounds: Bounds, claims: Mapping[str, Sequence[Claim]]
) -> list[Judgement]:
    alone = each_beside_the_denies(bounds) if any(judgement.counterexample for judgement in judgements) else {}
    return [
        replace(j, others=tuple(contradictions(bounds, alone, claims[j.about.id], j.counterexample)))
        if j.counterexample
        else j
        for j in judgements
    ]


def _open(verdict: Verdict, error: Exception) -> Answer:
    return Answer(verdict, reason=str(error))


def _judgement(entry: Property, answers: Sequence[Answer]) -> Judgement:
    worst = min(answers, key=lambda answer: _WORST_FIRST.index(answer.verdict))
    needs_a3 = any(answer.needs_a3 for answer in answers)
    sid = worst.counterexample.decision.sid if worst.counterexample else worst.sid
    return Judgement(entry, worst.verdict, needs_a3, worst.counterexample, worst.reason, sid)


def none_is_public(statements: Sequence[PlainStatement]) -> Answer:
    """Whether every Allow for everyone rests on a fixed value."""
    undecided: PlainStatement | None = None
    for statement in statements:
        for_everyone = statement.is_allow and "*" in statement.principals
        if not for_everyone or any(_is_fixed(condition) for condition in statement.conditions):
            continue
        if statement.undecided:
            undecided = undecided or statement
        else:
            return Answer(
                "fails", reason=f"`{statement.name}` allows everyone, by patterns at most", sid=statement.name
            )
    if undecided:
        return Answer("unsupported", reason=f"{undecided.name}: {undecided.undecided}", sid=undecided.name)
    return Answer("holds")


def _is_fixed(condition: PlainCondition) -> bool:
    return not any(mark in value for value in condition.values for mark in ("*", "?", "${"))


def _all_needed(bounds: Bounds, exempt: tuple[str, ...]) -> Answer:
    try:
        idle = next((statement.name for statement in bounds.sure.idle() if not statement.name.endswith(exempt)), None)
    except StepsSpent as error:
        return _open("undecided", error)
    if idle is None:
        return Answer("holds")
    return Answer("fails", reason=f"without the statement `{idle}` the policy would allow the same", sid=idle)


def _may_be_idle(subject: Subject) -> tuple[str, ...]:
    """The ends of Sids: under `full`, what the account's own principals are given by pattern repeats root's delegation."""
    return ("ByPattern",) * subject.is_full
