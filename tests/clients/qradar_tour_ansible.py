"""Ansible's collection ibm.qradar (PyPI: ansible): `ibm.qradar.deploy`, as a play has it.

Usage: qradar_tour_ansible.py ANSIBLE_PLAYBOOK PORT USER PASSWORD
It speaks Basic, takes the cookie SEC from the first answer and goes on with it, and logs out at the end.
"""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 120
POLL_S = 0.1


def play(playbook, port, user, password, kind):
    """Plays it; says how many tasks were ok and how many changed something."""
    options = {
        "ansible_network_os": "ibm.qradar.qradar",
        "ansible_connection": "ansible.netcommon.httpapi",
        "ansible_user": user,
        "ansible_httpapi_pass": password,
        "ansible_httpapi_use_ssl": False,
        "ansible_httpapi_port": int(port),
        "ansible_httpapi_validate_certs": False,
        "type": kind,
    }
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment.update(ANSIBLE_LOCALHOST_WARNING="False", ANSIBLE_NOCOLOR="1")
    ended = subprocess.run(
        [playbook, "-i", "127.0.0.1,", "-e", json.dumps(options), HERE / "ansible_deploy.yml"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
    )
    assert ended.returncode == 0, ended.stdout
    recap = re.search(r"ok=(\d+)\s+changed=(\d+)\s+unreachable=0\s+failed=0", ended.stdout)
    assert recap, ended.stdout
    return int(recap[1]), int(recap[2])


def until_deployed(port, user, password):
    """Waits, as the play does not, until the deploy is done."""
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    url = f"http://127.0.0.1:{port}/api/staged_config/deploy_status"
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {credentials}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        with opener.open(request, timeout=LIMIT_S) as answer:
            if json.load(answer)["status"] == "COMPLETE":
                return
        time.sleep(POLL_S)
    raise SystemExit(f"not deployed within {LIMIT_S} s")


def main(playbook, port, user, password):
    who = (playbook, port, user, password)
    assert play(*who, "FULL") == (1, 1), "a full deploy always changes something"
    until_deployed(port, user, password)
    assert play(*who, "INCREMENTAL") == (1, 0), "there is nothing to deploy any more, and that is no failure"
    print("ansible: deploy: ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
