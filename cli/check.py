"""`kms-baseline check`: is the configuration right, and what follows from it."""

from baseline.words import count
from cli import options, output
from cli.version import VERSION
from operations.new_repository import version_problem
from operations.notes import bill_of_new_keys, notes
from operations.project import Project, configuration_path, passed_over


def check(config: options.Config = None) -> None:
    """Validate the configuration, prove every key policy, and say what follows. Nothing is written.

    Exit code 1: a property of a key policy fails, or a feature could not use its key; 4: none fails, but one could not
    be decided.

    Example: kms-baseline check --config organization.yaml
    """
    project = Project(configuration_path(config))
    inventory = project.inventory
    project.check_policies()
    keys = list(inventory.keys)
    accounts = count(len(inventory.organization.accounts), "account")
    regions = count(len({key.region for key in keys}), "region")
    output.show(f"{project.path}: fine")
    output.show(f"{count(len(keys), 'key')} in {accounts} and {regions}, {count(len(inventory.stacks), 'stack')}")
    waivers = len({proof.waiver for proof in project.proofs if proof.waiver})
    but = f" or is waived ({count(waivers, 'waiver')})" if waivers else ""
    output.show(f"every property of every key policy holds{but}")
    if project.lock_differs:
        recorded = f"{project.lock_change} to be recorded by synth or lock"
        output.show(f"{project.lock_path}: {recorded}{bill_of_new_keys(project)}")
    for note in filter(None, (passed_over(config), *notes(project), version_problem(project.path.parent, VERSION))):
        output.show(f"note: {note}")
