"""What can be asked of a policy: that it never allows, always allows, or allows some of the requests of a region."""

from dataclasses import dataclass, replace
from typing import Literal

from baseline.iam.reading import PlainCondition

Mode = Literal["never", "always", "some"]
Threshold = Literal["direct", "may"]
"""`direct`: the key policy itself gives it; `may`: it does, or lets the account's IAM policies give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """A set of requests: these callers, these actions, these conditions on the context and on an IAM caller's keys."""

    kind: Literal["iam", "service"]
    services: tuple[str, ...] = ()
    """Names or patterns of service principals; none: every service."""
    not_services: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("kms:*",)
    not_actions: tuple[str, ...] = ()
    conditions: tuple[PlainCondition, ...] = ()
    later: bool = True
    """Whether those of actions are meant too that KMS may add, and that a wildcard then takes in."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about the requests of a region."""

    mode: Mode
    strength: Threshold
    region: Requests


def never(strength: Threshold, region: Requests) -> Claim:
    """No request of the region is allowed with this strength."""
    return Claim("never", strength, region)


def some(strength: Threshold, region: Requests) -> Claim:
    """Some request of the region is allowed with this strength at least."""
    return Claim("some", strength, region)


def always(strength: Threshold, region: Requests) -> Claim:
    """Every request of the region is allowed with this strength at least."""
    return Claim("always", strength, region)


def of_today(claim: Claim) -> Claim:
    """The claim of the actions that are known."""
    return replace(claim, region=replace(claim.region, later=False))
