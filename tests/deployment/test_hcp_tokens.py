"""The token is found where Terraform finds it, and nothing shows it."""

from pathlib import Path

import pytest

from deployment.cli_configuration import CliConfiguration
from deployment.hcp.tokens import Token, find_token


def _found(host: str, environment: dict[str, str]) -> str | None:
    token = find_token(host, environment)
    return token.authorization.removeprefix("Bearer ") if token else None


@pytest.mark.parametrize(
    ("variable", "host"),
    [
        ("TF_TOKEN_app_terraform_io", "app.terraform.io"),
        ("TF_TOKEN_app.terraform.io", "app.terraform.io"),
        ("TF_TOKEN_app_terraform_io", "APP.terraform.io:443"),
        ("TF_TOKEN_my__company_example_com", "my-company.example.com"),
        ("TF_TOKEN_my-company.example.com", "my-company.example.com"),
        ("TF_TOKEN_localhost:8443", "localhost:8443"),
        ("TF_TOKEN_127_0_0_1:8443", "127.0.0.1:8443"),
        ("TF_TOKEN_xn____caf__dma_fr", "café.fr"),
        ("TF_TOKEN_café.fr", "café.fr"),
    ],
)
def test_a_variable_names_its_host_in_every_spelling_that_terraform_takes(variable: str, host: str) -> None:
    assert _found(host, {variable: "secret"}) == "secret"


@pytest.mark.parametrize(
    "variable", ["TF_TOKEN_localhost", "TF_TOKEN_localhost_8443", "TF_TOKEN_", "TOKEN_localhost:8443"]
)
def test_other_variables_are_of_other_hosts(variable: str) -> None:
    assert _found("localhost:8443", {variable: "secret"}) is None


LOGIN = '{"credentials": {"app.terraform.io": {"token": "of the login"}}}'
OWN = """
# credentials "app.terraform.io" { token = "of a comment" }
credentials "other.example" {
  token = "of another # host"
}
credentials "app.terraform.io" { token = "own" /* old: token = "x" */ }
"""


def test_a_login_counts_and_after_it_nothing_but_a_variable(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    assert _found("app.terraform.io", environment) is None
    (tmp_path / ".terraformrc").write_text(OWN)
    assert _found("app.terraform.io", environment) == "own"
    assert _found("other.example", environment) == "of another # host"
    (tmp_path / ".terraform.d").mkdir()
    (tmp_path / ".terraform.d" / "credentials.tfrc.json").write_text(LOGIN)
    assert _found("App.Terraform.io", environment) == "of the login"
    assert _found("app.terraform.io", environment | {"TF_TOKEN_app_terraform_io": "of a variable"}) == "of a variable"


def test_an_empty_variable_hides_a_login_as_it_does_for_terraform(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(OWN)
    assert _found("app.terraform.io", {"HOME": str(tmp_path), "TF_TOKEN_app_terraform_io": ""}) is None


def test_a_configuration_that_is_named_hides_a_login(tmp_path: Path) -> None:
    (tmp_path / ".terraform.d").mkdir()
    (tmp_path / ".terraform.d" / "credentials.tfrc.json").write_text(LOGIN)
    named = tmp_path / "named.tfrc"
    named.write_text('disable_checkpoint = true\ncredentials "app.terraform.io" {\n  token = "named"\n}\n')
    environment = {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(named)}
    assert _found("app.terraform.io", environment) == "named"
    named.write_text("disable_checkpoint = true\n")
    assert _found("app.terraform.io", environment) is None


def test_no_representation_shows_a_token(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(OWN)
    token = Token("own")
    assert "own" not in f"{token!r} {token} {[token]}"
    assert '"own"' not in repr(CliConfiguration.of({"HOME": str(tmp_path)}))
    assert token.kept_out_of("Bearer own was refused") == "Bearer ... was refused"
