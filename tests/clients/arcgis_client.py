"""Drives the notebooks dialect with the ArcGIS API for Python, the way section "plain HTTP, no portal" of its users' recipes
goes, and counts how often a deletion reached the server.

Usage: arcgis_client.py BASE REQUEST_LOG USER PASSWORD AUTHOR AUTHOR_PASSWORD
BASE is http://HOST:PORT/arcgis. `gis_joe` has a workspace and a running container, `gis_jane` a workspace.
"""

import pathlib
import sys

from arcgis.gis._impl._con import Connection

DELETE = "/notebooks/admin/dataaccess/deleteUserWorkspace"
BUSY = "Failed to delete user workspace. The user has actively running containers."


def refused(call):
    """What a call was refused with."""
    try:
        answer = call()
    except Exception as problem:
        return str(problem)
    raise SystemExit(f"not refused: {answer}")


def main(base, log, user, password, author, author_password):
    def posts():
        lines = pathlib.Path(log).read_text().splitlines()
        return sum(line.startswith("POST /arcgis" + DELETE + " ") for line in lines)

    def once(times, call):
        before = posts()
        result = call()
        assert posts() - before == times, (posts() - before, result)
        return result

    def connect(**credentials):
        return Connection(baseurl=base, all_ssl=False, **credentials)

    def delete(connection, name):
        return connection.post(base + DELETE, {"f": "json", "userName": name})

    def names(connection):
        listed = connection.get(base + "/notebooks/admin/dataaccess/listUserWorkspaces", {"f": "json"})
        return [one["Name"] for one in listed["Containers"]]

    said = refused(lambda: names(connect(username=user, password="wrong", use_gen_token=True)))
    assert "Unable to generate token." in said and "Invalid username or password." in said, said

    admin = connect(username=user, password=password, use_gen_token=True)
    assert names(admin) == ["gis_jane", "gis_joe"], names(admin)
    print("token, list: ok")

    said = once(1, lambda: refused(lambda: delete(admin, "gis_joe")))
    assert said == f"{BUSY}\n(Error Code: 500)", said
    print("busy refusal: ok, one POST")

    joe = connect(username=author, password=author_password, use_gen_token=True)
    said = once(1, lambda: refused(lambda: delete(joe, "gis_jane")))
    assert "(Error Code: 403)" in said, said
    assert names(joe) == ["gis_joe"], names(joe)

    # Taken for an API key, this client repeats what was answered with "invalid token", and without it: nothing may come of it.
    for times, credentials in [(1, {"token": "no-such-token"}), (2, {"api_key": "no-such-token"})]:
        stranger = connect(**credentials)
        said = once(times, lambda: refused(lambda: delete(stranger, "gis_jane")))
        assert "(Error Code: 49" in said, said
    assert "gis_jane" in names(admin)
    print("invalid token: refused, with it and without it")

    containers = admin.get(base + "/notebooks/admin/system/containers", {"f": "json"})["containers"]
    (container,) = [one for one in containers if one["username"] == "gis_joe"]
    end = f"{base}/notebooks/admin/system/containers/{container['id']}/terminateContainer"
    assert admin.post(end, {"f": "json"}) == {"status": "success"}
    print("terminate: ok")

    assert once(1, lambda: delete(admin, "gis_joe")) == {"status": "success"}
    assert names(admin) == ["gis_jane"]
    said = once(1, lambda: refused(lambda: delete(admin, "gis_joe")))
    assert "(Error Code: 404)" in said, said
    print("delete: ok, one POST")

    ready = connect(token=admin._session.auth.token())
    assert once(1, lambda: delete(ready, "gis_jane")) == {"status": "success"}
    assert names(admin) == []
    print("delete with a ready token: ok, one POST")


if __name__ == "__main__":
    main(*sys.argv[1:])
