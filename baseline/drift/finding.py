"""What can be found, one kind each, and a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Kind = Literal[
    "key-gone",
    "alias-gone",
    "alias-moved",
    "disabled",
    "enabled",
    "pending-deletion",
    "unusable",
    "not-plain",
    "rotation",
    "policy",
    "policy-not-decided",
    "policy-of-deleted-principal",
    "policy-name",
    "grant",
    "second-alias",
    "tags",
    "parameter",
    "orphan",
    "duplicate",
    "unexpected-key",
    "feature-gone",
    "not-encrypted",
    "other-key",
    "recorder-stopped",
    "not-readable",
]


class KindInWords(NamedTuple):
    """A kind of finding, for people."""

    meaning: str
    remedy: str


KINDS: Mapping[Kind, KindInWords] = {
    "key-gone": KindInWords(
        "There is no key of this purpose any more, neither behind its alias nor with its tags",
        "See in CloudTrail who deleted it, and restore what it encrypted from elsewhere; then let `deploy` "
        "say how a new one is made",
    ),
    "alias-gone": KindInWords(
        "The key is there, and its alias is not",
        "`kms-baseline deploy` makes the alias again",
    ),
    "alias-moved": KindInWords(
        "The alias is at another key",
        "See who moved it, and what was encrypted with the other key since; `kms-baseline deploy` brings the "
        "alias back to the key of the state",
    ),
    "disabled": KindInWords(
        "The key is disabled: nothing is encrypted or decrypted with it",
        "Ask who disabled it; `aws kms enable-key` enables it",
    ),
    "enabled": KindInWords(
        "The key is enabled, and the configuration retires it by `then: disable`",
        "See who enabled it, and what needs it; `kms-baseline deploy` disables it again",
    ),
    "pending-deletion": KindInWords(
        "The key waits for its deletion",
        "`aws kms cancel-key-deletion`, then `aws kms enable-key`, before that date",
    ),
    "unusable": KindInWords(
        "The key is in another state in which it cannot be used",
        "See [the states of keys](https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html)",
    ),
    "not-plain": KindInWords(
        "The key is no symmetric key of one region with AWS KMS's own material",
        "It was not made here: see who made it, and what uses it",
    ),
    "rotation": KindInWords(
        "Rotation is on or off against the configuration, or has another period",
        "`kms-baseline deploy` sets it",
    ),
    "policy": KindInWords(
        "The policy means something else; who gained stands before who lost",
        "See in CloudTrail who changed it; `kms-baseline deploy` puts ours back, `kms-baseline policy diff` "
        "shows an example of each difference",
    ),
    "policy-not-decided": KindInWords(
        "The policy has another text, and what that means is not decided",
        "`kms-baseline policy validate` says what of it is not decided",
    ),
    "policy-of-deleted-principal": KindInWords(
        "The policy names a user or role that was deleted, and shows its ID: a new one of the same name is not let in",
        "If it is made anew, deploy again; otherwise take it out of your statements",
    ),
    "policy-name": KindInWords(
        "The key has a policy of another name than `default`; AWS RAM keeps what it shares in `AWS_RAM`",
        "See whom it lets in",
    ),
    "grant": KindInWords(
        "A grant lets another account in, or lets somebody read who is not among the key's users. Grants of "
        "AWS's services are none of these",
        "`aws kms list-grants` shows it whole, `aws kms revoke-grant` ends it; or list the role under "
        "`users`, the account under `share_with`",
    ),
    "second-alias": KindInWords(
        "The key has another alias as well, by which applications may use it",
        "Find out who uses it before you delete it",
    ),
    "tags": KindInWords(
        "A tag of ours is missing or has another value",
        "`kms-baseline deploy` sets it; `managed-by`, `namespace` and `purpose` are how a key is found again",
    ),
    "parameter": KindInWords(
        "The parameter with the key's ARN is missing or has another value",
        "`kms-baseline deploy` writes it",
    ),
    "orphan": KindInWords(
        "A key with our tags has no alias, and the configuration has no such key here",
        "See whether something is encrypted with it; if nothing is, delete it, and until then it costs its dollar a month",
    ),
    "duplicate": KindInWords(
        "Another key has the tags of this one: made by hand, or left by a run that was killed",
        "The same as for an orphan",
    ),
    "unexpected-key": KindInWords(
        "An alias of the namespace is at a key that the configuration does not have here",
        "See who made it; another namespace keeps the two apart",
    ),
    "feature-gone": KindInWords(
        "What a feature makes is not there: a topic, a log group, a vault, a trail, its bucket, a rule or a recorder",
        "See in CloudTrail who deleted it; `kms-baseline deploy` makes it again, without what it held",
    ),
    "not-encrypted": KindInWords(
        "What a feature makes is encrypted by no key of KMS, or EBS encryption by default is off",
        "`kms-baseline deploy` puts the key back; what came in between stays as it is",
    ),
    "other-key": KindInWords(
        "What a feature makes is encrypted with another key than that of its region",
        "`kms-baseline deploy` puts ours back; keep the other key, for what was encrypted with it",
    ),
    "recorder-stopped": KindInWords(
        "AWS Config's recorder does not record, though `recorder: complete` says so",
        "`kms-baseline deploy` starts it",
    ),
    "not-readable": KindInWords(
        "Something may not be read, so that nothing is known of it",
        "Give the role the permission that is named",
    ),
}
assert tuple(KINDS) == get_args(Kind)


class Difference(NamedTuple):
    """In what something is not as it should be: of which kind, and a sentence."""

    kind: Kind
    problem: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference, and where it is."""

    kind: Kind
    account: str
    account_id: str
    region: str
    purpose: str
    """Empty: of no single key."""
    problem: str
