"""The tour with qradar4py (PyPI).

Usage: qradar_tour_qradar4py.py URL TOKEN
"""

import asyncio
import sys

from qradar4py.api import QRadarApi

from qradar_tour import Operator, tour


def body(answer, status):
    assert answer[0] == status, answer
    return answer[1]


class Client:
    """Its methods, under the names of the steps. It gives status and body, and always reads JSON."""

    def __init__(self, url, token):
        self._api = QRadarApi(url, token, version="17.0")
        self._staged, self._config = self._api.stagedconfig, self._api.config

    def users(self, side):
        group = self._staged if side == "staged" else self._config
        return body(
            group.get_access_users(Range="items=0-99", fields="id, username", filter="username != 'x y'"), 200
        )

    def create(self, user):
        return body(self._staged.post_access_users(body=user), 201)

    def delete(self, user):
        return body(self._staged.delete_access_users_by_id(user), 202)

    def delete_task(self, task):
        return body(self._staged.get_access_user_delete_tasks_by_task_id(task), 200)

    def dependents(self, user):
        return body(self._config.get_access_users_dependents_by_id(user), 202)

    def dependent_task(self, task):
        return body(self._config.get_access_user_dependent_tasks_by_task_id(task), 200)

    def dependent_results(self, task):
        return body(self._config.get_access_user_dependent_tasks_results_by_task_id(task), 200)

    def cancel_dependents(self, task, what):
        fields = "status, cancelled_by"
        answer = self._config.post_access_user_dependent_tasks_by_task_id(task, task=what, fields=fields)
        assert set(answer[1]) == {"status", "cancelled_by"}, answer
        return body(answer, 200)

    def deploy(self, what):
        return body(self._staged.post_deploy_status(deploy_status=what), 200)

    def deploy_status(self):
        return body(self._staged.get_deploy_status(), 200)


def main(url, token):
    asyncio.run(tour("qradar4py", Client(url, token), Operator(url, token)))


if __name__ == "__main__":
    main(*sys.argv[1:])
