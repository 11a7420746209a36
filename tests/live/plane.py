"""The control plane that a live run disturbs, the mirror that watches it, and the wire between them."""

import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "control-plane"))
from client import Api, etcdctl  # noqa: E402


class Plane:
    """What tools/control-plane/start started in a folder."""

    def __init__(self, folder, servers):
        self.folder = pathlib.Path(folder)
        self.apis = [Api.from_kubeconfig(self.folder / f"kubeconfig{n}") for n in range(servers)]

    def process(self, name):
        return int((self.folder / f"{name}.pid").read_text(encoding="utf-8"))

    def command(self, name):
        return pathlib.Path(f"/proc/{self.process(name)}/cmdline").read_text(encoding="utf-8")

    def signal(self, name, number):
        os.kill(self.process(name), number)

    def restart(self, name):
        """Kills a server as a power cut does, and starts it again with the same flags."""
        arguments = self.command(name).split("\0")[:-1]
        old = pathlib.Path(f"/proc/{self.process(name)}/cmdline")
        self.signal(name, signal.SIGKILL)
        while old.exists() and old.read_bytes():
            time.sleep(0.05)
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        (self.folder / f"{name}.pid").write_text(f"{process.pid}\n", encoding="utf-8")

    def wait_ready(self, number, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.apis[number].call("GET", "/readyz")[0] == 200:
                return
            time.sleep(0.5)
        raise SystemExit(f"live: apiserver{number} did not come back")

    def put_in_etcd(self, key, value):
        """Writes an object past every apiserver; they read JSON from their store as well."""
        self._etcdctl(["put", key], json.dumps(value))

    def delete_in_etcd(self, key):
        self._etcdctl(["del", key])

    def _etcdctl(self, arguments, text=None):
        if fault := etcdctl(self.folder, arguments, text):
            raise SystemExit(f"live: {fault}")


class Proxy(threading.Thread):
    """Passes bytes on to a port, and cuts all of its connections now and then."""

    def __init__(self, port, seed):
        super().__init__(daemon=True)
        self.target = port
        self.random = random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = []
        self.lock = threading.Lock()
        self.cuts = 0

    def run(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.open += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        with self.lock:
            for one in self.open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                    one.close()
                except OSError:
                    pass
            self.open = []
        self.cuts += 1


class Mirror:
    """A `clusteripd mirror` in a process of its own."""

    def __init__(self, programs, plane, port, flags, log):
        token = plane.folder / "token"
        self.log = open(log, "w", encoding="utf-8")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [f"{programs}/clusteripd", "mirror", f"--server=https://127.0.0.1:{port}", f"--token-file={token}",
             "--insecure-skip-tls-verify", "--port=0", "--audit-delay=5s"] + flags,
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().removeprefix("serving on ").strip()
        if not self.url:
            raise SystemExit(f"live: the mirror did not start; see {log}")

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/apis/clusterip.dev/v1/{path}", timeout=30) as answer:
            return json.load(answer)

    def wait_in_step(self):
        self._wait(lambda: self.get("findings")["mirror"]["inStep"], 60, "the mirror did not come into step")

    def wait_whole(self):
        """Until it knows what there was before the events that it judges by."""
        self._wait(lambda: self.get("decisions")["summary"]["whole"], 150, "the audit record did not become whole")

    @staticmethod
    def _wait(holds, seconds, fault):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.2)
        raise SystemExit(f"live: {fault}")

    def memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.log.close()
        return code
