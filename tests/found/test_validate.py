"""Each kind of finding on a small example, and what is no finding."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baseline.found.json_text import NotJson, read
from baseline.found.kinds import KINDS
from baseline.found.policy import ELEMENTS
from baseline.found.validate import validate
from baseline.iam.document import Document
from tests.expected_policies import policies
from tests.found.policies import ROLE, ROOT, A, B, R, policy, statement, without

ALARMS = {"Service": "cloudwatch.amazonaws.com"}
OURS = {"aws:SourceAccount": A}
ROOT_USER = ROOT | {"Condition": {"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{A}:root"}}}
SESSION = f"arn:aws:sts::{A}:assumed-role/Pipeline/i-0abc"
NAMES = "kms:EncryptionContextKeys"
TOPIC = "kms:EncryptionContext:aws:sns:topicArn"

EXAMPLES: tuple[tuple[str, str, str], ...] = (
    ("unreadable", "", ""),
    ("not-json", '{"Version": }', "a value is expected, got `}`"),
    ("not-a-policy", "[]", "a policy is a JSON object, got a list"),
    ("not-a-policy", "{}", "there is no `Statement`"),
    ("nested-too-deeply", "[" * 50, "nested more than 40 deep"),
    ("text-too-large", " " * 1_000_001, "the text has more than 1000000 characters; a key policy has at most 32768 bytes"),
    ("too-large", policy() + " " * 33_000, "KMS takes 32768"),
    ("duplicate-key", policy().replace('"Effect"', '"Sid": "x",\n "Effect"'), "`Sid` stands twice in one object, first in"),
    ("duplicate-key", policy(statement(StringEquals={NAMES: "a", NAMES.lower(): "b"})), "`kms:EncryptionContextKeys` stands"),
    ("forbidden-character", policy(statement(StringEquals={TOPIC: "\u20ac"})), "does not take the character U+20AC (euro sign)"),
    ("no-statement", policy(root=False), "the policy has no statement"),
    ("invalid-version", policy(Version="2020-01-01"), "`Version` is `2020-01-01`"),
    ("unknown-element", policy(statement() | {"Resources": "*"}), "unknown element `Resources`"),
    ("unknown-element", policy(Owner="me"), "unknown element `Owner`"),
    ("invalid-element", policy(statement() | {"Action": [1]}), "`Action` takes texts"),
    ("invalid-element", policy(statement() | {"Principal": ROLE}), "`Principal` is `*` or a mapping"),
    ("invalid-element", policy("statement"), "statement 2 is no JSON object, but a text"),
    ("invalid-element", policy(statement() | {"Condition": ["StringEquals"]}), "`Condition` maps operators to keys"),
    ("invalid-effect", policy(statement(effect="allow")), "`Effect` is `allow`"),
    ("invalid-effect", policy(without("Effect")), "`Effect` is missing"),
    ("no-principal", policy(statement({"AWS": []})), "the statement names no principal"),
    ("no-principal", policy(without("Principal")), "the statement names no principal"),
    ("principal-with-wildcard", policy(statement({"AWS": f"{ROLE}*"})), f"principal `{ROLE}*` has a wildcard"),
    ("invalid-principal", policy(statement({"AWS": f"arn:aws:iam::{A}:group/Admins"})), "is not an account, a user, a role"),
    ("invalid-principal", policy(statement({"AWS": "role/App"})), "`role/App` is neither an account ID nor an ARN"),
    ("invalid-principal", policy(statement({"Service": "sns"})), "`sns` is not a service principal"),
    ("deleted-principal", policy(statement({"AWS": "AROAEXAMPLE1234567890"})), "is the ID of a deleted principal"),
    ("other-partition", policy(statement({"AWS": f"arn:aws-cn:iam::{A}:root"})), "is of the partition aws-cn, the key of aws"),
    ("service-of-another-region", policy(statement({"Service": "logs.eu-west-1.amazonaws.com"})), "is of eu-west-1, the key"),
    ("template", policy(statement({"AWS": "arn:aws:iam::${account}:root"})), "`${account}` is not filled in"),
    ("opposite-elements", policy({**statement(), "NotAction": "kms:*"}), "`Action` and `NotAction`"),
    ("unknown-service", policy(statement({"Service": "clodwatch.amazonaws.com"})), "did you mean `cloudwatch.amazonaws.com`"),
    ("wildcard-as-service", policy(statement(action="k*:Decrypt")), "has a wildcard where `kms:` stands"),
    ("service-without-region", policy(statement({"Service": "logs.amazonaws.com"})), "has no region in it"),
    ("service-acts-by-role", policy(statement({"Service": "codepipeline.amazonaws.com"})), "as a role"),
    ("impossible-value", policy(statement(StringLike={"aws:SourceOrgID": "organization"})), "is never `organization`"),
    ("via-service-of-another-region", policy(statement(StringLike={"kms:ViaService": "s3.eu-west-1.amazonaws.com"})), "is of"),
    ("unknown-operator", policy(statement(StringEqual=OURS)), "`StringEqual`; did you mean `StringEquals`"),
    ("no-value", policy(statement(StringEquals={"aws:SourceAccount": []})), "has no value"),
    ("lockout", policy(statement(action="kms:*"), root=False), f"takes it from role/App of {A} (any session)"),
    ("lockout", policy(statement(), root=False), "KMS answers MalformedPolicyDocumentException"),
    ("lockout", policy(statement("*", "kms:PutKeyPolicy", "Deny", StringNotEquals={"kms:ViaService": "x"})), "may not call"),
    (
        "lockout-of-the-root-user",
        policy(statement("*", "kms:PutKeyPolicy", "Deny", ArnNotLike={"aws:PrincipalArn": ROLE})),
        f"the root user may not call kms:PutKeyPolicy, and role/App of {A} (any session) may",
    ),
    (
        "lockout-on-a-condition",
        policy(statement("*", "kms:*", "Deny", StringNotEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})),
        "depends on `aws:PrincipalOrgID`",
    ),
    ("open-to-everyone", policy(statement({"AWS": "*"}, "kms:DescribeKey")), "may call kms:DescribeKey"),
    ("open-to-everyone", policy(statement("*", StringEquals={"kms:ViaService": "ec2.eu-west-2.amazonaws.com"})), "may call"),
    ("open-to-everyone", policy(statement("*", **{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1"}})), "may call"),
    ("no-resource", policy(without("Resource")), "has no `Resource`"),
    ("no-action", policy(without("Action")), "has no `Action`"),
    ("unknown-action", policy(statement(action=["kms:Decrpt"])), "did you mean `kms:Decrypt`"),
    ("unknown-action", policy(statement(action="s3:GetObject")), "unknown action `s3:GetObject`"),
    ("unknown-action", policy(statement(action="kms:Foo*")), "no action of a key policy matches `kms:Foo*`"),
    ("action-without-effect", policy(statement(action=["kms:Decrypt", "kms:ListKeys"])), "`kms:ListKeys` has no effect"),
    ("unknown-condition-key", policy(statement(StringEquals={"kms:Nothing": "x"})), "unknown condition key `kms:Nothing`"),
    ("condition-key-of-iam-policies", policy(statement(StringEquals={"kms:ResourceAliases": "x"})), "IAM policies only"),
    (
        "condition-key-not-carried",
        policy(statement(action=["kms:Decrypt", "kms:DescribeKey"], StringEquals={TOPIC: "x"})),
        f"`{TOPIC}` never comes with `kms:DescribeKey`",
    ),
    (
        "condition-key-not-sent",
        policy(statement({"Service": ["events.amazonaws.com", "cloudwatch.amazonaws.com"]}, StringEquals=OURS)),
        f"for messages to topics AWS calls `aws:SourceAccount` of `events.amazonaws.com` unsupported; `{TOPIC}` is sent",
    ),
    (
        "condition-key-not-sent",
        policy(statement(ALARMS, StringEquals={"kms:CallerAccount": A})),
        "`kms:CallerAccount` describes IAM principals, and `cloudwatch.amazonaws.com` is none",
    ),
    ("condition-key-not-known", policy(statement({"Service": "backup.amazonaws.com"}, StringEquals=OURS)), "nobody documents"),
    ("condition-key-of-services", policy(statement(StringEquals=OURS)), "comes with calls of AWS services alone"),
    ("service-for-other-account", policy(statement(ALARMS, StringEquals={"aws:SourceAccount": B})), "may act for 999988887777"),
    (
        "deny-hits-services",
        policy(statement("*", effect="Deny", StringNotEquals={"aws:SourceVpce": "vpce-1"})),
        "`aws:SourceVpce` never comes with calls that AWS services make for users and roles",
    ),
    ("literal-wildcard", policy(statement(StringEquals={"kms:ViaService": "ec2.*"})), "takes the wildcard of `ec2.*` literally"),
    ("value-of-another-type", policy(statement(StringEquals={"kms:GrantIsForAWSResource": "x"})), "which is of type Bool"),
    ("value-of-another-type", policy(statement(Bool={"aws:PrincipalIsAWSService": "yes"})), "`true` or `false`, got `yes`"),
    ("value-of-another-type", policy(statement(ArnLike={"aws:SourceArn": "topic/*"})), "compares ARNs, and `topic/*` is none"),
    ("version-missing", json.dumps({"Statement": ROOT}), "there is no `Version`"),
    ("old-version", policy(Version="2008-10-17"), "`Version` is `2008-10-17`"),
    ("letter-case", policy().replace('"Effect"', '"effect"'), "`effect` is read as `Effect`"),
    ("set-operator-on-one-value", policy(statement(**{"ForAnyValue:StringEquals": OURS})), "write `StringEquals`"),
    ("set-operator-missing", policy(statement(StringEquals={NAMES: "a"})), f"on `{NAMES}`, which has several values"),
    ("for-all-values-of-nothing", policy(statement(**{"ForAllValues:StringEquals": {NAMES: "a"}})), "holds without"),
    ("service-for-any-account", policy(statement(ALARMS)), "the service cloudwatch.amazonaws.com may call kms:Decrypt"),
    ("service-for-any-account", policy(statement(ALARMS, StringEqualsIfExists=OURS)), "may call kms:Decrypt"),
    (
        "service-for-any-account",
        policy(statement(ALARMS, ArnLike={"aws:SourceArn": "arn:aws:cloudwatch:eu-west-2:*:alarm:*"})),
        "may call kms:Decrypt",
    ),
    ("service-manages", policy(statement(ALARMS, ["kms:TagResource", "kms:Decrypt"], StringEquals=OURS)), "kms:TagResource"),
    ("service-grants-anything", policy(statement(ALARMS, "kms:CreateGrant", StringEquals=OURS)), "kms:CreateGrant"),
    ("other-account-given-everything", policy(statement({"AWS": B}, "kms:*")), "999988887777: every action"),
    ("only-root-user-manages", policy(ROOT_USER, root=False), f"nobody in {A} but its root user may call kms:PutKeyPolicy"),
    ("action-not-across-accounts", policy(statement({"AWS": B}, ["kms:Decrypt", "kms:PutKeyPolicy"])), "kms:PutKeyPolicy"),
    ("session-manages", policy(statement({"AWS": SESSION}, "kms:Put*")), "may change the policy, and is a session"),
    ("everything-for-one", policy(statement(action="kms:*")), "every action is given to others than the account"),
    (
        "wildcard-across-parts",
        policy(statement("*", StringLike={"aws:PrincipalArn": f"arn:aws:iam:*:{A}:role/App"})),
        "`StringLike` on `aws:PrincipalArn` with",
    ),
    ("repeated-sid", policy(ROOT), "`Root` is also the Sid of another statement"),
    ("statement-without-effect", policy(ROOT | {"Sid": "Again"}), "without it the policy would allow the same"),
    ("not-principal", policy({**without("Principal"), "NotPrincipal": {"AWS": ROLE}}), "everyone but those it names"),
    ("not-action", policy({**without("Action"), "NotAction": "kms:Decrypt"}), "`NotAction` gives 45 of 46 actions"),
    ("other-resource", policy(statement() | {"Resource": f"arn:aws:kms:{R}:{B}:key/1"}), "which is not this key"),
    ("other-resource", policy(statement() | {"Resource": f"arn:aws:s3:::{A}"}), "which is not this key"),
    ("policy-variable", policy(statement(StringEquals={TOPIC: "${aws:username}"})), "has a policy variable"),
    ("operator-not-decided", policy(statement(BinaryEquals={TOPIC: "eA=="})), "`BinaryEquals` is not supported"),
    ("principal-of-other-policies", policy(statement({"Federated": "accounts.google.com"})), "`Federated` is no kind"),
    ("not-decided", policy(statement("*", StringEquals={TOPIC: "${aws:username}"})), "what the policy means is not decided: "),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "problem"), EXAMPLES, ids=[f"{i}-{kind}" for i, (kind, _, _) in enumerate(EXAMPLES)]
)
def test_the_example_has_the_finding(kind: str, text: str, problem: str) -> None:
    found = {finding.kind.id: finding.problem for finding in validate(text, A, R)}
    assert problem in found.get(kind, ""), found


def test_every_kind_has_an_example() -> None:
    assert {kind for kind, _, _ in EXAMPLES} == set(KINDS)


FINE: dict[str, str] = {
    "AWS's default": policy(),
    "one statement as an object, texts for lists": json.dumps({"Version": "2012-10-17", "Statement": ROOT}),
    "a Sid with spaces": policy(root=False, Statement=[ROOT | {"Sid": "Enable IAM User Permissions"}]),
    "everyone of the account": policy(statement({"AWS": "*"}, StringEquals={"kms:CallerAccount": A})),
    "everyone denied": policy(statement("*", "kms:ScheduleKeyDeletion", "Deny")),
    "everyone of an organization": policy(statement("*", StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})),
    "actions in another letter case": policy(statement(action="kms:decrypt")),
    "another account, named": policy(statement({"AWS": f"arn:aws:iam::{B}:root"})),
    "a bucket": policy(statement({"Service": "s3.amazonaws.com"}, ArnLike={TOPIC: f"arn:aws:sns:*:{A}:*"})),
    "a topic as a text": policy(statement(ALARMS, StringLike={"aws:SourceArn": f"arn:aws:cloudwatch:{R}:{A}:alarm:*"})),
    "a source without account": policy(
        statement({"Service": "sqs.amazonaws.com"}, ArnEquals={"aws:SourceArn": "arn:aws:s3:::bucket"})
    ),
    "an alarm of this account": policy(statement(ALARMS, StringEquals=OURS)),
    "the short form of the account": policy(ROOT | {"Sid": "x", "Principal": {"AWS": A}}, root=False),
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_is_right_has_no_finding(text: str) -> None:
    assert validate(text, A, R) == []
    assert validate(text) == []


@pytest.mark.parametrize(
    "wrap", [lambda text: {"Policy": text}, lambda text: {"Policy": json.loads(text)}, lambda text: text]
)
def test_what_get_key_policy_prints_is_the_policy_inside(wrap: Any) -> None:
    assert validate(json.dumps(wrap(policy()))) == []
    found = validate(json.dumps(wrap(policy(statement(action="kms:Decrpt")))))
    assert {finding.kind.id for finding in found} == {"unknown-action"}


def test_a_finding_has_its_line_statement_and_element() -> None:
    text = policy(statement(action=["kms:Encrypt", "kms:Decrpt"]))
    [finding] = [f for f in validate(text) if f.kind.id == "unknown-action"]
    assert (finding.statement, finding.element) == ("statement 2", "Action")
    assert text.splitlines()[finding.line - 1].strip().startswith('"Action"')


@pytest.mark.parametrize(
    ("name", "document"), list(policies()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_our_own_policies_have_no_finding(name: str, document: Document) -> None:
    """But for a statement that repeats what root's delegates under `full`, which is no mistake."""
    region = {"aws": "eu-west-2", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "variants": "eu-west-2"}
    found = validate(document.render(), A, region[name.partition("/")[0]])
    assert [(finding.kind.id, finding.problem) for finding in found] == []


names = st.sampled_from(
    [*ELEMENTS, "Statement", "Version", "AWS", "Service", "StringEquals", "aws:SourceArn", "Policy", "x"]
)
words = st.sampled_from(
    ["*", "kms:*", "Allow", ROLE, A, "arn:aws:iam::", "2012-10-17", "", "\u00e9", "kms:Decrypt", "${x}"]
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=5)),
    max_leaves=20,
)


@given(values, st.sampled_from(["", A]), st.sampled_from(["", R]))
def test_whatever_json_is_given_there_are_findings_and_no_exception(value: Any, account: str, region: str) -> None:
    for text in (json.dumps(value), policy(value), policy({**statement(), "Condition": value, "Principal": value})):
        assert isinstance(validate(text, account, region), list)


def _no_json(word: str) -> None:
    """Python reads `NaN` and `Infinity`, which JSON does not have."""
    raise ValueError(word)


@given(st.text())
@example("Infinity")
def test_whatever_text_is_given_is_json_to_both_readers_or_to_none(text: str) -> None:
    try:
        expected = json.loads(text, parse_constant=_no_json)
    except ValueError:
        expected = NotJson
    try:
        found = read(text).value
    except NotJson:
        found = NotJson
    same = found is expected or found == expected or repr(found) == repr(expected)  # NaN is not equal to itself
    assert same or any("\ud800" <= c <= "\udfff" for c in text)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    )
)
def test_json_is_read_as_python_reads_it(value: Any) -> None:
    assert read(json.dumps(value, indent=1)).value == value
    assert read(json.dumps(value, ensure_ascii=False)).value == value
