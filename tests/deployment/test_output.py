import pytest

from deployment.output import ErrorBlock, error_blocks, is_complete, last_lines, plain, planned_operations


@pytest.mark.parametrize(
    "line",
    [
        "aws_kms_key.sns_eu_west_2: Creation complete after 9s [id=1b7b0c5e]",
        "aws_kms_key.sns_eu_west_2: Modifications complete after 1s [id=1b7b0c5e]",
        "aws_kms_alias.sns_eu_west_2: Destruction complete after 0s",
        "aws_kms_key.sns (deposed object 0a1b2c3d): Destruction complete after 0s",
        "aws_kms_key.sns_eu_west_2: Import complete [id=1b7b0c5e]",
        'aws_ssm_parameter.a["one two"]: Creation complete after 1m2s [id=/x]',
    ],
)
def test_a_finished_operation_is_seen(line: str) -> None:
    assert is_complete(line)


@pytest.mark.parametrize(
    "line",
    [
        "aws_kms_key.sns_eu_west_2: Creating...",
        "aws_kms_key.sns_eu_west_2: Still creating... [10s elapsed]",
        "data.aws_caller_identity.me: Read complete after 0s [id=1]",
        "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.",
        "Creation complete",
    ],
)
def test_other_lines_are_no_finished_operation(line: str) -> None:
    assert not is_complete(line)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("Plan: 3 to add, 0 to change, 1 to destroy.", 4),
        ("Plan: 2 to import, 3 to add, 0 to change, 0 to destroy.", 5),
        ("Plan: 1 to add, 0 to change, 0 to destroy, 2 to forget.", 1),
        ("No changes. Your infrastructure matches the configuration.", None),
    ],
)
def test_the_announced_operations_are_added_up(line: str, count: int | None) -> None:
    assert planned_operations(line) == count


def test_escapes_and_all_but_the_last_spinner_frame_are_dropped() -> None:
    assert plain("\x1b[0m\x1b[1mdata\x1b[0m: \x1b[32mdone\x1b[0m  ") == "data: done  "
    assert plain("\x1b[?25l⠋ one\r⠙ two\r\x1b[2K⠹ three\r") == "⠹ three"
    assert plain("\x1b]0;title\x07text") == "text"


PLAIN = """\
aws_kms_key.a: Creating...

Warning: Something is old

  with aws_kms_key.a,
  on cdk.tf.json line 5, in resource.aws_kms_key.a:
   5: {"very": "long"}

It will go.

Error: No valid credential sources found

  with provider["aws"],
  on cdk.tf.json line 1, in provider.aws[0]:
   1: {"terraform": "..."}

Please see the page
for more information.

Error: second
"""


def test_errors_are_told_from_warnings_and_do_not_quote_the_json() -> None:
    assert error_blocks(PLAIN.splitlines()) == (
        ErrorBlock(
            "No valid credential sources found",
            ('  with provider["aws"],', "", "Please see the page", "for more information."),
        ),
        ErrorBlock("second", ()),
    )


FRAMED = """\
╷
│ Error: local-exec provisioner error
│
│   with terraform_data.k0,
│
│ exit status 1
╵
Terraform goes on
╷
│ Error: local-exec provisioner error
│
│   with terraform_data.k0,
│
│ exit status 1
╵
"""


def test_a_framed_error_ends_with_its_frame_and_counts_once() -> None:
    assert error_blocks(FRAMED.splitlines()) == (
        ErrorBlock("local-exec provisioner error", ("  with terraform_data.k0,", "", "exit status 1")),
    )


def test_the_text_of_an_error_does_not_depend_on_where_its_lines_break() -> None:
    assert ErrorBlock("a", ("b c", "", "  d")).text == "a b c d"


def test_the_last_lines_are_those_that_say_something() -> None:
    assert last_lines(["a", "b", "", "c", " "], 2) == ("b", "c")
