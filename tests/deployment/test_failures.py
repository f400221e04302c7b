from pathlib import Path

from baseline.errors import Refusal, WorldError
from deployment.failures import StackFailure, failed, read_failure


def _failure(stack: str, text: str, code: int = 1) -> StackFailure:
    return read_failure(
        stack, "plan", text.splitlines(), code, log=Path("/logs/x.log"), terraform=Path("/tf"), folder=Path("/out")
    )


CREDENTIALS = (
    "Error: No valid credential sources found\n\n"
    "Error: failed to refresh cached credentials, no EC2 IMDS role found, access disabled"
)
PROTECTED = "Error: Instance cannot be destroyed\n\nResource aws_kms_key.a has lifecycle.prevent_destroy set"


def test_a_known_cause_stands_alone_and_its_help_is_said_once_for_all_stacks() -> None:
    error = failed("2 of 2 stacks failed", [_failure("data", CREDENTIALS), _failure("logs", CREDENTIALS)])
    assert isinstance(error, WorldError)
    assert str(error) == (
        "2 of 2 stacks failed\n"
        "  data: no AWS credentials were found (log: /logs/x.log)\n"
        "  logs: no AWS credentials were found (log: /logs/x.log)"
    )
    assert error.help.count("aws sso login") == 1


def test_an_unknown_error_is_shown_as_terraform_says_it() -> None:
    failure = _failure("data", "noise\nError: creating KMS Key\n\n  with aws_kms_key.a,\n\nMalformedPolicyDocument")
    assert str(failure).splitlines() == [
        "  data: `terraform plan` failed (log: /logs/x.log)",
        "    creating KMS Key",
        "        with aws_kms_key.a,",
        "",
        "      MalformedPolicyDocument",
    ]


def test_of_many_errors_some_are_shown_and_the_rest_counted() -> None:
    failure = _failure("data", "".join(f"Error: number {n}\n" for n in range(9)))
    assert failure.excerpt == ("number 0", "number 1", "number 2", "and 6 errors more")


def test_without_an_error_of_terraform_the_last_lines_are_shown() -> None:
    assert _failure("data", "one\n\ntwo").excerpt == ("one", "two")


def test_a_child_that_was_killed_points_to_memory() -> None:
    failure = _failure("data", "", code=-9)
    assert failure.causes[0].problem == "Terraform was ended by signal 9"
    assert "--parallelism" in failure.causes[0].help


def test_one_plan_that_would_destroy_a_protected_key_makes_it_a_refusal() -> None:
    error = failed("failed", [_failure("data", CREDENTIALS), _failure("logs", PROTECTED)])
    assert isinstance(error, Refusal)


def test_several_protected_keys_have_one_sentence_and_a_command_each() -> None:
    error = failed("failed", [_failure("logs", f"{PROTECTED}\n{PROTECTED.replace('key.a', 'key.b')}")])
    sentence, *commands = error.help.splitlines()
    assert sentence.endswith("look at it in AWS, then:")
    assert commands == ["  /tf -chdir=/out untaint aws_kms_key.a", "  /tf -chdir=/out untaint aws_kms_key.b"]


def test_what_could_not_be_imported_is_known_by_its_address() -> None:
    failure = _failure(
        "data",
        "Error: Cannot import non-existent remote object\n\n"
        'While attempting to import an existing object to\n"aws_sns_topic.alerts_eu_west_2", the provider detected that\n'
        "no object exists with the given id.\n\nError: something else\n",
    )
    assert failure.not_there == {"aws_sns_topic.alerts_eu_west_2"}
