"""Who may be named in a policy: principals that exist, and service principals that the partition does not lack.

AWS refuses a whole policy for one principal that it does not know. It publishes no list of service principals. So only
those are refused here of which somebody says that they are not there, or whose service has no endpoint in the partition;
that its principal is unknown then is concluded. Whatever is not listed is not known, and taken.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.extensions.callers import is_valid_principal

_ENDPOINTS = "https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json"
_ABSENT: Mapping[str, Mapping[str, str]] = {
    "aws-cn": {
        "codestar-notifications.amazonaws.com": "https://docs.amazonaws.cn/en_us/aws/latest/userguide/codecommit.html",
        "eks.amazonaws.com.cn": "https://github.com/terraform-aws-modules/terraform-aws-eks/issues/1904",
        "lambda.amazonaws.com.cn": "https://github.com/aws/aws-cdk/issues/2198",
    },
    "aws-us-gov": {
        "budgets.amazonaws.com": _ENDPOINTS,
        "codestar-notifications.amazonaws.com": _ENDPOINTS,
        "costalerts.amazonaws.com": _ENDPOINTS,
    },
}
"""Service principals, and where it is written, by the partition that lacks them.

Everything about bills of GovCloud is in the standard account:
https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/usage-and-payment.html
"""

_SERVICE_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")


def unknown_principals(policy: Mapping[str, Any], partition: str) -> list[str]:
    """The principals that AWS would not take, as far as the document has the form of a policy."""
    return [name for kind, name in _principals(policy) if not _is_known(kind, name, partition)]


def _principals(policy: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The kind and name of every principal."""
    for statement in _list(policy.get("Statement", [])):
        principal = statement.get("Principal", {}) if isinstance(statement, dict) else {}
        for kind, names in principal.items() if isinstance(principal, dict) else [("AWS", principal)]:
            yield from ((kind, str(name)) for name in _list(names))


def _is_known(kind: str, name: str, partition: str) -> bool:
    if kind == "Service":
        return name.endswith(_SERVICE_SUFFIXES) and name not in _ABSENT.get(partition, {})
    return kind != "AWS" or is_valid_principal(name, partition)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
