"""Drives the notebooks dialect with the whole GIS object of the ArcGIS API for Python, over HTTPS.

Usage: arcgis_portal.py BASE USER PASSWORD
BASE is https://HOST:PORT/arcgis. The user and `gis_jane` have a workspace.
"""

import sys

from arcgis.gis import GIS
from arcgis.gis.nb import NotebookServer


def main(base, user, password):
    gis = GIS(base, user, password, verify_cert=False, use_gen_token=True)
    assert gis.properties["portalName"] == "offstage", gis.properties
    print("sign in: ok")

    notebooks = NotebookServer(base + "/notebooks", gis)
    # It can only be made by somebody who is listed himself.
    access = notebooks.data_access
    assert access is not None
    print("server, data access: ok")

    answer = gis._con.post(
        notebooks.url + "/dataaccess/deleteUserWorkspace", {"f": "json", "userName": "gis_jane"}
    )
    assert answer == {"status": "success"}, answer
    print("delete: ok")

    ready = GIS(base, token=gis._con.token, referer="http", verify_cert=False)
    assert ready.users.me.username == user
    print("sign in with a ready token: ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
