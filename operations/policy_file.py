"""Where a policy's text comes from, and the key that it belongs to."""

import re
import sys
from pathlib import Path

from baseline.configuration.source import decode
from baseline.errors import Mistake, Mistakes, Undecided, UsageError
from baseline.fields.limits import ORGANIZATION_ID, nearest
from baseline.found.kinds import Finding
from baseline.found.policy import MAXIMUM_TEXT, FoundPolicy, NotAPolicy, found_policy
from baseline.iam.arns import is_account_id
from baseline.regions import PARTITIONS

_MOST_BYTES = 4 * MAXIMUM_TEXT


def name_of(file: Path) -> str:
    """What messages call the file."""
    return "<standard input>" if str(file) == "-" else str(file)


def text_of(file: Path) -> str:
    """The text of a file or of standard input; of a huge one only the beginning. Raises UsageError, Mistakes."""
    if str(file) == "-":
        content = sys.stdin.buffer.read(_MOST_BYTES)
    else:
        try:
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES)
        except FileNotFoundError:
            raise UsageError(f"{file}: there is no such file", "-: reads standard input") from None
        except IsADirectoryError:
            raise UsageError(f"{file}: is a folder, not a file") from None
        except PermissionError:
            raise UsageError(f"{file}: may not be read", "change its permissions") from None
    if len(content) > MAXIMUM_TEXT:
        return content.decode("utf-8", errors="replace")
    return decode(content, name_of(file))


def policy_of(file: Path) -> FoundPolicy:
    """The policy in a file. Raises Mistakes when there is none."""
    return policy_in(text_of(file), name_of(file))


def policy_in(text: str, name: str = "") -> FoundPolicy:
    """The policy in a text, which messages call by the name. Raises Mistakes when there is none."""
    try:
        return found_policy(text)
    except NotAPolicy as error:
        raise Mistakes([_mistake(name, error.finding)]) from None


def decidable_policy(file: Path) -> FoundPolicy:
    """The policy in a file. Raises Undecided when what it says is beyond the prover, Mistakes when there is none."""
    policy = policy_of(file)
    if policy.undecidable:
        raise Undecided(
            f"{name_of(file)}: not decided: {policy.undecidable}", "`kms-baseline policy validate` says where"
        )
    return policy


def _mistake(name: str, finding: Finding) -> Mistake:
    """A finding on the text itself, as a mistake of who wrote it."""
    column = f"column {finding.column}: " if finding.column else ""
    return Mistake(name, finding.line, "", f"{column}{finding.problem}", finding.kind.remedy)


def check_place(account_id: str, region: str, organization_id: str = "") -> None:
    """Raise UsageError for an account or an organization that is no ID and for an unknown region."""
    if account_id and not is_account_id(account_id):
        raise UsageError(f"--account {account_id}: must be an account's ID, twelve digits")
    if organization_id and not re.fullmatch(ORGANIZATION_ID.pattern, organization_id):
        raise UsageError(f"--organization {organization_id}: must be {ORGANIZATION_ID.meaning}")
    regions = [name for partition in PARTITIONS.values() for name in partition.all_regions]
    if region and region not in regions:
        raise UsageError(f"--region {region}: no such region", nearest(region, regions))
