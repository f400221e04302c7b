"""What a plan changes in each resource, and what of it is shown to nobody."""

from typing import Any

from deployment.plan_details import FieldChange, ResourceChange, read_details


def _plan(actions: list[str], before: Any, after: Any, **more: Any) -> dict[str, Any]:
    change = {"actions": actions, "before": before, "after": after, **more}
    return {"resource_changes": [{"address": "aws_kms_key.a", "type": "aws_kms_key", "change": change}]}


def test_of_an_update_only_what_changes_is_told() -> None:
    before = {"a": 1, "b": "x", "c": None, "d": [], "tags": {"own": "1"}, "tags_all": {"own": "1", "team": "x"}}
    after = {"a": 2, "b": "x", "c": "", "d": None, "tags": {"own": "2"}, "tags_all": {"own": "2"}}
    [found] = read_details(_plan(["update"], before, after))
    assert found == ResourceChange(
        "aws_kms_key.a",
        "update",
        (FieldChange("a", "1", "2"), FieldChange("tags.own", "1", "2"), FieldChange("tags.team", "x", None)),
    )


def test_what_terraform_calls_sensitive_is_not_told() -> None:
    plan = _plan(["update"], {"secret": "s3cr3t"}, {"secret": "0th3r"}, after_sensitive={"secret": True})
    assert "s3cr3t" not in repr(read_details(plan))
    assert "0th3r" not in repr(read_details(plan))
    assert read_details(plan)[0].fields == (FieldChange("secret", "(sensitive)", "(sensitive)"),)


def test_what_is_known_later_is_said_to_be() -> None:
    plan = _plan(["delete", "create"], {"arn": "arn:a"}, {}, after_unknown={"arn": True})
    assert read_details(plan) == (
        ResourceChange("aws_kms_key.a", "replace", (FieldChange("arn", "arn:a", "(known after apply)"),)),
    )


def test_an_import_may_change_and_a_new_or_forgotten_resource_is_only_named() -> None:
    plan = _plan(["update"], {"a": 1}, {"a": 2}, importing={"id": "x"})
    assert read_details(plan)[0].action == "import"
    assert read_details(plan)[0].fields
    assert read_details(_plan(["no-op"], {"a": 1}, {"a": 1}, importing={"id": "x"}))[0].fields == ()
    for action in ("create", "delete", "forget"):
        assert read_details(_plan([action], {"a": 1}, {"a": 2})) == (ResourceChange("aws_kms_key.a", action),)
    assert read_details(_plan(["no-op"], {"a": 1}, {"a": 1})) == ()
