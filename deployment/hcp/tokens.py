"""The token for a host, found as Terraform finds it, and never shown.

In this order: a variable TF_TOKEN_..., then the CLI configuration with what `terraform login` wrote:
https://developer.hashicorp.com/terraform/cli/config/config-file#credentials-1
A credentials helper is not asked, and no `cloud` block of ours has a token.
"""

from collections.abc import Mapping

from deployment.cli_configuration import CliConfiguration

_VARIABLE = "TF_TOKEN_"


class Token:
    """A secret that no message, log or traceback shows."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "Token(...)"

    @property
    def authorization(self) -> str:
        """The header's value."""
        return f"Bearer {self._secret}"

    def kept_out_of(self, text: str) -> str:
        """The text without the token, whoever said it."""
        return text.replace(self._secret, "...")


def find_token(hostname: str, environment: Mapping[str, str]) -> Token | None:
    """The token that a Terraform in this environment would send to the host; None: it would find none."""
    wanted = _compared(hostname)
    named = [
        value
        for name, value in environment.items()
        if name.startswith(_VARIABLE) and _compared(_host_of(name.removeprefix(_VARIABLE))) == wanted
    ]
    if named:  # also an empty one: Terraform looks no further
        return Token(named[-1]) if named[-1] else None
    for host, secret in CliConfiguration.of(environment).credentials.items():
        if _compared(host) == wanted and secret:
            return Token(secret)
    return None


def _host_of(name: str) -> str:
    """What a variable's name means: dots may be `_` there, hyphens `__`."""
    return name.replace("__", "-").replace("_", ".")


def _compared(hostname: str) -> str | None:
    """A host's name as names are compared; None: it is no name. https://github.com/hashicorp/terraform-svchost"""
    name, colon, port = hostname.partition(":")
    try:
        name = name.encode("idna").decode().lower()
    except UnicodeError:
        return None
    return name if not colon or port == "443" else f"{name}:{port}"
