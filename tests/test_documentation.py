"""The documentation says what is so: examples load, commands exist, outputs are real, links lead somewhere."""

import functools
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import typer
import yaml

from baseline.configuration.file import ConfigurationFile
from baseline.fields.limits import DELETION_WINDOW, ROTATION_PERIOD
from baseline.found_accounts import ACTIVE, FoundAccount, FoundAccounts
from baseline.key_policy import COMMON_STATEMENTS
from baseline.key_policy.common_statement import CommonStatement
from baseline.lock import Lock
from baseline.organization import ThenOfRetired
from baseline.prover.decide import Verdict
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Permission
from cli.commands import program
from operations.notes import notes
from operations.project import Project
from stacks.versions import REQUIRED_TERRAFORM
from tests.conftest import ROOT, SHIPPED, Run, inventory
from tests.expected_policies import policies
from tests.shown_commands import CALL, must_exist

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MINIMAL = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
accounts: [{name: workloads, id: "222222222222"}]
"""
"""What a fragment is written into: its fields replace these or stand beside them."""


class Fence(NamedTuple):
    """One fenced block."""

    page: str
    line: int
    info: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: Path) -> Iterator[Fence]:
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(.*)\n((?:(?!```).*\n)*)```$", text, re.MULTILINE):
        yield Fence(page.relative_to(ROOT).as_posix(), text[: match.start()].count("\n") + 1, match[1], match[2])


BLOCKS_OF_PAGES = [block for page in PAGES for block in blocks(page)]


def after(marker: str, page: str) -> str:
    """The fenced block that follows `<!-- marker -->`."""
    match = re.search(rf"<!-- {marker} -->\n```\w*\n(.*?)```", read(page), re.DOTALL)
    assert match, marker
    return match[1]


def with_info(info: str) -> pytest.MarkDecorator:
    found = [block for block in BLOCKS_OF_PAGES if block.info == info]
    assert found, info
    return pytest.mark.parametrize("block", found, ids=str)


# Examples of the configuration


def test_every_block_says_what_it_is() -> None:
    """An example with another name would be read by people and checked by nobody."""
    drawn = {b.page for b in BLOCKS_OF_PAGES if b.info == "mermaid"}
    assert drawn == {"docs/performance.md", HOW_IT_WORKS}  # the first is written by the benchmark
    infos = {b.info for b in BLOCKS_OF_PAGES if b.page not in drawn}
    assert infos == {"text", "text sketch", "sh", "json", "yaml", "yaml fragment"}
    assert {b.info for b in BLOCKS_OF_PAGES if b.page == HOW_IT_WORKS} == {"mermaid"}


HOW_IT_WORKS = "docs/how-it-works.md"


def test_the_pictures_name_the_commands_the_retirements_and_the_verdicts_that_there_are() -> None:
    flow, lock, proof = (block.text for block in BLOCKS_OF_PAGES if block.page == HOW_IT_WORKS)
    shown = {
        name for line in re.findall(r"<br>([a-z]+(?:, [a-z]+)*)(?: --[a-z-]+)?\"", flow) for name in line.split(", ")
    }
    assert {"check", "prove", "export", "deploy", "verify"} <= shown
    for name in shown:
        must_exist(f"kms-baseline {name}")
    assert set(re.findall(r"then: (\w+)", lock)) == set(get_args(ThenOfRetired))
    assert set(re.findall(r'\(\["(\w+)"\]\)', proof)) == set(get_args(Verdict))


HELD = {"docs/commands.md", "docs/properties.md", "docs/configuration.md"}
"""Pages that are generated as a whole: a test renews them and compares."""


def test_every_text_is_held_by_another_test_or_marked_as_a_sketch() -> None:
    """An output that nobody compares with what the program prints grows old in silence."""
    texts = [block for block in BLOCKS_OF_PAGES if block.info == "text" and block.page not in HELD]
    held = [
        after("demo", "README.md"),
        after("demo --cloud", "README.md"),
        after("layers", "docs/architecture.md"),
        after("floors", "docs/architecture.md"),
    ]
    assert [str(block) for block in texts if block not in SHOWN and block.text not in held] == []
    sketches = [block.page for block in BLOCKS_OF_PAGES if block.info == "text sketch"]
    assert sketches == ["docs/architecture.md"]


def check(text: str, folder: Path, lock: Lock | None = None) -> None:
    """Whatever `check` refuses is raised, and a waiver that is not needed fails."""
    path = folder / "organization.yaml"
    path.write_text(text, encoding="utf-8")
    (folder / "organization.accounts.json").write_text(FOUND.render(), encoding="utf-8")
    if lock:
        (folder / "organization.lock.json").write_text(lock.render(), encoding="utf-8")
    project = Project(path)
    project.check_policies()
    assert [note for note in notes(project) if "not needed" in note or "speaks of no key" in note] == []


@with_info("yaml")
def test_a_whole_configuration_passes_check(block: Fence, tmp_path: Path) -> None:
    check(block.text, tmp_path)


FOUND = FoundAccounts(
    "organization.accounts.json",
    {
        id: FoundAccount(id, f"account {id}", ACTIVE, unit, {"keys": "yes"})
        for id, unit in (("222222222222", "/Workloads/Prod"), ("333333333333", "/Sandbox"))
    },
)
"""What a fragment may select from."""


BEFORE = inventory(MINIMAL.replace("}]", '}, {name: data, id: "033333333333"}]')).lock
"""What a fragment may retire."""


@with_info("yaml fragment")
def test_a_fragment_passes_check_in_a_small_configuration(block: Fence, tmp_path: Path) -> None:
    """As it stands, with the waivers that it shows."""
    written = yaml.safe_load(block.text)
    merged = {**yaml.safe_load(MINIMAL), **written}
    retires = {entry["account"] for entry in written.get("retired", ())}
    lines = {
        where: line
        for where, line in BEFORE.lines.items()
        if where.account_id == "222222222222" or retires & {where.account_id}
    }
    check(json.dumps(merged), tmp_path, replace(BEFORE, lines=lines) if retires else None)


WITHOUT_CONFIGURATION = {
    "none needed",
    "a service control policy",
    "route Backup's events through EventBridge",
}
"""Fallbacks that are done elsewhere."""


def test_every_fallback_has_an_example() -> None:
    """Each under a heading of its own; the test of fragments runs it."""
    permissions = [permission for purpose in PURPOSES.values() for permission in purpose.permissions]
    known: list[CommonStatement | Permission] = [*COMMON_STATEMENTS, *permissions]
    sections = re.split(r"^### ", read("docs/fallbacks.md"), flags=re.MULTILINE)[1:]
    examples = {heading: "```yaml fragment" in text for heading, _, text in (s.partition("\n") for s in sections)}
    fallbacks = {statement.fallback for statement in known}
    assert examples == {fallback: fallback not in WITHOUT_CONFIGURATION for fallback in fallbacks}


@with_info("json")
def test_json_is_json(block: Fence) -> None:
    assert json.loads(block.text)


# Commands and their output

CODE = re.compile(r"`([^`\n]+)`")


def code(page: Path) -> Iterator[str]:
    """Everything that a page shows as code: spans, blocks of the shell, what stands before its output, examples."""
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        if block.info == "sh":
            yield block.text
        elif block.info == "text":
            yield "\n".join(re.findall(r"^(?:\$|  Example:) (.+)$", block.text, re.MULTILINE))
    yield from CODE.findall(re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_exists(page: Path) -> None:
    """Its words are commands, and its options are theirs."""
    for call in {call.strip() for text in code(page) for call in CALL.findall(text)} - {""}:
        must_exist(call)


def test_every_command_is_documented() -> None:
    headings = set(re.findall(r"^## (kms-baseline.*)$", read("docs/commands.md"), re.MULTILINE))
    assert headings == {"kms-baseline", *_names(typer.main.get_command(program()), "kms-baseline")}


def _names(command: Any, path: str) -> Iterator[str]:
    for name, inner in getattr(command, "commands", {}).items():
        yield f"{path} {name}"
        yield from _names(inner, f"{path} {name}")


SHOWN = [block for block in BLOCKS_OF_PAGES if block.page == "README.md" and block.text.startswith("$ kms-baseline")]


@pytest.mark.parametrize("block", SHOWN, ids=str)
def test_the_outputs_in_the_readme_are_real(block: Fence, run: Run, tmp_path: Path) -> None:
    """They are those of the sample, before anything was recorded."""
    (tmp_path / "organization.yaml").write_bytes(SHIPPED.read_bytes())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "organization.schema.json").write_text(read("docs/organization.schema.json"), encoding="utf-8")
    first, _, shown = block.text.partition("\n")
    done = run(*shlex.split(first)[2:])
    assert (done.returncode, done.stdout + done.stderr) == (0, shown)


def test_the_readme_shows_what_check_and_keys_print() -> None:
    assert {block.text.split()[2] for block in SHOWN} == {"check", "keys"}


# Links, paths and names


@functools.cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> set[str]:
    """What a page leads to, within the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return {target for target in targets if not target.startswith("https://")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


def test_the_readme_leads_to_every_page() -> None:
    targets = {target.partition("#")[0] for target in links(ROOT / "README.md")}
    pages = {path.relative_to(ROOT).as_posix() for path in PAGES} - {"README.md"}
    assert pages - targets == set()


TOP = (
    "baseline",
    "benchmarks",
    "cli",
    "deployment",
    "docs",
    "files",
    "live",
    "modules",
    "operations",
    "requirements",
    "sandbox",
    "stacks",
)
ENDINGS = (".py", ".yaml", ".toml", ".md", ".json", ".txt")
WRITTEN_BY_PROGRAMS = {"imports.tf.json", "organization.lock.json"}


def test_every_path_in_the_architecture_exists() -> None:
    spans = set(CODE.findall(read("docs/architecture.md"))) - WRITTEN_BY_PROGRAMS
    paths = {s for s in spans if " " not in s and (s.startswith(tuple(f"{t}/" for t in TOP)) or s.endswith(ENDINGS))}
    assert len(paths) > 30
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(("marker", "containers"), [("layers", None), ("floors", ["baseline"])])
def test_the_layers_in_the_architecture_are_those_of_the_contract(marker: str, containers: list[str] | None) -> None:
    settings = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]
    [contract] = [c for c in settings["contracts"] if c["type"] == "layers" and c.get("containers") == containers]
    assert after(marker, "docs/architecture.md").splitlines() == contract["layers"]


def test_no_page_names_a_machine() -> None:
    """Neither its folders nor what lies beside the repository."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"\.\./shared|/(?:home|root|work|tmp|opt|Users)/", text), page


PRIVATE = re.compile(r"\b(born|bites?|in the clear)\b(?<!every-statement-bites)")


def test_nothing_that_people_read_has_a_private_word() -> None:
    """Neither the pages nor the program's texts."""
    programs = ("baseline", "cli", "deployment", "files", "live", "modules", "operations", "sandbox", "stacks")
    texts = [*PAGES, *(path for folder in programs for path in (ROOT / folder).rglob("*.*") if path.suffix != ".pyc")]
    said = {
        (path.relative_to(ROOT).as_posix(), found[0])
        for path in texts
        for found in PRIVATE.finditer(path.read_text(encoding="utf-8"))
    }
    assert said == set()


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    shown = {
        name for page in PAGES for text in code(page) for name in re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
    }
    assert shown
    assert shown <= targets


# What the pages take from the code


def test_every_generated_page_is_current_and_a_stale_one_is_named_with_the_command(tmp_path: Path) -> None:
    for source in (*ROOT.glob("*.md"), SHIPPED, *ROOT.glob("docs/**/*")):
        if source.is_file():
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    (tmp_path / "docs" / "commands.md").write_text("old", encoding="utf-8")
    (tmp_path / "docs" / "key-policies.md").unlink()
    (tmp_path / "README.md").write_text(read("README.md").replace("organization.yaml: fine\n", ""), encoding="utf-8")
    command = [sys.executable, str(tmp_path / "docs" / "generate.py"), "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "docs/key-policies.md is not current; renew it by: make generated",
        "docs/commands.md is not current; renew it by: make generated",
        "README.md is not current; renew it by: make generated",
    ]
    assert re.search(r"^generated:.*\n\t@\S+ docs/generate.py$", read("Makefile"), re.MULTILINE)


def _schema_paths(schema: Mapping[str, Any], node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every field of the schema: the name of its definition, and its path in the file."""
    for name, field in node.get("properties", {}).items():
        at = f"{path}.{name}" if path else name
        yield at, field.get("description", "")
        for inner in (field, field.get("items", {}), *field.get("oneOf", []), *field.get("anyOf", [])):
            reference = inner.get("$ref", "").removeprefix("#/$defs/")
            if reference:
                suffix = "[]" if inner is field.get("items") else ""
                yield from _schema_paths(schema, schema["$defs"][reference], at + suffix)


def test_every_field_of_the_schema_is_in_the_reference() -> None:
    """Its own sentence stands in a table; fields that a mapping shares with another have one row."""
    schema = json.loads(read("docs/organization.schema.json"))
    page = read("docs/configuration.md")
    fields = list(_schema_paths(schema, schema))
    assert len(fields) > 150
    assert [path for path, sentence in fields if not sentence or sentence not in page] == []
    assert {path for path in ConfigurationFile.model_fields if f"| `{path}" not in page} == set()


def test_limits_are_those_of_the_code() -> None:
    page = read("docs/configuration.md")
    for field, days in (("rotation_period_days", ROTATION_PERIOD), ("deletion_window_days", DELETION_WINDOW)):
        assert re.search(rf"^\| `keys.{field}` \|.*\| {days.low} to {days.high} \|", page, re.MULTILINE)


def test_every_statement_of_a_policy_is_explained() -> None:
    """Whatever the configuration: the expected policies have every form that there is."""
    explained = set(re.findall(r"^### (\w+)$", read("docs/key-policies.md"), re.MULTILINE))
    registered = [policy for name, policy in policies() if name != OWN_PURPOSE]  # of an own one its owner knows
    ours = {sid for policy in registered for sid in (s.sid for s in policy.statements)} - {OWNERS_STATEMENT}
    assert {re.sub(r"(ByPattern|FromAccounts)?(Of\d+)?$", "", sid) for sid in ours} <= explained
    assert {p.sid for purpose in PURPOSES.values() for p in purpose.permissions} <= explained


OWN_PURPOSE = "variants/custom_data_lake"
OWNERS_STATEMENT = "SupportDecryptsOneTenant"


def test_the_readme_names_every_statement_that_is_only_inferred() -> None:
    permissions = [p for purpose in PURPOSES.values() for p in purpose.permissions]
    known: list[CommonStatement | Permission] = [*COMMON_STATEMENTS, *permissions]
    inferred = {statement.sid for statement in known if statement.evidence == "inferred"}
    section = read("README.md").partition("only inferred")[2].partition("\n")[0]
    assert inferred == set(re.findall(r"`([A-Z]\w+)`", section))


def test_the_bill_is_that_of_the_sample(sample_inventory: Any) -> None:
    """A dollar for the key and one for each of its first two rotations, a month."""
    bill = read("docs/deploying.md").partition("<!-- bill -->")[2].partition("\n\n")[0]
    keys = len(sample_inventory.keys)
    assert all(key.settings.rotation and key.settings.rotation_period_days == 365 for key in sample_inventory.keys)
    assert f"{keys} keys" in bill
    assert [int(dollars) for dollars in re.findall(r"\$(\d+)", bill)] == [keys, 2 * keys, 3 * keys]


def test_the_readme_asks_for_the_versions_that_the_code_asks_for() -> None:
    needed = next(line for line in read("README.md").splitlines() if line.startswith("Needed on PATH"))
    python = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    assert f"Python {python} or newer" in needed
    assert f"Terraform {REQUIRED_TERRAFORM.removeprefix('>= ')} or newer" in needed


def test_the_messages_of_the_troubleshooting_page_are_what_the_program_says() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").splitlines()
        if line[:3] == "| `"
    ]
    assert len(rows) > 15
    folders = ("baseline", "cli", "deployment", "files", "live", "operations")
    program = "\n".join(
        path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")
    )
    for row in rows:
        for said in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
            assert said in program, said
