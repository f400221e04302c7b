"""The properties of keys and of policies, proven for all possible requests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from baseline.errors import FieldPlace, KmsBaselineError, UsageError
from baseline.found.place import place_of
from baseline.found.policy import FoundPolicy
from baseline.inventory import Key
from baseline.prover.any_policy import prove_like, prove_policy
from baseline.prover.counterexample import Policy
from baseline.prover.inventory import Proof, prove_alike, prove_all
from baseline.prover.judgements import NEEDED, Judgement
from baseline.prover.meant import Meant
from baseline.prover.subject import Subject, subject
from operations.alike import Alike
from operations.policy_file import policy_in, policy_of, text_of
from operations.policy_folder import PolicyFile, in_its_place, is_folder, policy_files
from operations.progress import Say, counted
from operations.project import Project

_NOWHERE = "nobody said where its key is: by folders ACCOUNT/REGION, or --account and --region"
Asked = Meant | Subject
"""What a key is meant for: as somebody said, or as a key of the configuration."""


def prove_keys(project: Project, keys: Sequence[Key], full: bool, say: Say) -> list[Proof]:
    """Every property of these keys. `full` proves each key by itself, also those that are alike."""
    return list((prove_all if full else prove_alike)(project.inventory, counted(keys, "proved", "key", say)))


def decided_at(project: Project, proof: Proof) -> FieldPlace:
    """Where to look: at the owner's statement that decided, else at what is said about the key."""
    return project.place_of_statement(proof) or proof.key.settings.place


@dataclass(frozen=True)
class ProvenPolicy:
    """A policy that somebody else wrote, and what was proven of it."""

    written: str
    """Its JSON in the form that was proven, each statement with a name."""
    lines: Mapping[str, int]
    """Where each statement begins, by its name."""
    judgements: Sequence[Judgement]

    @cached_property
    def plain(self) -> Policy:
        policy: Policy = json.loads(self.written)
        return policy


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """A file, and the policy in it."""

    file: PolicyFile
    policy: ProvenPolicy | None
    problem: str = ""
    """Why there is no policy, or nothing was proven of it; empty otherwise."""

    @property
    def judgements(self) -> Sequence[Judgement]:
        return self.policy.judgements if self.policy else ()


def prove_path(path: Path, account_id: str, region: str, asked: Asked, say: Say) -> list[ProvenFile]:
    """Prove the policy of a file, or all of a folder. Raises UsageError and Mistakes where nothing can be read."""
    if isinstance(asked, Subject):
        account_id, region = account_id or asked.place.account_id, region or asked.place.region
    files = policy_files(path, account_id, region)
    if is_folder(path):
        return list(_of_a_folder(files, asked, say))
    if not (account_id and region):
        raise UsageError(f"{path}: nobody said where its key is", "use --account and --region")
    return [ProvenFile(file, _proven(policy_of(path), account_id, region, asked)) for file in files]


def _of_a_folder(files: Sequence[PolicyFile], asked: Asked, say: Say) -> Iterator[ProvenFile]:
    """Prove each. A file that is no policy stops nothing."""

    def proven(text: str, account_id: str, region: str) -> ProvenPolicy:
        return _proven(policy_in(text), account_id, region, asked)

    alike = Alike(proven, asked)
    for file in counted(files, "proved", "policy", say):
        if not (file.account_id and file.region):
            yield ProvenFile(file, None, _NOWHERE)
            continue
        try:
            yield ProvenFile(file, alike.of(text_of(file.path), file.account_id, file.region))
        except KmsBaselineError as error:
            yield ProvenFile(file, None, in_its_place(error, file))


def _proven(policy: FoundPolicy, account_id: str, region: str, asked: Asked) -> ProvenPolicy:
    """The general properties of a policy that somebody else wrote; with a purpose, everything."""
    policy.key = place_of(policy, account_id, region)
    plain, lines = policy.plain, {statement.name: policy.line(statement.path) for statement in policy.statements}
    written = json.dumps(plain)
    if policy.undecidable:
        return ProvenPolicy(written, lines, [Judgement(NEEDED, "unsupported", False, None, policy.undecidable, None)])
    prove = partial(prove_like, like=asked) if isinstance(asked, Subject) else partial(prove_policy, meant=asked)
    return ProvenPolicy(written, lines, prove(plain, policy.key))


def key_like(project: Project, account: str, region: str, purpose: str) -> Subject:
    """What is said of a key of the configuration. Raises UsageError when there is no such key."""
    key, organization = project.key(account, region, purpose), project.configuration.organization
    return subject(key, next(each for each in organization.accounts if each.id == key.account_id), organization)
