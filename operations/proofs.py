"""The properties of keys and of policies, proven for all possible requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import FieldPlace, KmsBaselineError, UsageError
from baseline.found.place import place_of
from baseline.found.policy import FoundPolicy
from baseline.inventory import Key
from baseline.prover.any_policy import prove_policy
from baseline.prover.inventory import Proof, prove_alike, prove_all
from baseline.prover.judgements import NEEDED, Judgement
from operations.policy_file import policy_of
from operations.policy_folder import PolicyFile, in_its_place, is_folder, policy_files
from operations.progress import Say, counted
from operations.project import Project


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


def prove_path(path: Path, account_id: str, region: str, purpose: str, say: Say) -> list[ProvenFile]:
    """Prove the policy of a file, or all of a folder. Raises UsageError and Mistakes where nothing can be read."""
    files = policy_files(path, account_id, region)
    if is_folder(path):
        return [_proven(file, purpose) for file in counted(files, "proved", "policy", say)]
    if not (account_id and region):
        raise UsageError(f"{path}: nobody said where its key is", "use --account and --region")
    policy = policy_of(path)
    return [ProvenFile(file, policy, prove_found(policy, account_id, region, purpose)) for file in files]


def _proven(file: PolicyFile, purpose: str) -> ProvenFile:
    """A file that is no policy stops nothing."""
    if not (file.account_id and file.region):
        return ProvenFile(
            file, None, (), "nobody said where its key is: by folders ACCOUNT/REGION, or --account and --region"
        )
    try:
        policy = policy_of(file.path)
    except KmsBaselineError as error:
        return ProvenFile(file, None, (), in_its_place(error, file))
    return ProvenFile(file, policy, prove_found(policy, file.account_id, file.region, purpose))


def prove_found(policy: FoundPolicy, account_id: str, region: str, purpose: str) -> Sequence[Judgement]:
    """The general properties of a policy that somebody else wrote; with a purpose, those of its services too."""
    if policy.undecidable:
        return [Judgement(NEEDED, "unsupported", False, None, policy.undecidable, None)]
    policy.key = place_of(policy, account_id, region)
    return prove_policy(policy.plain, policy.key, purpose or None)
