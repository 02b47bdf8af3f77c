"""A real hub in a data folder of its own, and people who use it over HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import websocket
from prometheus_client.parser import text_string_to_metric_families

from hub_config.deployment import free_ports

START_SECONDS = 180
SPAWN_SECONDS = 120
CELL_SECONDS = 60
OWN_PASSWORD = "forty-two blue whales"  # which everybody takes who has to choose one


@dataclass
class Hub:
    """A running ``./academy hub``.

    Parameters
    ----------
    data
        Its data folder.
    port
        Its public port.
    front
        Its address for browsers where a web server stands before it, without a slash at its end.
    process
        The running command.
    said
        What it printed when it started last.
    passwords
        The accounts' passwords, as far as they are known.
    """

    data: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    front: str = ""
    process: subprocess.Popen[str] | None = None
    said: str = ""
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self.front or f"http://127.0.0.1:{self.port}"

    @property
    def printed(self) -> dict[str, str]:
        """Names and passwords that were printed at the last start."""
        return dict(re.findall(r"^  ([a-z]+) +(\w{4}-\w{4}-\w{4})$", self.said, re.MULTILINE))

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def start(self, **environment: str) -> "Hub":
        """Start it and return when it says that it is open."""
        where = ["--data", str(self.data), "--port", str(self.port)]
        command = [sys.executable, "-m", "hub_config.cli", "hub", *where]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | environment,
            cwd=self.data.parent,
        )
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C stops it" in line:
                break
        self.said = "".join(lines)
        if self.process.poll() is not None:
            log = self.data / "logs" / "hub.log"
            raise AssertionError(self.said + (log.read_text()[-4000:] if log.exists() else ""))
        self.passwords |= self.printed
        return self

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(90)
        self.process.stdout.close()
        return code

    def hub_pid(self) -> int:
        """Return the process number of jupyterhub itself."""
        return int((self.data / "hub" / "running.lock").read_text().split()[1])

    def figure(self, name: str, path: str = "/hub/metrics", **labels: str) -> float:
        """Return a figure as the monitor reads it; 0 before there is one."""
        token = (self.data / "secrets" / "monitor-service-token").read_text().strip()
        answer = requests.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        families = text_string_to_metric_families(answer.text)
        found = (one for family in families for one in family.samples if one.name == name)
        return next((one.value for one in found if labels.items() <= one.labels.items()), 0.0)

    def sign_in(self, name: str, password: str) -> "Person":
        """Return a person who is signed in."""
        person = Person(self, name)
        answer = person.try_password(password)
        assert answer.status_code == 302, answer.text[:2000]
        if "/hub/password" in answer.headers["Location"]:
            answer = person.choose_password(password, OWN_PASSWORD)
            assert answer.status_code == 302, answer.text[:2000]
            self.passwords[name] = OWN_PASSWORD
        return person


class Person:
    """Somebody with a browser, as far as requests is one."""

    def __init__(self, hub: Hub, name: str, office: str = "") -> None:
        self.hub, self.name, self.office = hub, name, office
        self.session = requests.Session()
        self.token = ""
        self.kernel = ""

    def at_office(self, course: str) -> "Person":
        """Return the same person at the server of a course."""
        other = Person(self.hub, self.name, course)
        other.session, other.token = self.session, self.token
        return other

    @property
    def _at(self) -> str:
        return "/".join(filter(None, (f"/user/{self.name}", self.office)))

    def try_password(self, password: str) -> requests.Response:
        """Send the sign-in form; a redirect means that it was right."""
        page = self.session.get(f"{self.hub.url}/hub/login")
        assert page.status_code == 200
        xsrf = next(cookie.value for cookie in self.session.cookies if cookie.name == "_xsrf")
        sent = {"username": self.name, "password": password, "_xsrf": xsrf}
        return self.session.post(f"{self.hub.url}/hub/login", data=sent, allow_redirects=False)

    def choose_password(self, now: str, new: str, again: str | None = None) -> requests.Response:
        """Send the form of the own password; a redirect means that it was changed."""
        page = self.session.get(f"{self.hub.url}/hub/password")
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]
        sent = {"now": now, "new": new, "again": new if again is None else again, "_xsrf": xsrf}
        return self.session.post(f"{self.hub.url}/hub/password", data=sent, allow_redirects=False)

    def api(self, method: str, path: str, **given: Any) -> requests.Response:
        """Ask hub, service or server under a token of the person's own."""
        if not self.token:
            self.token = self._new_token()
        headers = {"Authorization": f"token {self.token}"}
        return requests.request(method, f"{self.hub.url}{path}", headers=headers, timeout=60, **given)

    def _new_token(self) -> str:
        xsrf = next(c.value for c in self.session.cookies if c.name == "_xsrf" and c.path == "/hub/")
        answer = self.session.post(
            f"{self.hub.url}/hub/api/users/{self.name}/tokens", headers={"X-XSRFToken": xsrf}, json={}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def start_server(self) -> None:
        """Start the person's server and wait until it answers."""
        at = f"servers/{self.office}" if self.office else "server"
        answer = self.api("POST", f"/hub/api/users/{self.name}/{at}")
        assert answer.status_code in (201, 202), answer.text
        self.wait_for_server()

    def wait_for_server(self) -> None:
        """Wait until the person's server answers."""
        end = time.monotonic() + SPAWN_SECONDS
        while time.monotonic() < end:
            if self.server("GET", "/api/status").status_code == 200:
                return
            time.sleep(0.5)
        log = self.hub.data / "logs" / f"server-{'+'.join(filter(None, (self.name, self.office)))}.log"
        raise AssertionError(log.read_text()[-3000:] if log.exists() else "the server left no log")

    def server(self, method: str, path: str, **given: Any) -> requests.Response:
        """Ask the person's server."""
        return self.api(method, f"{self._at}{path}", **given)

    def run(self, code: str) -> str:
        """Run a cell in the person's kernel, started where there is none, and return what it printed."""
        if not self.kernel or self.server("GET", f"/api/kernels/{self.kernel}").status_code != 200:
            answer = self.server("POST", "/api/kernels", json={"name": "python3"})
            assert answer.status_code == 201, answer.text
            self.kernel = answer.json()["id"]
        return self._run_in(self.kernel, code)

    def _run_in(self, kernel: str, code: str) -> str:
        address = f"ws://127.0.0.1:{self.hub.port}{self._at}/api/kernels/{kernel}/channels"
        channel = websocket.create_connection(
            address, header=[f"Authorization: token {self.token}"], timeout=CELL_SECONDS
        )
        asked = uuid.uuid4().hex
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        header = {
            "msg_id": asked,
            "msg_type": "execute_request",
            "session": uuid.uuid4().hex,
            "version": "5.3",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
        }
        channel.send(json.dumps(message))
        printed = []
        try:
            while True:
                heard = json.loads(channel.recv())
                if heard["parent_header"].get("msg_id") != asked:
                    continue
                if heard["msg_type"] == "stream":
                    printed.append(heard["content"]["text"])
                elif heard["msg_type"] == "error":
                    raise AssertionError("\n".join(heard["content"]["traceback"]))
                elif heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                    return "".join(printed)
        finally:
            channel.close()
