"""The properties of keys and of policies, proven for all possible requests."""

from collections.abc import Sequence

from baseline.errors import FieldPlace
from baseline.found.place import place_of
from baseline.found.policy import FoundPolicy
from baseline.inventory import Key
from baseline.prover.any_policy import prove_policy
from baseline.prover.inventory import Proof, prove_alike, prove_all
from baseline.prover.judgements import NEEDED, Judgement
from operations.progress import Say, counted
from operations.project import Project


def prove_keys(project: Project, keys: Sequence[Key], full: bool, say: Say) -> list[Proof]:
    """Every property of these keys. `full` proves each key by itself, also those that are alike."""
    return list((prove_all if full else prove_alike)(project.inventory, counted(keys, "proved", "key", say)))


def decided_at(project: Project, proof: Proof) -> FieldPlace:
    """Where to look: at the owner's statement that decided, else at what is said about the key."""
    return project.place_of_statement(proof) or proof.key.settings.place


def prove_found(policy: FoundPolicy, account_id: str, region: str, purpose: str) -> Sequence[Judgement]:
    """The general properties of a policy that somebody else wrote; with a purpose, those of its services too."""
    if policy.undecidable:
        return [Judgement(NEEDED, "unsupported", False, None, policy.undecidable, None)]
    policy.key = place_of(policy, account_id, region)
    return prove_policy(policy.plain, policy.key, purpose or None)
