"""`adopt` without arguments: what needs a person, in which place, and why."""

import json
from collections.abc import Callable

import pytest

from tests.adoption.conftest import ROOT, Place, policy
from tests.conftest import COMMAND
from tests.forever.world import ACCOUNT_ID, REGION
from tests.terminal import INTERRUPT, typed
from tests.test_takeover import tags

Alias = Callable[[str, str], None]


def tagged(purpose: str) -> list[dict[str, str]]:
    return [{"TagKey": name, "TagValue": value} for name, value in tags(purpose).items()]


def candidates(place: Place) -> dict[str, tuple[str, str, bool]]:
    done = place.run("adopt", "--format", "json")
    assert "Traceback" not in done.stderr
    listed = json.loads(done.stdout)
    assert done.returncode == (1 if listed["candidates"] else 0), done.stderr
    return {one["key_id"]: (one["purpose"], one["why"], one["fits"]) for one in listed["candidates"]}


def test_where_nothing_is_there_is_nothing_to_do(place: Place) -> None:
    place.key(Description="Topics, managed by kms-baseline")
    done = place.run("adopt")
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 keys to look at" in done.stderr


def test_keys_behind_our_alias_and_with_our_tags_are_listed_and_what_is_settled_is_not(
    place: Place, alias: Alias
) -> None:
    written = place.run("policy", "show", "trial", REGION, "ebs").stdout
    settled = place.key(Tags=tagged("ebs"), Policy=written)
    alias("alias/baseline/ebs", settled)
    topics = place.key()
    alias("alias/baseline/sns", topics)
    orphan, signing = (
        place.key(Tags=tagged("logs")),
        place.key(Tags=tagged("logs"), KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"),
    )
    try:
        assert candidates(place) == {
            topics: ("sns", "alias/baseline/sns is at it", True),
            orphan: ("logs", "has the tags of this key", True),
            signing: ("logs", "has the tags of this key", False),
        }
        assert place.adopt("sns", topics, "--yes").returncode == 0
        assert set(candidates(place)) == {orphan, signing}
        table = place.run("adopt").stdout.splitlines()
        assert table[0].split() == ["ACCOUNT", "REGION", "PURPOSE", "KEY", "ID", "WHY", "VERDICT"]
        assert [line.endswith("fits") for line in table[1:]].count(True) == 1
    finally:
        for key in (settled, orphan, signing):
            place.kms().untag_resource(KeyId=key, TagKeys=list(tags()))


def test_a_key_behind_our_alias_that_may_not_be_looked_at_is_listed(place: Place, alias: Alias) -> None:
    blind = {**ROOT, "Principal": "*", "Effect": "Deny", "Action": "kms:DescribeKey"}
    key = place.key(Policy=policy(ROOT, blind))
    alias("alias/baseline/ebs", key)
    assert candidates(place)[key] == ("ebs", "alias/baseline/ebs is at it", False)
    assert "may not be looked at: kms:DescribeKey is denied" in place.run("adopt").stdout


@pytest.mark.parametrize("form", ["key/{key}", "alias/named"])
def test_a_key_is_adopted_by_the_arn_of_itself_or_of_its_alias(place: Place, alias: Alias, form: str) -> None:
    key = place.key()
    alias("alias/named", key)
    done = place.adopt("logs", f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:{form.format(key=key)}", "--yes")
    assert done.returncode == 0, done.stderr
    assert "  stays as it is: the alias alias/named" in done.stdout.splitlines()
    assert json.loads(place.lock.read_text())["keys"][0]["adopted"] == {"logs": key}


def test_our_alias_and_parameter_are_imported_where_they_are_the_keys(place: Place, alias: Alias) -> None:
    key = place.key()
    alias("alias/baseline/sns", key)
    ssm = place.aws.client("ssm", ACCOUNT_ID, REGION)
    for number, value in enumerate((f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{key}", "another")):
        ssm.put_parameter(Name="/baseline/kms/sns/arn", Value=value, Type="String", Overwrite=bool(number))
        place.lock.unlink(missing_ok=True)
        assert place.adopt("sns", key, "--yes").returncode == 0
        expected = ["alias/baseline/sns"] if number else ["/baseline/kms/sns/arn", "alias/baseline/sns"]
        assert json.loads(place.lock.read_text())["keys"][0]["adopted_names"] == expected
    ssm.delete_parameter(Name="/baseline/kms/sns/arn")


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [("n\n", 1, "the question was declined"), (INTERRUPT, 130, "interrupted"), ("y\n", 0, "written")],
)
def test_the_question_is_answered_by_a_person(place: Place, answer: str, code: int, said: str) -> None:
    key = place.key()
    command = [str(COMMAND), "adopt", "trial", REGION, "sns", key]
    ended, shown = typed(command, place.folder, place.aws.variables, "Adopt it as trial / eu-west-2 / sns?", answer)
    assert (ended, said in shown) == (code, True)
    assert place.lock.exists() == (code == 0)
    assert code or json.loads(place.lock.read_text())["keys"][0]["adopted"] == {"sns": key}


def test_an_account_that_cannot_be_entered_is_said_and_ends_nothing(place: Place) -> None:
    text = (place.folder / "organization.yaml").read_text()
    (place.folder / "organization.yaml").write_text(text + '  - {name: closed, id: "333333333333"}\n')
    done = place.run("adopt", "--format", "json")
    assert done.returncode == 3
    assert [one["account"] for one in json.loads(done.stdout)["unreachable"]] == ["closed"]
    assert f"closed {REGION}: " in done.stderr


@pytest.mark.parametrize("arguments", [("trial",), ("trial", REGION), ("trial", REGION, "sns")])
def test_half_a_place_is_written_wrong(place: Place, arguments: tuple[str, ...]) -> None:
    done = place.run("adopt", *arguments)
    assert done.returncode == 2
    assert "ACCOUNT REGION PURPOSE KEY" in done.stderr


def test_a_dry_run_shows_and_writes_nothing_and_json_says_the_same(place: Place) -> None:
    key = place.key(Tags=[{"TagKey": "team", "TagValue": "x"}], Policy=policy_of_an_application())
    shown = place.adopt("sns", key, "--dry-run")
    assert shown.returncode == 0
    assert "  the tag team=x would be removed" in shown.stdout.splitlines()
    found = json.loads(place.adopt("sns", key, "--dry-run", "--format", "json").stdout)
    assert found["tags"]["team"] == {"old": "x", "new": None}
    assert found["exception"] in shown.stdout
    assert not place.lock.exists()


def test_without_a_terminal_and_without_a_word_nothing_is_written(place: Place) -> None:
    done = place.adopt("sns", place.key())
    assert done.returncode == 2
    assert "--yes adopts without asking" in done.stderr
    assert not place.lock.exists()


def test_where_the_lock_may_not_change_nothing_is_adopted(place: Place) -> None:
    done = place.run("adopt", "trial", REGION, "sns", place.key(), "--yes", KMS_BASELINE_LOCKED="1")
    assert done.returncode == 1
    assert "KMS_BASELINE_LOCKED forbids it" in done.stderr
    assert not place.lock.exists()


def test_a_key_that_is_adopted_already_may_be_adopted_again(place: Place) -> None:
    key = place.key()
    assert place.adopt("sns", key, "--yes").returncode == 0
    before = place.lock.read_text()
    again = place.adopt("sns", key, "--yes")
    assert again.returncode == 0
    assert "the lock has it as adopted already" in again.stdout
    assert place.lock.read_text() == before
    assert place.run("lock", "--check").returncode == 0
    assert place.run("synth", "--locked").returncode == 0


def policy_of_an_application() -> str:
    arn = f"arn:aws:iam::{ACCOUNT_ID}:root"
    return policy({"Sid": "A", "Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:*", "Resource": "*"})
