"""Variables of workspaces, and variable sets.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/variable-sets
"""

from sandbox.cloud import documents
from sandbox.cloud.calls import Answer, Call, Refused, Routes, found, not_found
from sandbox.cloud.records import Variable, VariableSet
from sandbox.cloud.workspace_routes import of_organization

ROUTES = Routes()
_LISTS = ("workspaces/{owner}/vars", "varsets/{owner}/relationships/vars")


def _owned(call: Call) -> list[Variable]:
    """The variables of the workspace, or the set, whose ID is in the path."""
    owner, store = call.names["owner"], call.store
    if owner.startswith("ws-"):
        return found(store.workspaces, owner).variables
    return found(store.variable_sets, owner).variables


def list_variables(call: Call) -> Answer:
    return call.page([documents.variable(variable) for variable in _owned(call)])


def make_variable(call: Call) -> Answer:
    given, variables = call.attributes, _owned(call)
    if any((each.key, each.category) == (given["key"], given.get("category", "env")) for each in variables):
        raise Refused(422, "invalid attribute", "Key has already been taken")
    variables.append(made := _variable(given))
    return Answer({"data": documents.variable(made)}, 201)


def change_variable(call: Call) -> Answer:
    variable, given = found(_owned(call), call.names["id"]), call.attributes
    variable.key, variable.value = given.get("key") or variable.key, given.get("value", variable.value) or ""
    variable.sensitive = given.get("sensitive", variable.sensitive)
    variable.description = given.get("description", variable.description) or ""
    return Answer({"data": documents.variable(variable)})


def remove_variable(call: Call) -> Answer:
    variables = _owned(call)
    variables.remove(found(variables, call.names["id"]))
    return Answer(status=204)


for _path in _LISTS:
    ROUTES.add("GET", _path)(list_variables)
    ROUTES.add("POST", _path, "write")(make_variable)
    ROUTES.add("PATCH", f"{_path}/{{id}}", "write")(change_variable)
    ROUTES.add("DELETE", f"{_path}/{{id}}", "write")(remove_variable)


def _variable(given: dict[str, object]) -> Variable:
    return Variable(
        key=str(given["key"]),
        value=str(given.get("value") or ""),
        category="terraform" if given.get("category") == "terraform" else "env",
        sensitive=bool(given.get("sensitive")),
        description=str(given.get("description") or ""),
    )


@ROUTES.add("GET", "organizations/{organization}/varsets")
def list_sets(call: Call) -> Answer:
    of_organization(call)
    return call.page([documents.variable_set(each) for each in call.store.variable_sets])


@ROUTES.add("POST", "organizations/{organization}/varsets", "admin")
def make_set(call: Call) -> Answer:
    of_organization(call)
    given, store = call.attributes, call.store
    if any(each.name == given["name"] for each in store.variable_sets):
        raise Refused(422, "invalid attribute", "Name has already been taken")
    made = VariableSet(name=given["name"])
    _change(made, given)
    made.projects = [found(store.projects, id) for id in call.relation("projects") or ()]
    made.workspaces = [found(store.workspaces, id) for id in call.relation("workspaces") or ()]
    made.variables = [_variable(each["attributes"]) for each in call.related("vars")]
    store.variable_sets.append(made)
    return Answer({"data": documents.variable_set(made)}, 201)


@ROUTES.add("GET PATCH", "varsets/{id}")
def show_or_change_set(call: Call) -> Answer:
    known = found(call.store.variable_sets, call.names["id"])
    if call.body:
        if call.role != "admin":
            raise not_found()
        _change(known, call.attributes)
    variables = [documents.variable(each) for each in known.variables]
    return Answer({"data": documents.variable_set(known), "included": variables})


@ROUTES.add("DELETE", "varsets/{id}", "admin")
def remove_set(call: Call) -> Answer:
    call.store.variable_sets.remove(found(call.store.variable_sets, call.names["id"]))
    return Answer(status=204)


@ROUTES.add("POST", "varsets/{id}/relationships/projects", "admin")
def give_to_projects(call: Call) -> Answer:
    known = found(call.store.variable_sets, call.names["id"])
    known.projects += [found(call.store.projects, each["id"]) for each in call.body["data"]]
    return Answer(status=204)


@ROUTES.add("POST", "varsets/{id}/relationships/workspaces", "admin")
def give_to_workspaces(call: Call) -> Answer:
    known = found(call.store.variable_sets, call.names["id"])
    known.workspaces += [found(call.store.workspaces, each["id"]) for each in call.body["data"]]
    return Answer(status=204)


def _change(known: VariableSet, given: dict[str, object]) -> None:
    known.name = str(given.get("name") or known.name)
    known.description = str(given.get("description") or known.description)
    known.everywhere = bool(given.get("global", known.everywhere))
