"""The policies of which the tests state properties, and the requests that they are asked about."""

import functools
import inspect
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import pytest

from baseline.iam.actions import expand_all
from baseline.iam.evaluate import Decision, decide
from baseline.iam.reading import PlainPolicy, read_policy
from baseline.iam.request import Caller, IamCaller, Request, ServiceCaller
from baseline.inventory import Inventory, Key
from baseline.prover.expectations import EXPECTATIONS
from baseline.purposes import PURPOSES
from tests.conftest import inventory, some

OWN = "222222222222"
"""The account of the keys."""
OTHER = "333333333333"
"""An account that the configuration does not name."""
REGIONS = {
    "aws": ("eu-west-2", "us-east-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
"""By partition: the region of the keys, and another one."""
DELEGATIONS = ("manage", "administrators", "full")
EVERYWHERE = ("cloudwatch", "events", "s3", "cloudtrail", "backup")
PUBLISHERS = {
    "aws": (*EVERYWHERE, "budgets", "costalerts", "codestar-notifications"),
    "aws-cn": (*EVERYWHERE, "budgets", "costalerts"),
    "aws-us-gov": EVERYWHERE,
}
"""The services that can publish to topics, by partition: https://github.com/boto/botocore (endpoints.json)"""

ADMINISTRATOR = "role/KeyAdmins"
SSO_ADMINISTRATOR = "role/aws-reserved/sso.amazonaws.com/eu-west-2/AWSReservedSSO_KeyAdmins_0123456789abcdef"
USER = "role/App"
CI_USER = "role/ci/build"
DEPLOYER = "role/kms-baseline-deploy"
ANYONE = "role/Anyone"
"""A role of the account that the configuration does not name."""

KEYS = {
    "administrators": [ADMINISTRATOR, "role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_KeyAdmins_*"],
    "users": [USER, "role/ci/*"],
    "deny_deletion_if_used_within_days": 365,
}

USE = expand_all(("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey*"))
"""Encrypting and decrypting, action by action."""
PUBLISH = expand_all(("kms:Decrypt", "kms:GenerateDataKey*"))
GRANTS_FOR_AWS: dict[str, str] = {"kms:GrantIsForAWSResource": "true"}


class Settings(NamedTuple):
    """What the policies differ in, besides their purpose."""

    partition: str
    delegation: str
    separate_duties: bool


@cache
def keys_of(settings: Settings) -> Mapping[str, Key]:
    """By purpose: the key in the first region."""
    keys = {"iam_delegation": settings.delegation, "separate_duties": settings.separate_duties}
    inventory = organization(settings.partition, keys)
    return {key.purpose: key for key in inventory.keys if key.region == REGIONS[settings.partition][0]}


def organization(partition: str, keys: Mapping[str, Any], **sections: Any) -> Inventory:
    """One account in two regions with every feature, its administrators and users, and what else is said of keys."""
    home, other = REGIONS[partition]
    services = {name: {p.services_field: list(p.services_in(partition))} for name, p in PURPOSES.items()}
    written = {
        "version": 1,
        "organization": {"id": "o-a1b2c3d4e5", "partition": partition, "home_region": home, "regions": [home, other]},
        "features": {"cloudtrail": True, "backup": True},
        "accounts": [{"name": "workloads", "id": OWN}],
        "keys": {**KEYS, "purposes": services, **keys},
    }
    return inventory(json.dumps(written | sections))  # JSON is YAML


@dataclass(frozen=True)
class Case:
    """The policy of one key."""

    purpose: str
    settings: Settings

    def __str__(self) -> str:
        partition, delegation, separate_duties = self.settings
        return f"{self.purpose} {partition} {delegation}{' separate' if separate_duties else ''}"

    @property
    def policy(self) -> Mapping[str, Any]:
        return _rendered(self)

    @property
    def text(self) -> str:
        return keys_of(self.settings)[self.purpose].policy.render()

    @property
    def statements(self) -> list[dict[str, Any]]:
        return list(self.policy["Statement"])

    @property
    def partition(self) -> str:
        return self.settings.partition

    @property
    def region(self) -> str:
        return REGIONS[self.partition][0]

    @property
    def other_region(self) -> str:
        return REGIONS[self.partition][1]

    def arn(self, service: str, resource: str, account: str = OWN, region: str | None = None) -> str:
        return f"arn:{self.partition}:{service}:{self.region if region is None else region}:{account}:{resource}"

    def who(self, name: str, account: str = OWN) -> IamCaller:
        """A role, or `root`, of an account; a role acts in a session, as roles do."""
        return IamCaller(self.arn("iam", name, account, ""), "session" if name.startswith("role/") else "")

    def through(self, service: str, region: str | None = None) -> dict[str, str]:
        """The context of a call that a service makes on behalf of its caller."""
        return {"kms:ViaService": f"{service}.{region or self.region}.amazonaws.com"}

    @property
    def via(self) -> dict[str, str]:
        """A call through the purpose's own service; the first, where it has several."""
        return self.through(PURPOSES[self.purpose].via[0])

    @property
    def logs(self) -> str:
        return f"logs.{self.region}.amazonaws.com{'.cn' if self.partition == 'aws-cn' else ''}"

    @property
    def trail(self) -> str:
        return self.arn("cloudtrail", "trail/baseline")

    @property
    def everything(self) -> dict[str, str]:
        """A context with every condition key that could open the policy, for this account and region."""
        return {
            **{key: value for _, _, context in self.service_calls() for key, value in context.items()},
            **self.via,
            **GRANTS_FOR_AWS,
            "aws:SourceAccount": OWN,
            "aws:SourceArn": self.trail,
            "kms:EncryptionContext:aws:sns:topicArn": self.arn("sns", "alerts"),
            "kms:EncryptionContext:aws:logs:arn": self.arn("logs", "log-group:/app"),
            "kms:EncryptionContext:aws:cloudtrail:arn": self.trail,
        }

    def service_calls(self) -> Iterator[tuple[ServiceCaller, str, dict[str, str]]]:
        """By service and action: what the service says of this account, by its purpose's expectation, and nothing else."""
        there = PURPOSES[self.purpose].services_in(self.partition)
        for call in (call for call in EXPECTATIONS[self.purpose].calls if call.listed in there):
            context = {fence.key: self.filled(fence.value).replace("*", "any") for fence in call.fence}
            for action in sorted(expand_all(call.actions)):
                yield ServiceCaller(self.filled(call.principal)), action, context

    def filled(self, template: str) -> str:
        """A text of an expectation, for this key."""
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return template.format(
            partition=self.partition, region=self.region, account=OWN, namespace="baseline", logs_suffix=suffix
        )

    def decide(self, caller: Caller | str, action: str, context: dict[str, str] | None = None) -> Decision:
        """What the policy says to a role of the account (or `root`), or to another caller."""
        who = self.who(caller) if isinstance(caller, str) else caller
        return decide(_read(self), Request(who, action, context or {}))

    def allows(self, caller: Caller | str, action: str, context: dict[str, str] | None = None) -> bool:
        """Whether the policy itself allows it or leaves it to the account's IAM policies."""
        return self.decide(caller, action, context).effect == "allowed"

    def gives(self, caller: Caller | str, action: str, context: dict[str, str] | None = None) -> bool:
        """Whether the policy itself allows it, whatever the account's IAM policies say."""
        return self.decide(caller, action, context).strength == "direct"


def service(label: str) -> ServiceCaller:
    """A service by the first label of its service principal, where that has no region."""
    return ServiceCaller(f"{label}.amazonaws.com")


@cache
def _rendered(case: Case) -> Mapping[str, Any]:
    policy: Mapping[str, Any] = json.loads(case.text)
    return policy


@cache
def _read(case: Case) -> PlainPolicy:
    return read_policy(case.policy)


SETTINGS = tuple(Settings(*each) for each in itertools.product(REGIONS, DELEGATIONS, (False, True)))
FEW = tuple(Settings(*each) for each in zip(REGIONS, DELEGATIONS, (True, True, False), strict=True))
"""Each partition and each delegation once, for purposes that nobody has unless they are switched on."""
CASES = tuple(
    Case(name, settings)
    for name, purpose in PURPOSES.items()
    for settings in (FEW if purpose.optional else some(SETTINGS))
)


def cases_of(*purposes: str) -> tuple[Case, ...]:
    return tuple(case for case in CASES if case.purpose in purposes)


def each(cases: Sequence[Case]) -> Callable[[Callable[..., None]], Any]:
    """The test takes each `case`, those of a purpose in one go: pytest needs longer for a test than one case does."""

    def decorate(test: Callable[..., None]) -> Any:
        @functools.wraps(test)
        def of_a_purpose(cases: Sequence[Case], **others: Any) -> None:
            for case in cases:
                try:
                    test(case=case, **others)
                except BaseException as error:
                    error.add_note(f"case: {case}")
                    raise

        own = inspect.signature(test)
        taken = [p.replace(name="cases") if p.name == "case" else p for p in own.parameters.values()]
        of_a_purpose.__signature__ = own.replace(parameters=taken)  # type: ignore[attr-defined]
        grouped = {purpose: tuple(these) for purpose, these in itertools.groupby(cases, lambda case: case.purpose)}
        return pytest.mark.parametrize("cases", grouped.values(), ids=grouped)(of_a_purpose)

    return decorate


def listed(value: str | list[str]) -> list[str]:
    """One value or several, as several."""
    return [value] if isinstance(value, str) else value


def conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every operator, key and value of a statement."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield from ((operator, key, value) for value in listed(values))


def allowing(case: Case) -> list[dict[str, Any]]:
    return [statement for statement in case.statements if statement["Effect"] == "Allow"]
