"""Tokens of an identity provider, held against the trust of the role that somebody wants to take with one.

That a token is signed by its issuer is not verified, since nobody here has an issuer's keys.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

Claims = Mapping[str, Any]


def claims_of(token: str) -> Claims | None:
    """What a token says; None for what is no JSON Web Token with an issuer."""
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims if claims["iss"].startswith("https://") else None
    except (ValueError, binascii.Error, KeyError, TypeError, AttributeError):
        return None


def issuer(claims: Claims) -> str:
    """The issuer as condition keys and providers name it."""
    return str(claims["iss"]).removeprefix("https://")


def trusts_token(policy: Mapping[str, Any], claims: Claims, provider_arn: str) -> bool:
    """Whether a statement lets the bearer of such a token in by its provider.

    A statement with a condition that is not about the token's claims allows nothing here.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    """
    return any(
        statement["Effect"] == "Allow"
        and "sts:AssumeRoleWithWebIdentity" in _list(statement.get("Action"))
        and provider_arn in _list(statement["Principal"].get("Federated"))
        and all(
            _holds(operator, claims, key, _list(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
        for statement in policy["Statement"]
    )


def _holds(operator: str, claims: Claims, key: str, wanted: list[str]) -> bool:
    where, _, claim = key.rpartition(":")
    said = claims.get(claim) if where == issuer(claims) else None
    if not isinstance(said, str):
        return False
    if operator == "StringLike":
        return any(fnmatchcase(said, value.replace("[", "[[]")) for value in wanted)
    return operator == "StringEquals" and said in wanted


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
