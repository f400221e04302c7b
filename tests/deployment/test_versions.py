import pytest

from deployment.versions import Version, meets, parse_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.11.4", (1, 11, 4)),
        ("v20.20.2", (20, 20, 2)),
        ("5.79", (5, 79, 0)),
        ("1.12.0-beta1", (1, 12, 0)),
        ("latest", None),
        ("", None),
    ],
)
def test_a_version_is_read_as_three_numbers(text: str, version: Version | None) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("version", "met"),
    [((5, 78, 9), False), ((5, 79, 0), True), ((5, 100, 0), True), ((6, 0, 0), False)],
)
def test_every_term_of_a_constraint_counts(version: Version, met: bool) -> None:
    assert meets(version, ">= 5.79, < 6") is met


@pytest.mark.parametrize(
    ("constraint", "met"), [("5.80", True), ("= 5.80.0", True), ("<=5.79.9", False), ("> 5.79", True)]
)
def test_a_term_without_an_operator_is_an_exact_version(constraint: str, met: bool) -> None:
    assert meets((5, 80, 0), constraint) is met


def test_an_operator_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"`~> 5\.0`"):
        meets((5, 80, 0), "~> 5.0")
