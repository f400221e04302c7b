"""The controls that keys answer, and what the configuration can say to each: never more than what it makes itself."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.drift.finding import Finding, Kind
from baseline.features.feature import Part
from baseline.inventory import Inventory
from baseline.prover.inventory import Proof
from baseline.prover.properties import KMS_CONTROLS
from baseline.report.value import Answered, ControlFacts
from baseline.words import count, some

_TABLE = json.loads(Path(__file__).with_name("controls.json").read_text(encoding="utf-8"))
STANDARDS: Sequence[str] = _TABLE["standards"]
AS_OF: str = _TABLE["as_of"]
"""When AWS's pages were read."""
Answer = tuple[Answered, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer may follow from."""

    inventory: Inventory
    not_holding: Sequence[Proof]
    findings: Sequence[Finding] | None
    """What AWS has otherwise; None: it was not asked."""
    unread: int
    """How many accounts AWS could not be read of."""

    def parts(self, feature: str) -> list[Part]:
        """What a feature makes, in all places."""
        return [part for stack in self.inventory.stacks for part in stack.parts if part.site.feature == feature]


def controls(known: Known) -> Iterator[ControlFacts]:
    """Every control that a key answers, with its answer."""
    told = set()
    for entry in _TABLE["controls"]:
        told.add(entry["id"])
        answer, evidence = _held_against_aws(entry["id"], _ANSWERS[entry["id"]](known), known.findings or ())
        requirements = (_in_fsbp(entry["id"]), *entry["cis"], entry["nist"], entry["pci"])
        yield ControlFacts(
            id=entry["id"],
            asks=entry["asks"],
            rule=entry["rule"],
            standards=dict(zip(STANDARDS, requirements, strict=True)),
            source=entry.get("source") or f"{_TABLE['source']}{entry['page']}",
            answer=answer,
            evidence=evidence,
        )
    yield from _of_other_purposes(known, told)


_OF_POLICIES: Sequence[Kind] = ("policy", "policy-not-decided", "policy-of-deleted-principal", "policy-name")
_THINGS: Mapping[str, str] = {"SNS.1": "the topic `", "EC2.7": "every new volume", "CloudTrail.2": "the trail `"}
"""The beginning of what findings call the things that a control is about."""


def _held_against_aws(control: str, answered: Answer, findings: Sequence[Finding]) -> Answer:
    """The answer, unless AWS was found to have otherwise what it rests on."""
    thing = _THINGS.get(control)
    about = [
        finding
        for finding in findings
        if (control == "KMS.5" and finding.kind in _OF_POLICIES) or (thing and thing in finding.problem)
    ]
    if answered[0] != "pass" or not about:
        return answered
    told = "; ".join(dict.fromkeys(f"{f.account} / {f.region}: {f.problem}" for f in about))
    failing = any(finding.kind == "not-encrypted" for finding in about)
    return "fail" if failing else "not known", f"AWS has it otherwise: {told}."


def _in_fsbp(control: str) -> str | None:
    """The control's own name where AWS Foundational Security Best Practices has it; None: nobody has looked."""
    if control in _TABLE["fsbp"]["has"]:
        return control
    return None if control.partition(".")[1] and control not in _TABLE["fsbp"]["has_not"] else ""


def _of_other_purposes(known: Known, told: set[str]) -> Iterator[ControlFacts]:
    """The controls about what a purpose's keys encrypt, of which the configuration makes nothing."""
    keys = Counter(key.purpose for key in known.inventory.keys)
    for purpose in known.inventory.organization.purposes.values():
        for control in purpose.controls:
            if control not in told and keys[purpose.name]:
                told.add(control)
                yield ControlFacts(
                    id=control,
                    asks=f"{purpose.title[0].upper()}{purpose.title[1:]}: encryption at rest",
                    rule="",
                    standards={**dict.fromkeys(STANDARDS), STANDARDS[0]: _in_fsbp(control)},
                    source=f"{_TABLE['source']}{control.partition('.')[0].lower()}-controls.html",
                    answer="not known",
                    evidence=f"{count(keys[purpose.name], 'key')} are there for it; what others make with them is not known.",
                )


def _iam(known: Known) -> Answer:
    return "not known", (
        "It is about the IAM policies of each account, most of which others write. The roles that are made here name the "
        "ARNs of their keys."
    )


def _pending(known: Known) -> Answer:
    if known.findings is None:
        return "not known", (
            "AWS was not asked (--verify). No plan deletes a key: every key has prevent_destroy, and a plan that would is "
            "refused."
        )
    waiting = [finding for finding in known.findings if finding.kind == "pending-deletion"]
    if waiting:
        return "fail", f"Waiting for deletion: {some([f'{f.account} / {f.region} / {f.purpose}' for f in waiting])}."
    if known.unread:
        return "not known", f"No key that could be read waits for its deletion; {_unread(known)}."
    return "pass", "No key of the configuration waits for its deletion in AWS."


def _rotation(known: Known) -> Answer:
    still = [key.where for key in known.inventory.keys if not key.settings.rotation]
    if still:
        return "fail", f"{count(len(still), 'key')} without rotation: {some(still)}."
    otherwise = [f for f in known.findings or () if f.kind == "rotation"]
    if otherwise:
        return "fail", f"In AWS otherwise: {some([f'{f.account} / {f.region} / {f.purpose}' for f in otherwise])}."
    periods = sorted({key.settings.rotation_period_days for key in known.inventory.keys})
    return "pass", f"Every key rotates, every {' or '.join(map(str, periods))} days."


def _public(known: Known) -> Answer:
    about = [proof for proof in known.not_holding if proof.judgement.about.source == KMS_CONTROLS]
    failing = [proof.key.where for proof in about if proof.judgement.verdict == "fails"]
    if failing:
        return "fail", f"Not so: {some(list(dict.fromkeys(failing)))}."
    if about:
        return "not known", f"Not decided: {some(list(dict.fromkeys(proof.key.where for proof in about)))}."
    return (
        "pass",
        "Proven of every policy: what is allowed to everyone rests on fixed values, and reading it is never denied.",
    )


def _topics(known: Known) -> Answer:
    topics = [t for stack in known.inventory.stacks for part in stack.parts for t in part.things() if t.kind == "topic"]
    if not topics:
        return "not applicable", "No topic is made here; those of others are not known."
    open_ones = [str(topic) for topic in topics if topic.key is None]
    if open_ones:
        return "fail", f"Without a key of ours: {some(open_ones)}."
    return "pass", (
        f"{count(len(topics), 'topic')} made here, each with the key of its region, which is stricter: the control takes "
        "`alias/aws/sns` too. Those of others are not known."
    )


def _volumes(known: Known) -> Answer:
    on = {(part.site.account_id, part.site.region) for part in known.parts("ebs_default_encryption")}
    accounts = known.inventory.organization.accounts
    off = [f"{a.name} / {r}" for a in accounts for r in a.regions if (a.id, r) not in on]
    if not on:
        return (
            "not known",
            "The feature ebs_default_encryption is off, and nobody has looked whether others switched it on.",
        )
    if off:
        return "not known", f"Switched on in {count(len(on), 'place')}; of {some(off)} it is not known."
    return "pass", f"Switched on in all {count(len(on), 'place')}, with the key of each region."


def _trails(what: str) -> Callable[[Known], Answer]:
    def answer(known: Known) -> Answer:
        on = {part.site.account_id for part in known.parts("cloudtrail")}
        if not on:
            return "not known", "The feature cloudtrail is off, and trails of others are not known."
        of = f"{len(on)} of {count(len(known.inventory.organization.accounts), 'account')}"
        return "pass", f"A trail is made in {of}, {what}; those of others are not known."

    return answer


def _recovery_points(known: Known) -> Answer:
    on = known.parts("backup")
    if not on:
        return "not known", "The feature backup is off, and vaults of others are not known."
    return "not known", (
        f"{count(len(on), 'vault')} made here with the key of each region. What AWS Backup does not manage in full has the "
        "encryption of its source: https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"
    )


def _log_groups(known: Known) -> Answer:
    things = (thing for stack in known.inventory.stacks for part in stack.parts for thing in part.things())
    groups = sum(thing.kind == "log group" for thing in things)
    rules = known.parts("log_group_encryption")
    made = f"{count(groups, 'log group')} made here, each with the key of its region" if groups else "None is made here"
    if rules:
        return (
            "not known",
            f"{made}. AWS Config's rule looks for those of others in {count(len(rules), 'place')}, and tells.",
        )
    return "not known", f"{made}; those of others are not known, and the feature log_group_encryption is off."


def _unread(known: Known) -> str:
    return f"{count(known.unread, 'account')} could not be read"


_ANSWERS: Mapping[str, Callable[[Known], Answer]] = {
    "KMS.1": _iam,
    "KMS.2": _iam,
    "KMS.3": _pending,
    "KMS.4": _rotation,
    "KMS.5": _public,
    "SNS.1": _topics,
    "EC2.7": _volumes,
    "CloudTrail.2": _trails("with the key of its region"),
    "CloudTrail.4": _trails("with log file validation"),
    "Backup.1": _recovery_points,
    "Log groups": _log_groups,
}
