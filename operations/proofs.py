"""The properties of keys and of policies, proven for all possible requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import FieldPlace, KmsBaselineError, UsageError
from baseline.found.place import place_of
from baseline.found.policy import FoundPolicy
from baseline.inventory import Key
from baseline.prover.any_policy import prove_like, prove_policy
from baseline.prover.inventory import Proof, prove_alike, prove_all
from baseline.prover.judgements import NEEDED, Judgement
from baseline.prover.meant import Meant
from baseline.prover.subject import Subject, subject
from operations.policy_file import policy_of
from operations.policy_folder import PolicyFile, in_its_place, is_folder, policy_files
from operations.progress import Say, counted
from operations.project import Project

Asked = Meant | Subject
"""What a key is meant for: as somebody said, or as a key of the configuration."""


def prove_keys(project: Project, keys: Sequence[Key], full: bool, say: Say) -> list[Proof]:
    """Every property of these keys. `full` proves each key by itself, also those that are alike."""
    return list((prove_all if full else prove_alike)(project.inventory, counted(keys, "proved", "key", say)))


def decided_at(project: Project, proof: Proof) -> FieldPlace:
    """Where to look: at the owner's statement that decided, else at what is said about the key."""
    return project.place_of_statement(proof) or proof.key.settings.place


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """A file with a policy that somebody else wrote, and what was proven of it."""

    file: PolicyFile
    policy: FoundPolicy | None
    judgements: Sequence[Judgement]
    problem: str = ""
    """Why nothing was; empty otherwise."""


def prove_path(path: Path, account_id: str, region: str, asked: Asked, say: Say) -> list[ProvenFile]:
    """Prove the policy of a file, or all of a folder. Raises UsageError and Mistakes where nothing can be read."""
    if isinstance(asked, Subject):
        account_id, region = account_id or asked.place.account_id, region or asked.place.region
    files = policy_files(path, account_id, region)
    if is_folder(path):
        return [_proven(file, asked) for file in counted(files, "proved", "policy", say)]
    if not (account_id and region):
        raise UsageError(f"{path}: nobody said where its key is", "use --account and --region")
    policy = policy_of(path)
    return [ProvenFile(file, policy, prove_found(policy, account_id, region, asked)) for file in files]


def _proven(file: PolicyFile, asked: Asked) -> ProvenFile:
    """A file that is no policy stops nothing."""
    if not (file.account_id and file.region):
        return ProvenFile(
            file, None, (), "nobody said where its key is: by folders ACCOUNT/REGION, or --account and --region"
        )
    try:
        policy = policy_of(file.path)
    except KmsBaselineError as error:
        return ProvenFile(file, None, (), in_its_place(error, file))
    return ProvenFile(file, policy, prove_found(policy, file.account_id, file.region, asked))


def prove_found(policy: FoundPolicy, account_id: str, region: str, asked: Asked) -> Sequence[Judgement]:
    """The general properties of a policy that somebody else wrote; with a purpose, everything."""
    if policy.undecidable:
        return [Judgement(NEEDED, "unsupported", False, None, policy.undecidable, None)]
    policy.key = place_of(policy, account_id, region)
    if isinstance(asked, Subject):
        return prove_like(policy.plain, policy.key, asked)
    return prove_policy(policy.plain, policy.key, asked)


def key_like(project: Project, account: str, region: str, purpose: str) -> Subject:
    """What is said of a key of the configuration. Raises UsageError when there is no such key."""
    key, organization = project.key(account, region, purpose), project.configuration.organization
    return subject(key, next(each for each in organization.accounts if each.id == key.account_id), organization)
