"""The way that QRadar's clients go: discover, list, create, look at dependents, cancel, delete, watch, deploy.

One tour for all of them. A client comes as an object with one method a step, which returns the body of the answer (or the
promise of it); what it sends, and how, is the client's own affair. The operators' interface plays the systems around.
"""

import asyncio
import inspect
import json
import time
import urllib.request

NINE = {"id", "message", "status", "name", "created_by", "created", "started", "modified", "completed"}
FOURTEEN = NINE | {"cancelled_by", "number_of_dependents", "maximum", "progress", "task_components"}
DEPENDENT = {
    "dependent_id",
    "dependent_name",
    "dependent_owner",
    "dependent_type",
    "dependent_database",
    "dependent_group_ids",
    "user_has_edit_permissions",
    "blocking",
}
ENDED = {"COMPLETED", "CONFLICT", "CANCELLED", "EXCEPTION"}
CANCEL = {"status": "CANCEL_REQUESTED"}
POLL_S = 0.05
GIVE_UP_S = 20


async def said(answer):
    """What a client says, now or later."""
    return await answer if inspect.isawaitable(answer) else answer


async def until(what, look, enough):
    """Looks until it is enough."""
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        seen = await said(look())
        if enough(seen):
            return seen
        await asyncio.sleep(POLL_S)
    raise SystemExit(f"not within {GIVE_UP_S} s: {what}; last: {seen}")


class Operator:
    """The operators' interface: registers dependents, and holds the queue."""

    def __init__(self, url, token):
        self._url, self._token = url, token
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self._url}/ops/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=GIVE_UP_S) as answer:
            assert answer.status < 300, (method, path, answer.status)


async def has_ended(look, task):
    ended = await until(f"task {task['id']} ends", lambda: look(task["id"]), lambda seen: seen["status"] in ENDED)
    assert ended["completed"] >= ended["started"] >= ended["created"], ended
    return ended


async def deploy(client):
    await said(client.deploy({"type": "INCREMENTAL"}))
    done = await until("the deploy is done", client.deploy_status, lambda seen: seen["status"] == "COMPLETE")
    assert done["percent_complete"] == 100, done


async def names(client, side):
    users = await said(client.users(side))
    assert isinstance(users, list), users
    return {user["username"] for user in users}


async def create(client, username):
    body = {
        "username": username,
        "email": f"{username}@example.com",
        "password": "a Long-enough pass phrase 1",
        "user_role_id": 2,
        "security_profile_id": 1,
    }
    user = await said(client.create(body))
    assert user["username"] == username and user["password"] is None, user
    assert username in await names(client, "staged") and username not in await names(client, "deployed")
    await deploy(client)
    assert username in await names(client, "deployed")
    return user["id"]


async def look_at_dependents(client, operator, user):
    for kind, name, blocking in [("REPORT", "1", True), ("CRE_RULE", "2", False), ("BUILDING_BLOCK", "3", False)]:
        operator.ask("PUT", f"/users/{user}/dependents/{kind}/{name}", {"blocking": blocking})
    task = await said(client.dependents(user))
    assert set(task) == FOURTEEN and task["number_of_dependents"] is None, task
    ended = await has_ended(client.dependent_task, task)
    assert ended["status"] == "COMPLETED" and ended["number_of_dependents"] == 3, ended
    components = {one["task_sub_type"]: one["number_of_dependents"] for one in ended["task_components"]}
    assert components == {"FIND_DEPENDENT_REPORTS": 1, "FIND_DEPENDENT_RULES": 2}, ended
    assert ended["progress"] == ended["maximum"] == 3, ended
    results = await said(client.dependent_results(task["id"]))
    assert {one["dependent_type"] for one in results} == {"REPORT", "CRE_RULE", "BUILDING_BLOCK"}, results
    assert all(set(one) == DEPENDENT for one in results), results


async def cancel(client, operator, user):
    operator.ask("POST", "/queue/pause", {})
    try:
        task = await said(client.dependents(user))
        assert (await said(client.dependent_task(task["id"])))["status"] == "QUEUED"
        cancelled = await said(client.cancel_dependents(task["id"], CANCEL))
        assert cancelled["status"] == "CANCELLED" and cancelled["cancelled_by"], cancelled
    finally:
        operator.ask("POST", "/queue/resume", {})


async def delete(client, operator, user, username):
    refused = await has_ended(client.delete_task, await said(client.delete(user)))
    assert refused["status"] == "CONFLICT", refused
    operator.ask("DELETE", f"/users/{user}/dependents/REPORT/1")
    task = await said(client.delete(user))
    assert set(task) == NINE, task
    ended = await has_ended(client.delete_task, task)
    assert ended["status"] == "COMPLETED", ended
    assert username not in await names(client, "staged") and username in await names(client, "deployed")
    await deploy(client)
    assert username not in await names(client, "deployed")


async def tour(name, client, operator):
    """The whole way; `name` becomes part of the user's."""
    username = f"tour-{name}"
    user = await create(client, username)
    await look_at_dependents(client, operator, user)
    await cancel(client, operator, user)
    await delete(client, operator, user, username)
    print(f"{name}: list, create, dependents, results, cancel, delete, poll, deploy: ok")
