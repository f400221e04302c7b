"""Keys of parameters: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, removing
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def parameter(clients: Clients, key: str, name: str) -> None:
    """A SecureString is written and read."""
    ssm = clients("ssm")
    ssm.put_parameter(Name=name, Type="SecureString", KeyId=key, Value="kms-baseline probe")
    with removing("parameter", name, lambda: ssm.delete_parameter(Name=name)):
        ssm.get_parameter(Name=name, WithDecryption=True)


def _parameters(ssm: Any) -> Found:
    secure = [{"Key": "Type", "Option": "Equals", "Values": ["SecureString"]}]
    for one in pages(ssm, "describe_parameters", "Parameters", ParameterFilters=secure):
        yield one.get("KeyId"), Dependent("parameter", one["Name"])


SSM = OfPurpose(
    kind="parameter",
    probe=Probe("write an encrypted parameter and read it", "ssm", parameter),
    looks=(Look("parameters", "ssm", _parameters),),
    unseen=("older versions of parameters, and parameters of other accounts that use the key",),
)
