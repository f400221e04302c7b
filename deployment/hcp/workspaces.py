"""Projects, workspaces and variable sets of an organization in HCP Terraform: what is there, and how it is made.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces
https://developer.hashicorp.com/terraform/cloud-docs/api-docs/variable-sets
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.backends import LONGEST_WORKSPACE
from baseline.errors import UsageError
from deployment.hcp.client import Client, HcpError
from deployment.hcp.refusals import no_organization

Settings = Mapping[str, Any]
"""Attributes of a workspace, as the API calls them."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that is there."""

    id: str
    project: str
    """The ID of its project."""
    settings: Settings


@dataclass(frozen=True, slots=True)
class VariableSet:
    """A variable set that is there, with what it gives to whom. The values of sensitive variables are not known."""

    id: str
    variables: Mapping[str, tuple[str, str | None]]
    """The ID and the value of each variable of the environment, by name."""
    projects: frozenset[str]
    workspaces: frozenset[str]


@dataclass(frozen=True, slots=True)
class Places:
    """The workspaces of one organization. Everything raises HcpError."""

    client: Client
    organization: str

    def check(self) -> None:
        """Raise HcpError with its cause where the organization is not there, or the token is not let in."""
        try:
            self.client.get("organizations", self.organization, "entitlement-set")
        except HcpError as error:
            if error.status != 404:
                raise
            raise HcpError.of(no_organization(self.client.hostname, self.organization), 404) from None

    def project(self, name: str) -> str | None:
        """The ID of a project; None: there is none of this name."""
        found = self.client.pages("organizations", self.organization, "projects", **{"filter[names]": name})
        return next((str(one["id"]) for one in found if one["attributes"]["name"] == name), None)

    def make_project(self, name: str) -> str:
        """Make a project; its ID."""
        data = {"type": "projects", "attributes": {"name": name}}
        return str(self.client.post("organizations", self.organization, "projects", data=data)["data"]["id"])

    def workspaces(self, beginning: str) -> dict[str, Workspace]:
        """The workspaces whose names begin so."""
        found = self.client.pages("organizations", self.organization, "workspaces", **{"search[name]": beginning})
        return {
            one["attributes"]["name"]: Workspace(one["id"], _related(one, "project"), one["attributes"])
            for one in found
        }

    def make_workspace(self, name: str, project: str | None, settings: Settings) -> str:
        """Make a workspace in a project (None: the organization's own one); its ID."""
        try:
            answer = self.client.post(
                "organizations", self.organization, "workspaces", data=_workspace(project, settings, name)
            )
        except HcpError as error:
            if error.status != 422 or "taken" not in str(error):
                raise
            help = "the token may not see it; use one that may, or another `deployment.backend.prefix`"
            raise HcpError(f"{self.organization} has a workspace {name} already", help, 422) from None
        return str(answer["data"]["id"])

    def change_workspace(self, id: str, project: str | None, settings: Settings) -> None:
        """Change settings of a workspace, and move it into a project (None: it stays where it is)."""
        self.client.patch("workspaces", id, data=_workspace(project, settings))

    def state(self, workspace: str) -> bytes | None:
        """The state of a workspace; None: there is none. Raises HcpError too where that is not known.

        What is not there and what the token may not see are answered alike, but to who may change the organization: to
        its owners, who see everything. https://developer.hashicorp.com/terraform/cloud-docs/api-docs/organizations
        """
        try:
            found = self.client.get("organizations", self.organization, "workspaces", workspace)["data"]
        except HcpError as error:
            if error.status == 404 and self._of_an_owner():
                return None
            raise
        try:
            version = self.client.get("workspaces", found["id"], "current-state-version")["data"]
        except HcpError as error:
            if (
                error.status == 404
                and found["attributes"].get("permissions", {}).get("can-read-state-versions") is True
            ):
                return None
            raise
        return self.client.download(version["attributes"]["hosted-state-download-url"])

    def _of_an_owner(self) -> bool:
        found = self.client.get("organizations", self.organization)["data"]["attributes"]
        return found.get("permissions", {}).get("can-update") is True

    def variable_set(self, name: str) -> VariableSet | None:
        """A variable set; None: there is none of this name."""
        for one in self.client.pages("organizations", self.organization, "varsets"):
            if one["attributes"]["name"] == name:
                variables = {
                    each["attributes"]["key"]: (each["id"], each["attributes"]["value"])
                    for each in self.client.pages("varsets", one["id"], "relationships", "vars")
                    if each["attributes"]["category"] == "env"
                }
                return VariableSet(one["id"], variables, _all_related(one, "projects"), _all_related(one, "workspaces"))
        return None

    def make_variable_set(self, name: str) -> str:
        """Make an empty variable set that nobody has; its ID."""
        data = {"type": "varsets", "attributes": {"name": name, "global": False}}
        return str(self.client.post("organizations", self.organization, "varsets", data=data)["data"]["id"])

    def set_variable(self, set: str, name: str, value: str, id: str | None) -> None:
        """Give a variable set a variable of the environment, or the variable with this ID another value."""
        attributes = {"key": name, "value": value, "category": "env", "sensitive": False}
        path = ("varsets", set, "relationships", "vars")
        if id:
            self.client.patch(*path, id, data={"type": "vars", "id": id, "attributes": attributes})
        else:
            self.client.post(*path, data={"type": "vars", "attributes": attributes})

    def give(self, set: str, to: str, ids: list[str]) -> None:
        """Give a variable set to `projects` or `workspaces`."""
        self.client.post("varsets", set, "relationships", to, data=[{"type": to, "id": id} for id in ids])


def check_name(name: str) -> None:
    """Raise UsageError for a name that no workspace can have."""
    if len(name) > LONGEST_WORKSPACE:
        raise UsageError(
            f"the workspace {name} would have a name of {len(name)} characters, and HCP Terraform takes {LONGEST_WORKSPACE}",
            "a shorter `deployment.backend.prefix`, or before its first deployment a shorter name of the account",
        )


def _workspace(project: str | None, settings: Settings, name: str = "") -> dict[str, Any]:
    attributes = {**({"name": name} if name else {}), **settings}
    document: dict[str, Any] = {"type": "workspaces", "attributes": attributes}
    if project:
        document["relationships"] = {"project": {"data": {"type": "projects", "id": project}}}
    return document


def _related(document: Mapping[str, Any], to: str) -> str:
    data = document.get("relationships", {}).get(to, {}).get("data")
    return str(data["id"]) if data else ""


def _all_related(document: Mapping[str, Any], to: str) -> frozenset[str]:
    data = document.get("relationships", {}).get(to, {}).get("data") or ()
    return frozenset(str(one["id"]) for one in data)
