"""The log groups that AWS Config remediates no longer, since its attempts at them ran out."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import boto3

from live.probe_kinds import ProbeFailed
from live.probes import ProbeOutcome, attempted

GIVEN_UP = "look for log groups that AWS Config gave up"


def probe_exceptions(
    rule: str, exclude: Sequence[str], account: str, region: str, session: boto3.Session, endpoint: str | None
) -> ProbeOutcome:
    """Name every remediation exception of a rule, but of the groups that are to be left alone: they always get one.

    https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeRemediationExceptions.html
    """

    def look() -> None:
        config = session.client("config", region_name=region, endpoint_url=endpoint)
        found: list[dict[str, str]] = []
        more: dict[str, str] = {}
        while True:
            page = config.describe_remediation_exceptions(ConfigRuleName=rule, **more)
            found += page["RemediationExceptions"]
            if not (token := page.get("NextToken")):
                break
            more = {"NextToken": token}
        patterns = [pattern.replace("[", "[[]") for pattern in exclude]  # in names `[` means itself
        names = sorted(entry["ResourceId"] for entry in found)
        groups = [name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)]
        if groups:
            keys = " ".join(f"ResourceType=AWS::Logs::LogGroup,ResourceId={group}" for group in groups)
            raise ProbeFailed(
                f"it gave up {', '.join(groups)}; aws configservice delete-remediation-exceptions "
                f"--config-rule-name {rule} --resource-keys {keys}"
            )

    return attempted(account, region, GIVEN_UP, look)
