"""Everything that a person should know about a policy that somebody wrote."""

import json
from dataclasses import replace

from baseline.found.condition_checks import check_conditions
from baseline.found.element_checks import check_elements
from baseline.found.kinds import Finding
from baseline.found.meaning import check_meaning
from baseline.found.place import place_of, texts_with_paths
from baseline.found.policy import VERSIONS, FoundPolicy, NotAPolicy, found_policy
from baseline.iam.document import FORBIDDEN_CHARACTER, MAXIMUM_BYTES
from baseline.words import named_character


def validate(text: str, account_id: str = "", region: str = "", organization_id: str = "") -> list[Finding]:
    """The findings on the text of a policy, in the order of its lines."""
    try:
        policy = found_policy(text)
    except NotAPolicy as error:
        return [error.finding]
    key = policy.key = replace(place_of(policy, account_id, region), organization_id=organization_id or None)
    _check_whole(policy)
    for statement in policy.statements:
        check_elements(policy, statement, key)
        check_conditions(policy, statement)
    check_meaning(policy, key)
    return sorted(policy.findings, key=lambda finding: finding.line)


def _check_whole(policy: FoundPolicy) -> None:
    _check_version(policy)
    if not policy.statements and not policy.undecidable:
        policy.say("no-statement", "the policy has no statement", ())
    compact = len(json.dumps(policy.top, separators=(",", ":"), ensure_ascii=False).encode())
    if policy.size > MAXIMUM_BYTES:
        without = f", without spaces {compact}" if compact <= MAXIMUM_BYTES else ""
        policy.say("too-large", f"the policy has {policy.size} bytes{without}; KMS takes {MAXIMUM_BYTES}", ())
    _check_characters(policy)
    names: dict[str, str] = {}
    for statement in policy.statements:
        sid = statement.elements.get("Sid")
        if isinstance(sid, str) and sid and names.setdefault(sid, statement.name) != statement.name:
            policy.say(
                "repeated-sid", f"`{sid}` is also the Sid of another statement", statement.path, statement, "Sid"
            )


def _check_characters(policy: FoundPolicy) -> None:
    """Each character once a line."""
    told = set()
    for path, text in texts_with_paths(policy.text.value):
        for character in FORBIDDEN_CHARACTER.findall(text):
            if (policy.line(path), character) not in told:
                told.add((policy.line(path), character))
                inside = next((s for s in policy.statements if path[: len(s.path)] == s.path), None)
                problem = f"KMS does not take the character {named_character(character)} in a policy"
                policy.say("forbidden-character", problem, path, inside)


def _check_version(policy: FoundPolicy) -> None:
    version = policy.top.get("Version")
    if "Version" not in policy.top:
        policy.say("version-missing", "there is no `Version`", ())
    elif version == VERSIONS[1]:
        policy.say("old-version", f"`Version` is `{version}`", ("Version",))
    elif version != VERSIONS[0]:
        policy.say("invalid-version", f"`Version` is `{version}`", ("Version",))
