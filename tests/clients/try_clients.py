"""Tries each client on an offstage of its own, and says what became of it.

Usage: try_clients.py PROGRAMS REDIS_SERVER FOLDER; see run.sh.
"""

import pathlib
import subprocess
import sys

import tls
from stage import PASSWORDS, Counter, Stage

HERE = pathlib.Path(__file__).resolve().parent
ADMIN, AUTHOR = "portaladmin", "gis_joe"
LIMIT_S = 120


def python_client(stage, folder):
    return [folder / "python/bin/python", HERE / "arcgis_client.py"], [ADMIN, PASSWORDS[ADMIN], AUTHOR, PASSWORDS[AUTHOR]]


def js_client(stage, folder):
    return ["node", HERE / "arcgis_client.mjs", folder / "node"], [ADMIN, PASSWORDS[ADMIN]]


def try_one(name, command, workspaces, programs, redis, folder):
    print(f"== {name}", flush=True)
    with Stage(programs, redis) as stage:
        for workspace in workspaces:
            stage.workspace(workspace)
        body = {"username": "gis_joe", "type": "openNotebook", "expires_s": 600}
        assert stage.ops("PUT", "/containers/container-of-joe", body) == 201
        log = stage.folder / "requests.log"
        with Counter(stage.port, log) as counter:
            client, more = command(stage, folder)
            subprocess.run([*client, f"http://127.0.0.1:{counter.port}/arcgis", log, *more], check=True, timeout=LIMIT_S)
        assert not stage.has_workspace("gis_joe") and not stage.has_workspace("gis_jane")


def try_portal(programs, redis, folder):
    print("== arcgis (PyPI), the whole GIS object over HTTPS", flush=True)
    pair = tls.self_signed(folder)
    with Stage(programs, redis, serve=["--tls-cert", pair.certificate, "--tls-key", pair.key]) as stage:
        for workspace in (ADMIN, "gis_jane"):
            stage.workspace(workspace)
        client = [folder / "python/bin/python", HERE / "arcgis_portal.py", f"https://127.0.0.1:{stage.port}/arcgis"]
        subprocess.run([*client, ADMIN, PASSWORDS[ADMIN]], check=True, timeout=LIMIT_S)
        assert not stage.has_workspace("gis_jane")


def main(programs, redis, folder):
    folder = pathlib.Path(folder).resolve()
    stand = (pathlib.Path(programs).resolve(), redis, folder)
    try_one("arcgis (PyPI), plain HTTP", python_client, ["gis_joe", "gis_jane"], *stand)
    try_one("@esri/arcgis-rest-request (npm)", js_client, ["gis_joe", "gis_jane", "gis_jim"], *stand)
    try_portal(*stand)
    print("== all clients are content")


if __name__ == "__main__":
    main(*sys.argv[1:])
