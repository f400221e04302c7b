"""What a person may write wrong, and what is said about it: line, field, what was written, what would be right."""

import pytest

from baseline.configuration.source import decode
from baseline.errors import Mistakes
from tests.conftest import configuration, inventory

GOOD = """\
version: 1
organization:
  id: o-a1b2c3d4e5
  home_region: eu-west-2
  regions: [eu-west-2, us-east-1]
deployment:
  role: kms-baseline-deploy
keys:
  administrators: [role/Administrators]
accounts:
  - {name: workloads, id: "222222222222"}
  - {name: data, id: "033333333333"}
"""


def said(text: str) -> list[str]:
    """Every message about a text, as people see it."""
    with pytest.raises(Mistakes) as caught:
        configuration(text)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_good_one_is_good() -> None:
    assert len(configuration(GOOD).organization.accounts) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "  administrators", "  administrator",
            "organization.yaml:9: keys.administrator: unknown field `administrator`\n  help: did you mean `administrators`?",
            id="unknown field",
        ),
        pytest.param(
            "deployment:", "deplyoment:",
            "organization.yaml:6: deplyoment: unknown field `deplyoment`\n  help: did you mean `deployment`?",
            id="unknown section",
        ),
        pytest.param(
            "keys:\n", "keys:\n  rotation: yes\n",
            "organization.yaml:9: keys.rotation: must be true or false, got `yes`",
            id="yes is a text",
        ),
        pytest.param(
            '"222222222222"', '"22222222222"',
            "organization.yaml:11: accounts[0].id: must be an account ID of 12 digits in quotes, got `22222222222`",
            id="an ID of 11 digits",
        ),
        pytest.param(
            "keys:\n", "keys:\n  waivers: [{property: logs-encrypts, reason: why}]\n",
            "organization.yaml:9: keys.waivers[0].property: `logs-encrypts` is not a property\n  help: it is now "
            "`services-do-what-they-must`, for every purpose; with `purpose: logs` it says what it said",
            id="a property under its former name",
        ),
        pytest.param(
            "keys:\n", "keys:\n  waivers: [{property: every-statement-bites, reason: why}]\n",
            "organization.yaml:9: keys.waivers[0].property: `every-statement-bites` is not a property\n  help: it is now "
            "`every-statement-is-needed`",
            id="a property whose name became plainer",
        ),
        pytest.param(
            '"222222222222"', "222222222222",
            "organization.yaml:11: accounts[0].id: must be text, got `222222222222` without quotes\n"
            '  help: write "222222222222"',
            id="an ID without quotes",
        ),
        pytest.param(
            '"033333333333"', "012345670123",
            "organization.yaml:12: accounts[1].id: must be text, got `012345670123` without quotes\n"
            '  help: write "012345670123"',
            id="an ID with a zero that would be octal",
        ),
        pytest.param(
            '"033333333333"', "098765432109",
            "organization.yaml:12: accounts[1].id: must be text, got `098765432109` without quotes\n"
            '  help: write "098765432109"',
            id="an ID with a zero that would be lost",
        ),
        pytest.param(
            "name: data", "name: workloads",
            "organization.yaml:12: accounts[1].name: `workloads` is also in line 11\n"
            "  help: every account has its own name",
            id="a name twice",
        ),
        pytest.param(
            '"033333333333"', '"222222222222"',
            "organization.yaml:12: accounts[1].id: `222222222222` is also in line 11\n"
            "  help: every account has its own id",
            id="an ID twice",
        ),
        pytest.param(
            "keys:\n", "keys:\n  rotation: true\n  users: []\n  rotation: false\n",
            "organization.yaml:11: keys.rotation: `rotation` is written twice, first in line 9\n"
            "  help: keep one of the two",
            id="a field twice",
        ),
        pytest.param(
            "us-east-1]", "us-east-11]",
            "organization.yaml:5: organization.regions[1]: `us-east-11` is not a known region\n"
            "  help: did you mean `us-east-1`?",
            id="an unknown region",
        ),
        pytest.param(
            "us-east-1]", "cn-north-1]",
            "organization.yaml:5: organization.regions[1]: `cn-north-1` is a region of the partition aws-cn, not of aws\n"
            "  help: one configuration is for one partition",
            id="a region of another partition",
        ),
        pytest.param(
            "us-east-1]", "eu-west-2]",
            "organization.yaml:5: organization.regions[1]: `eu-west-2` is listed twice\n  help: keep one",
            id="a region twice",
        ),
        pytest.param(
            "home_region: eu-west-2", "home_region: eu-west-1",
            "organization.yaml:4: organization.home_region: home region `eu-west-1` is not among the enabled regions "
            "`eu-west-2`, `us-east-1`\n  help: enable `eu-west-1`, or choose another home_region",
            id="a home region that is not enabled",
        ),
        pytest.param(
            'name: data, ', 'name: data, regions: [us-east-1], ',
            "organization.yaml:12: accounts[1].regions: home region `eu-west-2` is not among the enabled regions "
            "`us-east-1`\n  help: enable `eu-west-2`, or choose another home_region",
            id="an account without its home region",
        ),
        pytest.param(
            "keys:\n", "keys:\n  rotation_period_days: 30\n",
            "organization.yaml:9: keys.rotation_period_days: must be 90 to 2560 days, got `30`",
            id="a rotation period of 30 days",
        ),
        pytest.param(
            "keys:\n", "keys:\n  deletion_window_days: 45\n",
            "organization.yaml:9: keys.deletion_window_days: must be 7 to 30 days, got `45`",
            id="a window of 45 days",
        ),
        pytest.param(
            "keys:\n", 'keys:\n  deletion_window_days: "7"\n',
            "organization.yaml:9: keys.deletion_window_days: must be a whole number, got `7` in quotes\n"
            "  help: remove the quotes",
            id="a number in quotes",
        ),
        pytest.param(
            "keys:\n", "keys:\n  iam_delegation: managed\n",
            "organization.yaml:9: keys.iam_delegation: must be `administrators`, `manage` or `full`, got `managed`\n"
            "  help: did you mean `manage`?",
            id="an unknown choice",
        ),
        pytest.param(
            "role/Administrators", '"arn:aws-cn:iam::222222222222:role/Administrators"',
            "organization.yaml:9: keys.administrators[0]: `arn:aws-cn:iam::222222222222:role/Administrators` is of the "
            "partition aws-cn, the organization of aws\n  help: write arn:aws:...",
            id="an ARN of another partition",
        ),
        pytest.param(
            "role/Administrators", "Administrators",
            "organization.yaml:9: keys.administrators[0]: must be `role/NAME`, `user/NAME` or a full ARN of one with its "
            "exact account, got `Administrators`",
            id="a name without its kind",
        ),
        pytest.param(
            "role/Administrators", '"222222222222"',
            "organization.yaml:9: keys.administrators[0]: `222222222222` is an account ID; write "
            "`arn:aws:iam::222222222222:root` for the whole account",
            id="an account ID for a principal",
        ),
        pytest.param(
            "role/Administrators", "arn:aws:iam::222222222222:root",
            "organization.yaml:9: keys.administrators[0]: `arn:aws:iam::222222222222:root` is a whole account, which "
            "cannot administer a key\n  help: name its roles or users",
            id="an account among the administrators",
        ),
        pytest.param(
            "role/Administrators", "arn:aws:iam::333333333333:role/KeyAdmins",
            "organization.yaml:9: keys.administrators[0]: `arn:aws:iam::333333333333:role/KeyAdmins` cannot administer the "
            "keys of `workloads` (222222222222)\n  help: KMS honours no management across accounts, whatever the key policy "
            "says; `role/KeyAdmins` alone is looked for in each account",
            id="an administrator of another account",
        ),
        pytest.param(
            "  administrators: [role/Administrators]", '  administrators: [role/A, role/B]\n  users: ["role/*B"]',
            "organization.yaml:10: keys.users[0]: `arn:aws:iam::222222222222:role/*B` also administers the key, by line 9\n"
            "  help: who administers a key does not use it; keep one of the two",
            id="a role in both lists",
        ),
        pytest.param(
            "  administrators: [role/Administrators]",
            '  users: ["arn:aws:iam::999999999999:root"]\n  purposes: {s3: {share_with: ["999999999999"]}}',
            "organization.yaml:9: keys.users[0]: `arn:aws:iam::999999999999:root` is the whole account, which `share_with` lets "
            "in too, by line 10\n  help: who is among the users has all that `share_with` gives, and more; keep one of the two",
            id="an account among the users that the key is shared with",
        ),
        pytest.param(
            "role/Administrators]", 'role/kms-baseline-*]\n  separate_duties: true',
            "organization.yaml:9: keys.administrators[0]: `arn:aws:iam::222222222222:role/kms-baseline-*` covers "
            "`arn:aws:iam::222222222222:role/kms-baseline-deploy`, who deploys: separate_duties would deny every use\n"
            "  help: log groups and vaults could not be created; name administrators apart from it",
            id="separate duties that stop deployments",
        ),
        pytest.param(
            "role: kms-baseline-deploy\nkeys:\n  administrators: [role/Administrators]",
            "role: null\nkeys:\n  administrators: [role/Administrators]\n  iam_delegation: administrators",
            "organization.yaml:10: keys.iam_delegation: `workloads` is deployed with the caller's own credentials, and "
            "nothing says whose these are\n  help: KMS would refuse keys whose policy locks their maker out; write "
            "`deployer: role/NAME` at the account, or its `role`",
            id="a deployer who would lock himself out",
        ),
        pytest.param(
            "role: kms-baseline-deploy", "role: null\n  deployer: role/deploy-*",
            "organization.yaml:8: deployment.deployer: must be `role/NAME`, `user/NAME`, the full ARN of one, or `root`, "
            "got `role/deploy-*`",
            id="a deployer by pattern",
        ),
        pytest.param(
            "role: kms-baseline-deploy", "role: null\n  deployer: arn:aws:iam::222222222222:role/deploy",
            "organization.yaml:8: deployment.deployer: `arn:aws:iam::222222222222:role/deploy` is in another account than "
            "`data` (033333333333)\n  help: whoever deploys with their own credentials is in the account that they deploy",
            id="one deployer for two accounts",
        ),
        pytest.param(
            "role: kms-baseline-deploy", "role: arn:aws:iam::222222222222:role/deploy",
            "organization.yaml:7: deployment.role: `arn:aws:iam::222222222222:role/deploy` is in another account than "
            "`data` (033333333333)\n  help: write the role's name alone: it is looked for in each account",
            id="one role for two accounts",
        ),
        pytest.param(
            "keys:\n", "keys:\n  purposes: {sns: {publishers: [cloudwach]}}\n",
            "organization.yaml:9: keys.purposes.sns.publishers[0]: `cloudwach` is not a publisher\n"
            "  help: did you mean `cloudwatch`?",
            id="an unknown publisher",
        ),
        pytest.param(
            "keys:\n", "keys:\n  purposes: {ebs: {share_with: [dta]}}\n",
            "organization.yaml:9: keys.purposes.ebs.share_with[0]: no account is called `dta`\n"
            "  help: did you mean `data`?",
            id="an unknown account to share with",
        ),
        pytest.param(
            "keys:\n", "keys:\n  exceptions: [{account: dat, rotation: false}]\n",
            "organization.yaml:9: keys.exceptions[0].account: no account is called `dat`\n  help: did you mean `data`?",
            id="an exception for nobody",
        ),
        pytest.param(
            "  regions: [eu", "  tags: {purpose: x}\n  regions: [eu",
            "organization.yaml:5: organization.tags.purpose: the tag `purpose` is ours: it identifies the keys\n"
            "  help: choose another name",
            id="a tag of ours",
        ),
        pytest.param(
            "deployment:\n", "deployment:\n  backend: {type: S3}\n",
            "organization.yaml:7: deployment.backend: `type` must be `local`, `s3` or `cloud`, got `S3`",
            id="an unknown backend",
        ),
        pytest.param(
            "deployment:\n", "deployment:\n  backend: {type: s3, region: eu-west-2}\n",
            "organization.yaml:7: deployment.backend.bucket: is missing",
            id="a backend without its bucket",
        ),
        pytest.param(
            "  home_region: eu-west-2\n", "",
            "organization.yaml:2: organization.home_region: is missing",
            id="a missing field",
        ),
        pytest.param(
            "  home_region: eu-west-2", "  home_region:",
            "organization.yaml:4: organization.home_region: has no value\n  help: write one, or remove the field",
            id="a forgotten value",
        ),
        pytest.param(
            "version: 1", "version: 2", "organization.yaml:1: version: must be `1`, got `2`", id="another version",
        ),
        pytest.param(
            "version: 1", "version: true", "organization.yaml:1: version: must be `1`, got `true`", id="true is not 1",
        ),
        pytest.param(
            "deployment:\n", "deployment:\n  backend: {type: s3, bucket: states, region: eu-west-2, role: null}\n",
            "organization.yaml:7: deployment.backend.role: has no value\n  help: write one, or remove the field",
            id="null where it means nothing",
        ),
        pytest.param(
            "role: kms-baseline-deploy", "role: déploy",
            "organization.yaml:7: deployment.role: must be a role's name (with its path, if it has one) or its full ARN, "
            "got `déploy`",
            id="a letter that IAM does not know",
        ),
        pytest.param(
            "name: data", 'name: "da\\nta"',
            "organization.yaml:12: accounts[1].name: must be lower-case letters, digits and hyphens, at most 50, "
            "got `da\\nta`",
            id="a line break in a value",
        ),
        pytest.param(
            "keys:\n", "keys: []\nxkeys:\n",
            "organization.yaml:8: keys: must be a mapping, got a list",
            id="a list for a mapping",
        ),
        pytest.param(
            "keys:\n", "features: {backup: on}\nkeys:\n",
            "organization.yaml:8: features.backup: must be `true`, `false` or settings, got `on`",
            id="a word for a switch",
        ),
        pytest.param(
            "keys:\n", "features: {backup: [daily]}\nkeys:\n",
            "organization.yaml:8: features.backup: must be `true`, `false` or settings, got a list",
            id="a list for a switch",
        ),
        pytest.param(
            "keys:\n", 'keys:\n  rotation: "true"\n',
            "organization.yaml:9: keys.rotation: must be true or false, got `true` in quotes\n  help: remove the quotes",
            id="a boolean in quotes",
        ),
        pytest.param(
            "keys:\n", 'features: {backup: "true"}\nkeys:\n',
            "organization.yaml:8: features.backup: must be `true`, `false` or settings, got `true` in quotes\n"
            "  help: remove the quotes",
            id="a switch in quotes",
        ),
        pytest.param(
            "version: 1", 'version: "1"',
            "organization.yaml:1: version: must be `1`, got `1` in quotes\n  help: remove the quotes",
            id="the version in quotes",
        ),
        pytest.param(
            "role/Administrators", '"role/Admin\u200bistrators"',
            "organization.yaml:9: keys.administrators[0]: must be `role/NAME`, `user/NAME` or a full ARN of one with its exact "
            "account, got `role/Admin<U+200B>istrators`",
            id="a character that nobody sees",
        ),
        pytest.param(
            "kms-baseline-deploy", '"kms\u00a0baseline\ufeff"',
            "organization.yaml:7: deployment.role: must be a role's name (with its path, if it has one) or its full ARN, "
            "got `kms<U+00A0>baseline<U+FEFF>`",
            id="spaces that are none",
        ),
        pytest.param(
            "role/Administrators", "arn:aws:sts::222222222222:assumed-role/Admin/i-0abc",
            "organization.yaml:9: keys.administrators[0]: `arn:aws:sts::222222222222:assumed-role/Admin/i-0abc` is a session, "
            "which ends, and the key then has one principal less\n"
            "  help: write the role or the user whose session it is, as in `role/NAME`",
            id="a session",
        ),
        pytest.param(
            "  - {name: data,", "  - {<<: [data],",
            "organization.yaml:12: accounts[1]: `<<` merges mappings: a `*name` of one, or a list of those",
            id="a merge of no mapping",
        ),
    ],
)  # fmt: skip
def test_one_mistake_is_said_once(old: str, new: str, message: str) -> None:
    """The message about one mistake stands among what is said, word for word."""
    assert old in GOOD
    assert message in said(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    "namespace",
    [
        "core.team",
        "core:sec",
        "aws/core",
        "aws",
        "ssm-keys",
        "xn--keys",
        "sthree-keys",
        "amzn-s3-demo-a",
        "Core",
        "a",
        "a" * 22,
    ],
)
def test_a_namespace_that_aws_or_we_would_refuse_is_refused(namespace: str) -> None:
    """An alias that CreateAlias would refuse is a mistake in the file."""
    messages = said(GOOD.replace("organization:\n", f'organization:\n  namespace: "{namespace}"\n'))
    assert [m.split(": ", 2)[1] for m in messages] == ["organization.namespace"]
    assert f"got `{namespace}`" in messages[0]


def test_all_mistakes_of_a_file_are_said_in_one_go_and_in_its_order() -> None:
    """200 wrong accounts give 200 messages, sorted by line."""
    accounts = "".join(f'  - {{name: a{i}, id: "{i}"}}\n' for i in range(200))
    messages = said(GOOD.split("accounts:")[0] + "accounts:\n" + accounts)
    assert len(messages) == 200
    assert [int(m.split(":")[1]) for m in messages] == list(range(11, 211))


def test_a_mistake_in_one_section_does_not_hide_those_of_another() -> None:
    """A wrong region, a wrong period and a duplicate account are said together."""
    wrong = (
        GOOD.replace("us-east-1]", "mars-1]")
        .replace("keys:\n", "keys:\n  rotation_period_days: 1\n")
        .replace("name: data", "name: workloads")
    )
    assert [m.split(": ")[1] for m in said(wrong)] == [
        "organization.regions[1]",
        "keys.rotation_period_days",
        "accounts[1].name",
    ]


class TestStatementsOfTheOwner:
    """IAM's JSON written in YAML, refused where AWS or our rules refuse it."""

    @pytest.mark.parametrize(
        ("statement", "problem"),
        [
            ("{Sid: A, Effect: Allow, Principal: {AWS: '*'}, Action: 'kms:Decrypt'}", "everyone"),
            ("{Sid: A, Effect: Allow, NotPrincipal: {AWS: '*'}, Action: 'kms:Decrypt'}", "NotPrincipal"),
            ("{Sid: A, Effect: Allow, Principal: {Service: x.amazonaws.com}, NotAction: 'kms:Decrypt'}", "NotAction"),
            ("{Sid: A, Effect: Allow, Principal: {Service: x.amazonaws.com}, Action: 'kms:Decrpyt'}", "kms:Decrypt"),
            ("{Sid: A, Effect: Allow, Principal: {AWS: 'arn:aws:iam::222222222222:role/A*'}, Action: 'kms:Decrypt'}",
             "wildcard"),
            ("{Effect: Allow, Principal: {Service: x.amazonaws.com}, Action: 'kms:Decrypt'}", "Sid"),
            ("{Sid: A, Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: 'kms:Decrypt', "
             "Condition: {StringEquals: {'kms:CallerAccount': '222222222222'}}}", "kms:CallerAccount"),
            ("{Sid: A, Effect: Allow, Principal: {Service: x.amazonaws.com}, Action: 'kms:DescribeKey', "
             "Condition: {StringEquals: {'kms:EncryptionContext:a': b}}}", "kms:EncryptionContext:a"),
            ("{Sid: A, Effect: Deny, Principal: {AWS: '*'}, Action: 'kms:Decrypt', "
             "Condition: {StringEquals: {'aws:PrincipalTag/team': '${aws:PrincipalTag/team}'}}}", "${"),
        ],
    )  # fmt: skip
    def test_a_wrong_statement_is_a_mistake_with_its_line(self, statement: str, problem: str) -> None:
        """Line and field are the statement's; the message names the element or value."""
        (message,) = said(
            GOOD.replace("keys:\n", f"keys:\n  purposes:\n    ebs:\n      statements:\n        - {statement}\n")
        )
        assert message.startswith("organization.yaml:12: keys.purposes.ebs.statements[0]: ")
        assert problem in message

    def test_a_statement_with_a_sid_of_ours_is_refused(self) -> None:
        """Two statements of one name would be two truths; the account, region and purpose are named."""
        from baseline.expansion import expand
        from baseline.lock import Lock

        text = GOOD.replace(
            "keys:\n",
            "keys:\n  purposes:\n    ebs:\n      statements:\n"
            "        - {Sid: UsersUseTheKey, Effect: Allow, Principal: {Service: x.amazonaws.com}, Action: 'kms:Decrypt'}\n"
            "        - {Sid: Ec2UsesTheKeyForTheAccount, Effect: Allow, Principal: {Service: x.amazonaws.com}, "
            "Action: 'kms:Decrypt'}\n",
        )
        with pytest.raises(
            Mistakes,
            match=r"organization.yaml:11: keys\.purposes\.ebs\.statements: the policy of `workloads` eu-west-2 ebs: .*Ec2Uses",
        ):
            expand(configuration(text).organization, Lock())

    def test_numbers_and_booleans_are_taken_as_they_are_written(self) -> None:
        """An account ID without quotes keeps its zero; IAM's JSON knows only text."""
        text = GOOD.replace(
            "keys:\n",
            "keys:\n  purposes:\n    ebs:\n      statements:\n"
            "        - {Sid: A, Effect: Deny, Principal: {AWS: '*'}, Action: 'kms:CreateGrant', "
            "Condition: {StringNotEquals: {'aws:PrincipalAccount': 033333333333}, "
            "Bool: {'kms:GrantIsForAWSResource': false}}}\n",
        )
        (statement,) = configuration(text).organization.accounts[0].keys["eu-west-2", "ebs"].statements
        assert statement.as_dict()["Condition"] == {
            "Bool": {"kms:GrantIsForAWSResource": "false"},
            "StringNotEquals": {"aws:PrincipalAccount": "033333333333"},
        }


class TestYaml:
    """What YAML offers beside plain values."""

    def test_a_tag_makes_a_text(self) -> None:
        text = GOOD.replace('"222222222222"', "!!str 222222222222").replace("name: workloads", "name: !!str workloads")
        assert configuration(text).organization.accounts[0].id == "222222222222"

    def test_a_mapping_is_merged_in_and_what_stands_there_wins(self) -> None:
        text = GOOD.replace('{name: data, id: "033333333333"}', '{<<: *first, id: "033333333333", name: data}').replace(
            "- {name: workloads,", "- &first {name: workloads, keys: {rotation_period_days: 180},"
        )
        one, other = configuration(text).organization.accounts
        assert (other.name, other.id) == ("data", "033333333333")
        assert {settings.rotation_period_days for account in (one, other) for settings in account.keys.values()} == {
            180
        }

    def test_a_mistake_in_what_is_merged_has_the_line_where_it_stands(self) -> None:
        text = GOOD.replace("  - {name: data,", "  - {<<: *first, name: data,").replace(
            "- {name: workloads,", "- &first {rolle: x, name: workloads,"
        )
        places = {message.split(": unknown")[0] for message in said(text)}
        assert places == {"organization.yaml:11: accounts[0].rolle", "organization.yaml:11: accounts[1].rolle"}

    def test_merges_without_end_are_refused(self) -> None:
        for text in ("a: &a\n  <<: *a\n", "a: &a {<<: [&b {<<: *a}]}\n"):
            (message,) = said(text)
            assert "`<<` merges mappings" in message


def test_a_policy_that_is_too_large_names_the_list_that_makes_it_so() -> None:
    many = ", ".join(f"role/team/of-a-rather-long-name/Administrator-{i}" for i in range(500))
    (message,) = {message.split(": ", 2)[2] for message in made(GOOD.replace("role/Administrators", many))[:1]}
    assert "KMS takes 32768" in message
    assert "most of it is `administrators` with 500 entries" in message


def made(text: str) -> list[str]:
    """Every message about what a configuration yields."""
    with pytest.raises(Mistakes) as caught:
        inventory(text)
    return [str(mistake) for mistake in caught.value.mistakes]


class TestFilesThatAreNoYaml:
    """One message with the line; never a page of parser frames."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "organization.yaml:1: is empty\n  help: `kms-baseline init` writes one"),
            ("- a\n- b\n", "organization.yaml:1: is not a mapping of fields\n  help: `kms-baseline init` writes one"),
            (GOOD.replace("  home_region", "\thome_region"),
             "organization.yaml:4: column 1: tab used for indentation, use spaces"),
            (GOOD + "---\nversion: 1\n",
             "organization.yaml:13: a second document begins here\n  help: keep one document in the file"),
            (GOOD.replace("role: kms", "role: \x07kms"),
             "organization.yaml:7: character U+0007 is not allowed in YAML\n  help: remove it"),
            (GOOD.replace("role: kms", "role: *kms"),
             "organization.yaml:7: column 9: not YAML: found undefined alias\n"
             "  help: text that begins with `*` is written in quotes"),
        ],
    )  # fmt: skip
    def test_the_message(self, text: str, message: str) -> None:
        assert said(text) == [message]

    def test_an_open_bracket_is_named_with_its_line(self) -> None:
        (message,) = said(GOOD.replace("[role/Administrators]", "[role/Administrators"))
        assert message.startswith("organization.yaml:1")
        assert "not YAML" in message

    def test_aliases_without_end_are_refused(self) -> None:
        """Ten lines that would be a thousand million values."""
        bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        (message,) = said(bomb)
        assert "aliases or nesting without end" in message

    def test_deep_nesting_is_refused(self) -> None:
        (message,) = said("a: " + "[" * 5000 + "]" * 5000)
        assert "nest" in message


class TestEncodings:
    """UTF-8 only, but a byte order mark and other line ends are no mistakes."""

    def test_a_byte_order_mark_and_carriage_returns_change_nothing(self) -> None:
        content = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
        assert configuration(decode(content, "x")).organization == configuration(GOOD).organization

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_utf_16_is_named(self, encoding: str) -> None:
        with pytest.raises(Mistakes, match="is UTF-16 or binary, not UTF-8 text"):
            decode(GOOD.encode(encoding), "organization.yaml")

    def test_bytes_that_are_no_text_are_named_with_their_line(self) -> None:
        with pytest.raises(Mistakes, match=r"organization.yaml:3: byte 0xe9 is not UTF-8 text"):
            decode(b"version: 1\n\n# caf\xe9\n", "organization.yaml")


GOVCLOUD = """\
version: 1
organization: {partition: aws-us-gov, home_region: us-gov-west-1, regions: [us-gov-west-1]}
keys:
  purposes:
    sns:
      publishers: [cloudwatch, budgets]
features:
  notification_topics: {topics: [{name: alerts, publishers: [costalerts]}]}
accounts:
  - name: workloads
    id: "222222222222"
    keys: {purposes: {sns: {publishers: [codestar-notifications]}}}
"""


def test_a_publisher_that_the_partition_lacks_is_refused_wherever_it_is_listed() -> None:
    """KMS refuses a whole policy with a service principal that it does not know."""
    assert said(GOVCLOUD) == [
        f"organization.yaml:{line}: {field}: there is no `{publisher}` in the partition aws-us-gov\n"
        "  help: KMS refuses a policy with a service that it does not know; leave it out"
        for line, field, publisher in (
            (6, "keys.purposes.sns.publishers[1]", "budgets"),
            (12, "accounts[0].keys.purposes.sns.publishers[0]", "codestar-notifications"),
        )
    ]
    keys_are_right = GOVCLOUD.replace(", budgets", "").replace("codestar-notifications", "events")
    assert said(keys_are_right) == [
        "organization.yaml:8: features.notification_topics.topics: the topic `alerts`: there is no `costalerts` in the "
        "partition aws-us-gov\n  help: leave it out of its publishers"
    ]


@pytest.mark.parametrize(
    ("partition", "region", "default"),
    [
        ("aws", "eu-west-2", ("cloudwatch", "events", "budgets", "costalerts")),
        ("aws-cn", "cn-north-1", ("cloudwatch", "events")),
        ("aws-us-gov", "us-gov-west-1", ("cloudwatch", "events")),
    ],
)
def test_by_default_a_topics_key_lets_in_what_the_partition_is_known_to_have(
    partition: str, region: str, default: tuple[str, ...]
) -> None:
    text = (
        f"version: 1\norganization: {{partition: {partition}, home_region: {region}, regions: [{region}]}}\n"
        'accounts: [{name: workloads, id: "222222222222"}]\n'
    )
    [account] = configuration(text).organization.accounts
    assert account.keys[region, "sns"].services == default


def test_a_vault_is_shared_with_accounts_of_the_organization_alone() -> None:
    """AWS Backup copies nothing out of an organization; images and snapshots of volumes may be anybody's."""
    keys = "keys:\n  purposes:\n    ebs: {share_with: ['999999999999']}\n    backup: {share_with: ['999999999999']}\n"
    assert said(GOOD.replace("keys:\n", keys)) == [
        "organization.yaml:11: keys.purposes.backup.share_with[0]: the account 999999999999 is not in this configuration, "
        "and AWS Backup copies between accounts of one organization only\n"
        "  help: list it under `accounts`, or share with `organization`"
    ]
