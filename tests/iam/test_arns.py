import pytest

from baseline.iam.arns import Arn, is_account_id, is_unique_id
from baseline.iam.policy_error import PolicyError


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("arn:aws:iam::033333333333:root", "root"),
        ("arn:aws-cn:logs:cn-north-1:111111111111:log-group:a:b:*", "log-group:a:b:*"),
        ("arn:aws:s3:::bucket/key:with:colons", "bucket/key:with:colons"),
        ("arn::::::", ":"),
    ],
)
def test_only_the_first_five_colons_divide(text: str, resource: str) -> None:
    arn = Arn.parse(text)
    assert arn.resource == resource
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:iam::111111111111", "urn:aws:iam::111111111111:root"])
def test_a_text_that_is_no_arn_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(PolicyError, match=rf"^`{text}` is not an ARN; it has six parts: arn:partition"):
        Arn.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("033333333333", True), ("33333333333", False), ("0333333333333", False), ("٠٣٣٣٣٣٣٣٣٣٣٣", False), ("", False)],
)
def test_an_account_id_has_twelve_ascii_digits(text: str, expected: bool) -> None:
    assert is_account_id(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("AROAEXAMPLE1234567890", True), ("AIDAJQABLZS4A3QDU576Q", True), ("arn:aws:iam::111111111111:role/AROA", False)],
)
def test_ids_of_deleted_principals_are_known_by_their_form(text: str, expected: bool) -> None:
    assert is_unique_id(text) is expected
