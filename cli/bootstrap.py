"""`kms-baseline bootstrap`: the roles and the bucket that have to be there before the first deployment."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from baseline.deployer.notes import notes
from baseline.deployer.plan import Bootstrap
from baseline.words import count
from cli import options, output
from operations.bootstrapping import Jobs, bootstrap_of, documents, write
from operations.project import Project, configuration_path


class Form(StrEnum):
    """What makes the roles and the bucket."""

    terraform = "terraform"
    cloudformation = "cloudformation"


Caller = Annotated[
    list[str],
    typer.Option(
        "--caller",
        help="The ARN of the role by which deployments begin; repeatable, for people's roles after it.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", help="The folder to write to; else all is printed as JSON.", show_default=False),
]
OutputForm = Annotated[Form, typer.Option("--format", help="Terraform JSON, or CloudFormation templates.")]
GitHub = Annotated[
    str | None,
    typer.Option("--github", help="Make the caller's role, for jobs of the repository OWNER/NAME.", show_default=False),
]
GitLab = Annotated[
    str | None,
    typer.Option("--gitlab", help="Make the caller's role, for jobs of the project GROUP/NAME.", show_default=False),
]
Hcp = Annotated[
    bool, typer.Option("--hcp", help="Make the caller's role, for runs of the workspaces of deployment.backend.")
]
Environment = Annotated[str, typer.Option("--environment", help="The environment of GitHub whose jobs deploy.")]
Branch = Annotated[str, typer.Option("--branch", help="The branch at GitLab whose jobs deploy.")]
GitLabHost = Annotated[str, typer.Option("--gitlab-host", help="The host of a GitLab of your own.")]
PullRequests = Annotated[
    bool,
    typer.Option("--pull-requests", help="Let pull requests take the role too, to plan; by it they could deploy."),
]
ProviderExists = Annotated[
    bool,
    typer.Option("--provider-exists", help="The caller's account has the host's identity provider already."),
]


def bootstrap(
    caller: Caller,
    config: options.Config = None,
    output_folder: Output = None,
    format: OutputForm = Form.terraform,
    github: GitHub = None,
    gitlab: GitLab = None,
    hcp: Hcp = False,
    environment: Environment = "keys",
    branch: Branch = "main",
    gitlab_host: GitLabHost = "gitlab.com",
    pull_requests: PullRequests = False,
    provider_exists: ProviderExists = False,
) -> None:
    """Render what must be there before the first deployment: the deployment role of every account, with exactly the actions
    that this configuration needs; the caller's role; the bucket with the states, where the backend is S3.

    Nothing is made in AWS. Files that bootstrap wrote are replaced, others never.

    Example: kms-baseline bootstrap --caller arn:aws:iam::111111111111:role/keys --github example/keys --output bootstrap
    """
    project = Project(configuration_path(config))
    jobs = Jobs(github, gitlab, hcp, environment, branch, gitlab_host, pull_requests)
    found = bootstrap_of(project, caller, jobs.identity(project), provider_exists)
    files = documents(found, format.value)
    if output_folder is None:
        output.show_json(files)
    else:
        for name in write(files, output_folder, format.value):
            output.say(f"{output_folder / name} is of an earlier run; this one has no such document")
    _say(found, project)
    if output_folder:
        output.say(f"{count(len(files), 'document')} written to {output_folder}")


def _say(found: Bootstrap, project: Project) -> None:
    """How much each role may do, and what a person should know."""
    for role in found.roles:
        actions = len({action for statement in role.statements for action in statement.actions})
        output.say(f"{role.name}: {count(actions, 'action')} in {count(len(role.accounts), 'account')}")
    for note in notes(found, project.inventory):
        output.say(f"note: {note}")
