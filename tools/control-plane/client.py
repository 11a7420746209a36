"""A small client of a kube-apiserver on loopback, for the scripts of this folder and of tests/upstream."""

import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import urllib.parse

NETWORKING = "/apis/networking.k8s.io/v1"


def etcdctl(folder, arguments, text=None):
    """Runs etcdctl against the etcd of FOLDER, past every apiserver; `text` is its input. Gives what is wrong, or ""."""
    folder = pathlib.Path(folder)
    started_with = pathlib.Path(f"/proc/{(folder / 'etcd.pid').read_text(encoding='utf-8').strip()}/cmdline").read_text(encoding="utf-8")
    url = re.search(r"listen-client-urls[\0=](http://127.0.0.1:\d+)", started_with).group(1)
    environment = dict(os.environ, ETCDCTL_API="3")
    done = subprocess.run(["etcdctl", f"--endpoints={url}", *arguments], input=text, env=environment, capture_output=True,
                          text=True, check=False)
    return "" if done.returncode == 0 else f"{' '.join(arguments[:2])}: {done.stderr.strip()}"


class Api:
    """One connection to one server; not for use by two threads at once."""

    def __init__(self, url, token=""):
        self.url = urllib.parse.urlsplit(url)
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = "Bearer " + token
        self.connection = None
        self.answer_headers = {}

    @classmethod
    def from_kubeconfig(cls, path):
        """Reads the kubeconfig files that tools/control-plane/start writes."""
        text = pathlib.Path(path).read_text(encoding="utf-8")
        server = re.search(r'server: "?(https?://[^"},\s]+)', text)
        token = re.search(r"token: ([0-9a-f]+)", text)
        if not server:
            raise ValueError(f"{path} names no server")
        return cls(server.group(1), token.group(1) if token else "")

    def call(self, verb, path, body=None, content_type=None):
        """Gives code and decoded body; code 0 where the server dropped the connection without an answer."""
        headers = dict(self.headers)
        if content_type:
            headers["Content-Type"] = content_type
        return self.call_raw(verb, path, None if body is None else json.dumps(body), headers)

    def call_raw(self, verb, path, data, headers):
        """The same with bytes and all headers as they are."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = self._connect()
            try:
                self.connection.request(verb, path, data, headers)
                answer = self.connection.getresponse()
                self.answer_headers = answer.headers
                return answer.status, self._decoded(answer.read())
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if fresh or attempt == 2 or verb not in ("GET",):
                    return 0, None
        return 0, None

    @staticmethod
    def _decoded(data):
        try:
            return json.loads(data or b"null")
        except ValueError:
            return data.decode("utf-8", "replace")

    def _connect(self):
        if self.url.scheme == "http":
            return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=30, context=context)

    def dump(self):
        """All Services, ServiceCIDRs and IPAddresses as one List, each object with its kind."""
        items = []
        for path, kind, version in (
            ("/api/v1/services", "Service", "v1"),
            (NETWORKING + "/servicecidrs", "ServiceCIDR", "networking.k8s.io/v1"),
            (NETWORKING + "/ipaddresses", "IPAddress", "networking.k8s.io/v1"),
        ):
            _, body = self.call("GET", path)
            for item in body["items"]:
                items.append({"apiVersion": version, "kind": kind, **item})
        return {"apiVersion": "v1", "kind": "List", "items": items}
