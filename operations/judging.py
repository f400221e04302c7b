"""What is wrong with policies that somebody else wrote, one or a folder of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import KmsBaselineError
from baseline.found.kinds import KINDS, Finding
from baseline.found.validate import validate
from operations.alike import Alike
from operations.policy_file import text_of
from operations.policy_folder import PolicyFile, in_its_place, is_folder, policy_files
from operations.progress import Say, counted


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

    def judged(text: str, account_id: str, region: str) -> Sequence[Finding]:
        return validate(text, account_id, region, organization_id)

    alike = Alike(judged)
    for file in counted(files, "judged", "policy", say):
        try:
            yield JudgedFile(file, alike.of(text_of(file.path), file.account_id, file.region))
        except KmsBaselineError as error:
            yield JudgedFile(file, [Finding(KINDS["unreadable"], in_its_place(error, file), 1)])
