"""Whether a key that others made may become ours. Nothing is guessed: what is not known to fit is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from baseline import names
from baseline.adoption.reading import readable
from baseline.iam.evaluate import decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request
from baseline.inventory import Key
from baseline.lock import KeyIdentity
from baseline.seen import SeenKey

NEEDED = (
    "kms:CreateAlias",
    "kms:DescribeKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
"""What Terraform's provider calls before and while it changes the policy, which comes last. The old policy must let it."""
CLOUDFORMATION = "aws:cloudformation:stack-name"
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html"""


@dataclass(frozen=True, slots=True)
class Word:
    """What the owner says beyond the key itself."""

    enable: bool = False
    """Whether a disabled key is to be enabled."""
    reason: str = ""
    """Why a key that another tool manages is ours all the same; empty: nobody said that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around a key that is to become ours."""

    namespace: str
    alias_at: str | None
    """The ID of the key at which our alias is; None: there is no such alias."""
    deployer: str | None
    """The ARN of who deploys; None: not known."""
    adopted: Mapping[KeyIdentity, str] = field(default_factory=dict)
    """What the lock has as adopted."""


def refusals(key: Key, found: SeenKey, around: Surroundings, word: Word = Word()) -> tuple[str, ...]:
    """Why the found key cannot become this one, each as a sentence without its subject; none: it fits."""
    if found.peculiarity:
        return (found.peculiarity,)
    return (
        *_state(key, found, word),
        *_places(key, found, around),
        *_rights(found, around),
        *(_owner(found, around) if not word.reason else ()),
    )


def _state(key: Key, found: SeenKey, word: Word) -> Iterator[str]:
    command = f"--region {key.region} --key-id {found.key_id}"
    if found.deletion is not None:
        when = f"{found.deletion:%Y-%m-%d %H:%M} UTC"
        yield (
            f"waits for its deletion on {when}; `aws kms cancel-key-deletion {command}` and "
            f"`aws kms enable-key {command}` bring it back"
        )
    elif found.state == "Disabled" and "Disabled" not in key.states:
        if not word.enable:
            yield "is disabled, and the deployment would enable it; `--enable` says that this is meant"
    elif found.state not in key.states:
        yield f"is in the state {found.state}"


def _places(key: Key, found: SeenKey, around: Surroundings) -> Iterator[str]:
    """Two addresses with one key, or two keys for one address."""
    here = key.locked.key
    for place, key_id in around.adopted.items():
        if key_id == found.key_id and place != here:
            yield f"is adopted already, as {' '.join(place)}"
        if key_id != found.key_id and place == here:
            yield f"comes second: the lock has {key_id} as adopted for this place"
    if around.alias_at not in (None, found.key_id):
        yield f"does not have our alias: {key.alias} is at the key {around.alias_at}"


def _rights(found: SeenKey, around: Surroundings) -> Iterator[str]:
    """What of the deployment the key's own policy would refuse. What IAM policies say is not known here."""
    if found.policy is None:
        yield "does not show its policy: kms:GetKeyPolicy is denied"
        return
    if found.tags is None:
        yield "does not show its tags, which say whose it is: kms:ListResourceTags is denied"
    if around.deployer is None:
        return
    refused = [action for action in NEEDED if not _may(found.policy, around.deployer, action)]
    if refused:
        yield f"has a policy that does not let {around.deployer} call {', '.join(refused)}"


def _may(policy: str, deployer: str, action: str) -> bool:
    """Whether the policy lets the caller, or leaves it to IAM; what is not decided counts as let."""
    context = {"kms:BypassPolicyLockoutSafetyCheck": "false"} if action == "kms:PutKeyPolicy" else {}
    try:
        request = Request(IamCaller(deployer), action, context)
        return decide(readable(policy), request).effect == "allowed"
    except PolicyError:
        return True


def _owner(found: SeenKey, around: Surroundings) -> Iterator[str]:
    """Other tools, which would change the key back."""
    tags = found.tags or {}
    take_over = "`--take-over --reason TEXT` says that it no longer does"
    if stack := tags.get(CLOUDFORMATION):
        yield f"belongs to the CloudFormation stack {stack}, which would change it back; {take_over}"
    for tag, ours in (("managed-by", names.MANAGED_BY), ("namespace", around.namespace)):
        if (value := tags.get(tag, ours)) != ours:
            yield f"has the tag {tag}={value}: what that stands for would change it back; {take_over}"
