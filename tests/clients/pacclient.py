"""Sends what the LSF client pacclient sends, byte for byte, and reads the answers by its rules.

Usage: pacclient.py STATE ping URL | logon URL NAME PASSWORD | logout | useradd NAME [EMAIL [ROLES]] | userdel NAME |
userupd NAME EMAIL | pacinfo | jsessionid VALUE | oauth COMMAND... | batch JSON-LIST-OF-COMMANDS

Prints what the real client's user would see. What makes the real client end with a traceback (an answer that is no XML, an
empty message) ends this one, too. A batch prints a JSON list of what each command printed.
"""

import contextlib
import io
import json
import os
import socket
import sys
from xml.dom import minidom
from xml.sax.saxutils import escape

ACCEPT = "text/plain,application/xml,text/xml,multipart/mixed"
PRODUCT = "IBM Spectrum LSF Application Center"
TAIL = [
    ("accept-language", "en-us"),
    ("user-agent", "Python-httplib2/0.20.4 (gzip)"),
    ("accept-encoding", "gzip, deflate"),
]


def target(url):
    """Host, port and request target as httplib2 makes them: no fragment; spaces and what is not ASCII encoded, no more."""
    host, _, path = url.split("://", 1)[1].split("#", 1)[0].partition("/")
    name, port = host.split(":")
    encoded = "".join(
        "".join("%%%02X" % byte for byte in char.encode()) if ord(char) > 126 or char == " " else char
        for char in "/" + path
    )
    return host, (name, int(port)), encoded


def request(method, url, headers, body=None):
    """One exchange. A 303 is followed with a GET, as httplib2 does. Returns status and text."""
    host, address, path = target(url)
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + host]
    if body is not None:
        lines.append("Content-Length: %d" % len(body.encode()))
    lines += ["%s: %s" % (name.lower(), value) for name, value in headers + TAIL]
    with socket.create_connection(address, timeout=60) as server:
        server.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or "").encode())
        status, answered, text = read(server.makefile("rb"))
    if status == "303" and "location" in answered:
        return request("GET", answered["location"], headers)
    return status, text


def read(stream):
    status = stream.readline().split()[1].decode()
    answered = {}
    while True:
        line = stream.readline().strip().decode("latin-1")
        if not line:
            break
        name, value = line.split(":", 1)
        answered[name.lower()] = value.strip()
    length = int(answered.get("content-length", "0"))
    return status, answered, stream.read(length).decode()


class State:
    """The file in which the real client keeps address and token: line by line, quotation marks raw."""

    def __init__(self, path):
        self.path = path
        self.url, self.token = "", ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.url, self.token = file.read().split("\n")
        self.quoted = self.token.replace('"', "#quote#")

    def save(self, url, token):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(url + "\n" + token)


def credentials(state, oauth):
    if oauth:
        return [("Auth-User", state.token.split('"')[0]), ("Authorization", "Bearer " + state.quoted)]
    return [("Cookie", "platform_token=" + state.quoted)]


def first_text(text, name):
    return minidom.parseString(text).getElementsByTagName(name)[0].childNodes[0].nodeValue


def ping(url):
    status, text = request(
        "GET",
        url + "platform/webservice/pacclient/ping/",
        [("Content-Type", "text/plain"), ("Accept", ACCEPT)],
        url + "platform/",
    )
    print(text if status == "200" else "Web services aren't ready on URL: %s" % url)


def logon(state, url, name, password):
    base = url + "platform/"
    body = "<User><name>%s</name> <pass>%s</pass> </User>" % (escape(name), escape(password))
    status, text = request(
        "GET",
        base + "webservice/pacclient/logon/",
        [("Content-Type", "application/xml"), ("Cookie", "platform_token=" + state.quoted), ("Accept", ACCEPT)],
        body,
    )
    if status != "200":
        print("Failed to connect to web service URL: %swebservice/pacclient/logon/" % base)
        return
    document = minidom.parseString(text)
    tokens, sessions = document.getElementsByTagName("token"), document.getElementsByTagName("jtoken")
    if not tokens:
        print(document.getElementsByTagName("errMsg")[0].childNodes[0].nodeValue)
        return
    token = tokens[0].childNodes[0].nodeValue
    if sessions:
        token += ",JSESSIONID=" + sessions[0].childNodes[0].nodeValue
    state.save(base, token)
    print("You have logged on to %s as: %s" % (PRODUCT, name))


def logout(state, oauth):
    headers = [("Content-Type", "text/plain")] + credentials(state, oauth) + [("Accept", ACCEPT)]
    status, text = request("GET", state.url + "webservice/pacclient/logout/", headers)
    if status != "200":
        print("Failed to connect to web service URL: %swebservice/pacclient/logout/" % state.url)
    elif text == "ok":
        os.remove(state.path)
        print("you have logged out successfully.")
    else:
        raise AttributeError("the real client decodes this text a second time: " + text)


def user_body(name, email, roles):
    body = '<user name="%s" email="%s">' % (name, email)
    if roles:
        body += "<roles>" + "".join('<role name="%s" />' % role.strip() for role in roles.split(",")) + "</roles>"
    return body + "</user>"


def change(state, oauth, method, path, body, success):
    """useradd, userdel and updateUser read their answers alike."""
    headers = [("Content-Type", "application/xml")] + credentials(state, oauth) + [("Accept", "application/xml")]
    status, text = request(method, state.url + path, headers, body)
    if status not in ("204", "200", "403"):
        print("Failed to connect to web service URL: %s%s" % (state.url, path))
    elif status == "204" or not text:
        print(success)
    else:
        print(first_text(text, "message"))


def printed(args):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        main(args)
    return output.getvalue().rstrip("\n")


def main(args):
    state, command = State(args[0]), args[1]
    if command == "batch":
        print(json.dumps([printed(args[:1] + one) for one in json.loads(args[2])]))
        return
    oauth = command == "oauth"
    if oauth:
        args = args[:1] + args[2:]
        command = args[1]
    rest = args[2:]
    if command == "ping":
        ping(*rest)
    elif command == "logon":
        logon(state, *rest)
    elif not state.token:
        print("You must log on.")
    elif command == "logout":
        logout(state, oauth)
    elif command == "useradd":
        name, email, roles = (rest + ["", ""])[:3]
        added = "User %s added to %s." % (name, PRODUCT)
        change(state, oauth, "POST", "ws/user", user_body(name, email, roles), added)
    elif command == "userupd":
        change(state, oauth, "PUT", "ws/user", user_body(rest[0], rest[1], ""), "User updated.")
    elif command == "userdel":
        removed = "User %s removed from %s." % (rest[0], PRODUCT)
        change(state, oauth, "DELETE", "ws/user/" + rest[0], None, removed)
    elif command == "pacinfo":
        headers = [("Content-Type", "text/plain"), ("Accept", "application/xml")]
        print(request("GET", state.url + "ws/version", headers)[1])
    elif command == "jsessionid":
        state.save(state.url, state.token + ",JSESSIONID=" + rest[0])
        print("ok")
    else:
        sys.exit("no such command: " + command)


main(sys.argv[1:])
