"""What must hold of the keys of one purpose: a second statement beside the registry of purposes, written by hand.

Nothing here is taken from the registry, so a mistake there is seen. Texts may hold `{partition}`, `{region}`,
`{account}`, `{namespace}` and `{logs_suffix}`, which stand for the key's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from baseline.iam.arns import has_wildcard
from baseline.iam.reading import PlainCondition
from baseline.prover.condition_tests import condition
from baseline.regions import CallsFrom

OUR_NAMES = "{namespace}"
"""Stands in what carries a name that we give, which nobody else's policy can know."""


def _compared(*values: str) -> str:
    """The operator that compares with these values or patterns: ARNs part by part."""
    if any(map(has_wildcard, values)):
        return "ArnLike" if all(value.startswith("arn:") for value in values) else "StringLike"
    return "StringEquals"


def _negated(operator: str) -> str:
    return operator.replace("Like", "NotLike").replace("Equals", "NotEquals")


@dataclass(frozen=True, slots=True)
class Context:
    """What a call must have in its encryption context: one of these values, or a value of one of these patterns."""

    key: str
    """The condition key."""
    values: tuple[str, ...]

    def inside(self, names: Mapping[str, str]) -> PlainCondition:
        """The call has it; `names` are the key's own."""
        return condition(_compared(*self.values), self.key, *self._filled(names))

    def outside(self, names: Mapping[str, str]) -> PlainCondition:
        """The call has something else, or nothing."""
        return condition(_negated(_compared(*self.values)), self.key, *self._filled(names))

    def _filled(self, names: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(value.format_map(names) for value in self.values)


@dataclass(frozen=True, slots=True)
class Through:
    """What every principal of the account does with the key through one service, and nothing else."""

    service: str
    """As in `kms:ViaService`: the label before the region."""
    actions: tuple[str, ...]
    """With `kms:CreateGrant` where the service makes grants, which are for AWS resources alone."""
    listed: str | None
    """The name by which the configuration leaves it out; None: it cannot."""
    calls_from: CallsFrom = "own region"
    only_if_listed: bool = False
    """Whether nobody does it unless the configuration lists it."""
    context: tuple[Context, ...] = ()
    """What everything but DescribeKey must have in its encryption context."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What a service must say of where its call comes from: the value, or the ARN pattern, of one condition key."""

    key: str
    value: str

    def inside(self, value: str) -> PlainCondition:
        """The call says so; the value is this fence's, for one key."""
        return condition(_compared(value), self.key, value)

    def outside(self, value: str) -> PlainCondition:
        """The call says something else, or nothing."""
        return condition(_negated(_compared(value)), self.key, value)


@dataclass(frozen=True, slots=True)
class Call:
    """What one service does with the key by its own principal, and nothing else."""

    listed: str
    """The name by which the configuration lists it."""
    principal: str
    actions: tuple[str, ...]
    fence: tuple[Fence, ...] = ()
    """None: the call carries nothing that could bound it. It then must be one that reveals nothing."""
    tells_no_account: bool = False
    """Whether nothing that it sends says for which account it calls: a documented exception."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Users who only read: they decrypt what carries this key of the encryption context, through this service."""

    service: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must hold of the keys of one purpose."""

    through: tuple[Through, ...] = ()
    calls: tuple[Call, ...] = ()
    shared: tuple[str, ...] = ()
    """What accounts that are let in do with the key; grants for AWS resources alone."""
    shared_through_the_service: bool = False
    """Whether accounts that are named do it through the services of `through` alone."""
    readers: Readers | None = None
    """None: users use the key themselves."""

    @property
    def exceptions(self) -> tuple[Call, ...]:
        """The calls that tell nothing of the account."""
        return tuple(call for call in self.calls if call.tells_no_account)
