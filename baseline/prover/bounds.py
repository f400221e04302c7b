"""A policy of which something is not decided: what it certainly gives, and what it may give at most.

An Allow that is not decided gives nothing for certain, and takes nothing away; a Deny that is not decided takes nothing
away for certain. A verdict that is the same for both stands; any other names the statements that it depends on.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from baseline.iam.policy_error import PolicyError
from baseline.iam.reading import PlainPolicy, PlainStatement, read_partly
from baseline.prover.claims import Claim, Requests, Threshold
from baseline.prover.condition_tests import check_fits
from baseline.prover.counterexample import Policy
from baseline.prover.decide import Answer, Judge
from baseline.prover.persons import named
from baseline.prover.space import Space
from baseline.prover.unanswered import Unsupported
from baseline.words import some


def read(policy: Policy, partition: str) -> PlainPolicy:
    """The policy's statements; those that are not decided say why. Raises Unsupported where nothing is decided."""
    try:
        return tuple(_checked(statement, partition) for statement in read_partly(policy))
    except PolicyError as error:
        raise Unsupported(str(error)) from None


def _checked(statement: PlainStatement, partition: str) -> PlainStatement:
    """Without the conditions on keys that are not known or do not fit, and with everybody for foreign principals."""
    wrong = {test: problem for test in statement.conditions if (problem := _problem(check_fits, test))}
    names = [name for name in (*statement.principals, *statement.not_principals) if name != "*"]
    strangers = [problem for name in names if (problem := _problem(named, name, partition))]
    if not (wrong or strangers):
        return statement
    return replace(
        statement,
        conditions=tuple(test for test in statement.conditions if test not in wrong),
        principals=("*",) if strangers else statement.principals,
        not_principals=() if strangers else statement.not_principals,
        undecided="; ".join(filter(None, (statement.undecided, *wrong.values(), *strangers))),
        written=statement.written or repr(statement),
    )


def _problem(check: Callable[..., object], *arguments: object) -> str:
    try:
        check(*arguments)
    except (Unsupported, PolicyError) as error:
        return str(error)
    return ""


def certain(policy: PlainPolicy) -> PlainPolicy:
    """The statements as far as they are certain."""
    return tuple(replace(s, spares_certain=False) if s.not_principals else s for s in policy if not s.undecided)


def most(policy: PlainPolicy) -> PlainPolicy:
    """What it may give at most: every Allow at its widest, of the Denies what is certain."""
    return _with(policy, widest=True)


def least(policy: PlainPolicy) -> PlainPolicy:
    """What it gives at least: of the Allows what is certain, every Deny at its widest."""
    return _with(policy, widest=False)


def _with(policy: PlainPolicy, widest: bool) -> PlainPolicy:
    return tuple(filter(None, (as_read(statement, widest) for statement in policy)))


def as_read(statement: PlainStatement, widest: bool) -> PlainStatement | None:
    """A statement in the one reading or the other; None if it then gives or takes nothing."""
    if statement.undecided and statement.is_allow != widest:
        return None
    if is_certain((statement,)):
        return statement
    return replace(statement, undecided="", spares_certain=statement.is_allow == widest)


def is_certain(policy: PlainPolicy) -> bool:
    """Whether everything in it is decided."""
    return not any(statement.undecided or statement.not_principals for statement in policy)


def why(policy: PlainPolicy) -> str:
    """What is not decided, by statement."""
    spared = "`NotPrincipal` spares for certain only who is named with account, principal and session"
    found = [f"{s.name}: {s.undecided or spared}" for s in policy if s.undecided or s.not_principals]
    return "it depends on " + some(found)


class Bounds:
    """A policy judged at its most and at its least. Raises Unsupported."""

    def __init__(self, policy: PlainPolicy, space: Space) -> None:
        self.policy = policy
        self.space = space
        self.is_certain = is_certain(policy)
        self.most = Judge(policy if self.is_certain else most(policy), space)
        self.least = self.most if self.is_certain else Judge(least(policy), space)
        self.sure = self.most if self.is_certain else Judge(certain(policy), space)
        """Everything as far as it is certain: what is idle there is idle."""

    def answer(self, claim: Claim) -> Answer:
        """The verdict on one claim."""
        if self.is_certain:
            return self.most.answer(claim)
        strict, lenient = (self.most, self.least) if claim.mode == "never" else (self.least, self.most)
        found = strict.answer(claim)
        if found.verdict != "fails":
            return found
        other = lenient.answer(claim)
        if other.verdict != "holds":
            return other
        rests_on = self._rests_on(lambda judge: judge.answer(claim).verdict != "holds", widest=claim.mode == "never")
        return Answer("unsupported", reason=why(rests_on), sid=rests_on[0].name)

    def gives_some(self, asked: Requests, strength: Threshold) -> bool:
        """Whether some request of the region is allowed. Raises Unsupported where that is not certain."""
        if self.least.gives_some(asked, strength):
            return True
        if not self.is_certain and self.most.gives_some(asked, strength):
            raise Unsupported(why(self._rests_on(lambda judge: judge.gives_some(asked, strength), widest=True)))
        return False

    def _rests_on(self, is_so: Callable[[Judge], bool], widest: bool) -> PlainPolicy:
        """The statements that the answer depends on: it is so if all of them are read in this way, and not if none is.

        Of each it is asked whether it makes the difference, once no other is read so that can be done without.
        """
        undecided = [statement for statement in self.policy if not is_certain((statement,))]

        def is_so_with(chosen: Sequence[PlainStatement]) -> bool:
            read_ones = (as_read(each, widest == (each in chosen)) for each in self.policy)
            return is_so(Judge(tuple(filter(None, read_ones)), self.space))

        def makes_the_difference(statement: PlainStatement) -> bool:
            chosen = undecided
            for other in undecided:
                fewer = [each for each in chosen if each is not other]
                if other is not statement and is_so_with(fewer):
                    chosen = fewer
            return not is_so_with([each for each in chosen if each is not statement])

        return tuple(filter(makes_the_difference, undecided))


def prove(
    policy: Policy | PlainPolicy, partition: str, claims: Sequence[Claim], owner: str = "", region: str = ""
) -> tuple[Answer, ...]:
    """An answer to every claim, in their order. The account and the region of the key as far as they are known.

    Who asks much of one policy gives it as `read` has read it, once.
    """
    try:
        statements = policy if isinstance(policy, tuple) else read(policy, partition)
        space = Space(partition, statements, [claim.region for claim in claims], owner, region)
        bounds = Bounds(statements, space)
        return tuple(map(bounds.answer, claims))
    except Unsupported as error:
        return tuple(Answer("unsupported", reason=str(error)) for _ in claims)
