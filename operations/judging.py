"""What is wrong with policies that somebody else wrote, one or a folder of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baseline.errors import KmsBaselineError
from baseline.found.kinds import KINDS, Finding
from baseline.found.validate import validate
from operations.policy_file import text_of
from operations.policy_folder import PolicyFile, in_its_place, is_folder, policy_files
from operations.progress import Say, counted

_STAND_IN = "123456789012"


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file, and what was found in it."""

    file: PolicyFile
    findings: Sequence[Finding]

    @property
    def is_policy(self) -> bool:
        return all(finding.kind.group != "not a policy" for finding in self.findings)

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing but notes."""
        return all(finding.kind.severity == "note" for finding in self.findings)


def judge(path: Path, account_id: str, region: str, organization_id: str, say: Say) -> list[JudgedFile]:
    """Judge the policy of a file, or all of a folder. Raises UsageError and Mistakes where nothing can be read."""
    files = policy_files(path, account_id, region)
    if is_folder(path):
        return list(_of_a_folder(files, organization_id, say))
    return [JudgedFile(file, validate(text_of(path), account_id, region, organization_id)) for file in files]


def _of_a_folder(files: Sequence[PolicyFile], organization_id: str, say: Say) -> Iterator[JudgedFile]:
    """Judge each. A file that cannot be read is a finding, and the others are judged all the same."""
    known: dict[tuple[str, str, str], Sequence[Finding]] = {}
    for file in counted(files, "judged", "policy", say):
        try:
            yield JudgedFile(file, _findings(file, text_of(file.path), organization_id, known))
        except KmsBaselineError as error:
            yield JudgedFile(file, [Finding(KINDS["unreadable"], in_its_place(error, file), 1)])


def _findings(
    file: PolicyFile, text: str, organization_id: str, known: dict[tuple[str, str, str], Sequence[Finding]]
) -> Sequence[Finding]:
    """Policies that differ in their account's ID alone are judged once: no rule depends on the digits of an ID."""
    account_id = file.account_id
    can_stand_in = account_id and _STAND_IN not in text
    renamed = text.replace(account_id, _STAND_IN) if can_stand_in else text
    case = (renamed, _STAND_IN if can_stand_in else account_id, file.region)
    if case not in known:
        known[case] = validate(*case, organization_id)
    return [_renamed(finding, account_id) for finding in known[case]] if can_stand_in else known[case]


def _renamed(finding: Finding, account_id: str) -> Finding:
    problem, statement = (text.replace(_STAND_IN, account_id) for text in (finding.problem, finding.statement))
    return replace(finding, problem=problem, statement=statement)
