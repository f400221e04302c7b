"""AWS Organizations: pages as short as AWS's, the state and the path of an account, and no `Status` any more.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
"""

import json
from typing import Any

from moto.organizations.responses import OrganizationsResponse

MOST_A_PAGE = 20
"""https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html"""


class SandboxOrganizations(OrganizationsResponse):
    """Moto's Organizations, which tells accounts as they were told before September 2026, all in one page."""

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name == "MaxResults":
            return min(int(value), MOST_A_PAGE) if value else MOST_A_PAGE
        return value

    def list_accounts(self) -> str:
        return self._told(super().list_accounts())

    def list_accounts_for_parent(self) -> str:
        return self._told(super().list_accounts_for_parent())

    def describe_account(self) -> str:
        return self._told(super().describe_account())

    def _told(self, answer: str) -> str:
        data: dict[str, Any] = json.loads(answer)
        for account in data.get("Accounts") or [data["Account"]]:
            del account["Status"]
            account["Paths"] = [self._path(account["Id"])]
        return json.dumps(data)

    def _path(self, account_id: str) -> str:
        backend, steps = self.organizations_backend, [account_id]
        assert backend.org is not None  # it has an account
        while not steps[0].startswith("r-"):
            steps.insert(0, backend.list_parents(ChildId=steps[0])["Parents"][0]["Id"])
        return "/".join([backend.org.id, *steps]) + "/"
