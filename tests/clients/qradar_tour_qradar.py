"""The tour with qradar (PyPI), over each of the HTTP libraries that it is used with.

Usage: qradar_tour_qradar.py URL TOKEN
It learns its methods from the server's help, repeats path arguments in the query, and gives bodies alone.
"""

import asyncio
import sys

import httpx
import requests
from qradar import QRadar, QRadarAsync

from qradar_tour import Operator, tour

VERSION = "17.0"


class Client:
    """Its methods, under the names of the steps."""

    def __init__(self, discovered):
        self._q = discovered

    def users(self, side):
        q = self._q
        listed = q.get_staged_config_access_users if side == "staged" else q.get_config_access_users
        return listed(fields="id, username", sort="-username")

    def create(self, user):
        return self._q.post_staged_config_access_users(json=user)

    def delete(self, user):
        return self._q.delete_staged_config_access_users_id(id=user)

    def delete_task(self, task):
        return self._q.get_staged_config_access_user_delete_tasks_task_id(task_id=task)

    def dependents(self, user):
        return self._q.get_config_access_users_id_dependents(id=user)

    def dependent_task(self, task):
        return self._q.get_config_access_user_dependent_tasks_task_id(task_id=task)

    def dependent_results(self, task):
        return self._q.get_config_access_user_dependent_tasks_task_id_results(task_id=task)

    def cancel_dependents(self, task, what):
        return self._q.post_config_access_user_dependent_tasks_task_id(task_id=task, json=what)

    def deploy(self, what):
        return self._q.post_staged_config_deploy_status(json=what)

    def deploy_status(self):
        return self._q.get_staged_config_deploy_status()


async def tours(url, token):
    operator = Operator(url, token)
    with requests.Session() as session:
        await tour("requests", Client(QRadar(url, token, VERSION, session)), operator)
    with httpx.Client() as session:
        await tour("httpx", Client(QRadar(url, token, VERSION, session)), operator)
    async with httpx.AsyncClient() as session:
        await tour("async", Client(await QRadarAsync(url, token, VERSION, session)), operator)


if __name__ == "__main__":
    asyncio.run(tours(*sys.argv[1:]))
