"""Drives offstage with qradar4py, the way its users do.

Usage: qradar4py_client.py URL TOKEN delete|cancel|refused USER
Prints the task's last status, or the status and unique code of the refusal.
"""

import sys
import time
from urllib.parse import urljoin

from qradar4py.api import QRadarApi

NINE = {"id", "message", "status", "name", "created_by", "created", "started", "modified", "completed"}
ENDED = {"COMPLETED", "CONFLICT", "CANCELLED", "EXCEPTION"}
POLL_S = 0.05
GIVE_UP_S = 20


def watch(api, task_id):
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        status, task = api.stagedconfig.get_access_user_delete_tasks_by_task_id(
            task_id, fields="id, status, message"
        )
        assert status == 200, (status, task)
        assert set(task) == {"id", "status", "message"}, task
        if task["status"] in ENDED:
            return task["status"]
        time.sleep(POLL_S)
    raise SystemExit(f"still {task['status']} after {GIVE_UP_S} s")


def cancel(api, task_id):
    # The client has a method for the cancel of dependents' tasks only; this is what it would send.
    url = urljoin(api.stagedconfig._baseurl, f"access/user_delete_tasks/{task_id}")
    status, task = api.stagedconfig._call(
        "POST", url, json={"status": "CANCEL_REQUESTED"}, headers={"fields": "id,status"}
    )
    assert status == 200 and set(task) == {"id", "status"}, (status, task)


def main(url, token, what, user):
    api = QRadarApi(url, token, version="17.0")
    status, body = api.stagedconfig.delete_access_users_by_id(int(user))
    if what == "refused":
        assert set(body) == {"http_response", "code", "description", "details", "message"}, body
        print(status, body["code"])
        return
    assert status == 202 and set(body) == NINE, (status, body)
    if what == "cancel":
        cancel(api, body["id"])
    print(watch(api, body["id"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
