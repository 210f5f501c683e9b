"""Tries each client on an offstage of its own, and says what became of it.

Usage: try_clients.py PROGRAMS REDIS_SERVER FOLDER; see run.sh.
"""

import os
import pathlib
import subprocess
import sys

import tls
from stage import ADMIN_TOKEN, PASSWORDS, Counter, Stage

HERE = pathlib.Path(__file__).resolve().parent
ADMIN, AUTHOR = "portaladmin", "gis_joe"
LIMIT_S = 120


def try_one(name, client, users, workspaces, programs, redis):
    """Tries a client that takes BASE, REQUEST_LOG, and names with their passwords."""
    print(f"== {name}", flush=True)
    with Stage(programs, redis) as stage:
        for workspace in workspaces:
            stage.workspace(workspace)
        body = {"username": "gis_joe", "type": "openNotebook", "expires_s": 600}
        assert stage.ops("PUT", "/containers/container-of-joe", body) == 201
        log = stage.folder / "requests.log"
        with Counter(stage.port, log) as counter:
            base = f"http://127.0.0.1:{counter.port}/arcgis"
            logins = [word for user in users for word in (user, PASSWORDS[user])]
            subprocess.run([*client, base, log, *logins], check=True, timeout=LIMIT_S)
        assert not stage.has_workspace("gis_joe") and not stage.has_workspace("gis_jane")


def try_portal(programs, redis, folder):
    print("== arcgis (PyPI), the whole GIS object over HTTPS", flush=True)
    pair = tls.self_signed(folder)
    with Stage(programs, redis, serve=["--tls-cert", pair.certificate, "--tls-key", pair.key]) as stage:
        for workspace in (ADMIN, "gis_jane"):
            stage.workspace(workspace)
        client = [
            folder / "python/bin/python",
            HERE / "arcgis_portal.py",
            f"https://127.0.0.1:{stage.port}/arcgis",
        ]
        subprocess.run([*client, ADMIN, PASSWORDS[ADMIN]], check=True, timeout=LIMIT_S)
        assert not stage.has_workspace("gis_jane")


def try_lsf(programs, redis, folder):
    print("== LSF's pacclient, by the bytes it sends", flush=True)
    with Stage(programs, redis) as stage:
        url = f"http://127.0.0.1:{stage.port}/"

        def says(*words, kept="pacpass"):
            client = [folder / "python/bin/python", HERE / "pacclient.py", stage.folder / kept, *words]
            return subprocess.run(
                client, check=True, timeout=LIMIT_S, stdout=subprocess.PIPE, text=True
            ).stdout.strip()

        assert says("ping", url) == f"Web Services are ready on URL:{url}platform/"
        assert says("userdel", "gis_joe") == "You must log on."
        logged_on = says("logon", url, ADMIN, PASSWORDS[ADMIN])
        assert (
            logged_on == f"You have logged on to IBM Spectrum LSF Application Center as: {ADMIN}"
        ), logged_on
        dependent = "/users/6/dependents/report/17"
        assert stage.ops("PUT", dependent, {"blocking": True}) == 201
        needed = says("userdel", "gis_joe")
        assert needed == "The user was not deleted (task 1). 1 dependent blocks the deletion.", needed
        says("logon", url, AUTHOR, PASSWORDS[AUTHOR], kept="of_the_author")
        refused = says("userdel", ADMIN, kept="of_the_author")
        assert refused == "You do not have the capabilities to administer users.", refused
        assert stage.ops("DELETE", dependent) == 204
        removed = says("userdel", "gis_joe")
        assert removed == "User gis_joe removed from IBM Spectrum LSF Application Center.", removed
        again = says("userdel", "gis_joe")
        assert "removed from" not in again, again
        print("ping, logon, userdel, its refusals: ok")


def try_qradar(programs, redis, folder):
    direct = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    for client in ("qradar4py", "qradar"):
        print(f"== {client} (PyPI)", flush=True)
        with Stage(programs, redis) as stage:
            tour = [folder / client / "bin/python", HERE / f"qradar_tour_{client}.py"]
            url = f"http://127.0.0.1:{stage.port}"
            subprocess.run([*tour, url, ADMIN_TOKEN], check=True, timeout=LIMIT_S, env=direct)
    print("== ibm.qradar (PyPI: ansible)", flush=True)
    with Stage(programs, redis) as stage:
        tour = [sys.executable, HERE / "qradar_tour_ansible.py", folder / "ansible/bin/ansible-playbook"]
        subprocess.run([*tour, str(stage.port), ADMIN, PASSWORDS[ADMIN]], check=True, timeout=2 * LIMIT_S)


def main(programs, redis, folder):
    folder, programs = pathlib.Path(folder).resolve(), pathlib.Path(programs).resolve()
    stand = (programs, redis, folder)
    try_qradar(*stand)
    python = [folder / "python/bin/python", HERE / "arcgis_client.py"]
    node = ["node", HERE / "arcgis_client.mjs", folder / "node"]
    try_one("arcgis (PyPI), plain HTTP", python, [ADMIN, AUTHOR], ["gis_joe", "gis_jane"], programs, redis)
    names = ["gis_joe", "gis_jane", "gis_jim"]
    try_one("@esri/arcgis-rest-request (npm)", node, [ADMIN], names, programs, redis)
    try_portal(*stand)
    try_lsf(*stand)
    print("== all clients are content")


if __name__ == "__main__":
    main(*sys.argv[1:])
