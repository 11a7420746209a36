"""Runs the mirror beside a real control plane: under load, then with faults planted. Called by run.sh."""

import argparse
import json
import random
import signal
import subprocess
import sys
import threading
import time

import known_faults
from plane import Mirror, Plane, Proxy
from faults import NETWORKING, SERVICES, Planter, must
from forgery import Forger

LIMIT = 70  # seconds until a planted fault must be found


class Report:
    """Rows of the final table; whether anything was missed or falsely reported."""

    def __init__(self):
        self.rows = []
        self.failed = False

    def add(self, good, what, seconds, how):
        self.rows.append((what, f"{seconds:.1f} s" if seconds is not None else "-", how))
        self.failed = self.failed or not good
        print(f"{'found ' if good else 'MISSED'}  {what:28} {self.rows[-1][1]:>8}  {how}", flush=True)

    def alarm(self, text):
        self.failed = True
        print(f"FALSE ALARM  {text}", flush=True)


def disturb(plane, proxy, until, seed, servers):
    """Cuts connections, stops servers for a while, kills one; by a seeded dice."""
    dice = random.Random(seed)
    counts = {"cut": 0, "stopped": 0, "killed": 0}
    while time.monotonic() < until:
        time.sleep(dice.uniform(2, 5))
        what = dice.choice(["cut", "cut", "stopped", "killed"])
        number = servers - 1
        counts[what] += 1
        if what == "cut":
            proxy.cut()
        elif what == "stopped":
            plane.signal(f"apiserver{number}", signal.SIGSTOP)
            time.sleep(dice.uniform(1, 6))
            plane.signal(f"apiserver{number}", signal.SIGCONT)
        elif until - time.monotonic() > 25:
            plane.restart(f"apiserver{number}")
            plane.wait_ready(number)
    return counts


class Stories(threading.Thread):
    """Collects what the mirror tells of findings while they last: the longest chain of each address."""

    def __init__(self, mirror):
        super().__init__(daemon=True)
        self.mirror = mirror
        self.over = threading.Event()
        self.chains = {}

    def look(self):
        for story in self.mirror.get("decisions")["findings"]:
            known = self.chains.setdefault(story.get("address", ""), [])
            if story["chain"] not in known:
                known.append(story["chain"])

    def run(self):
        while not self.over.wait(1):
            self.look()

    def end(self):
        self.over.set()
        self.join()
        self.look()

    def of(self, address):
        return sorted(self.chains.get(address, []), key=len, reverse=True) or [[]]


def known_fault(finding, stories, events):
    """What explains a finding, by any of the chains that were told of its address."""
    for chain in stories.of(finding.get("address", "")):
        if explained := known_faults.explain(finding, chain, events):
            return explained
    return None


def judge_load(mirror, stories, events, report):
    """After a load: no forbidden decision, and no error that no known fault of upstream explains. Gives how many it does."""
    decisions = mirror.get("decisions")
    summary = decisions["summary"]
    print("decisions: " + ", ".join(f"{summary[name]} {name}" for name in ("permitted", "forbidden", "undecided")))
    for item in decisions["items"]:
        if item["verdict"] == "forbidden":
            report.alarm(f"forbidden: {json.dumps(item)}")
    known = 0
    for finding in mirror.get("findings?stage=all")["items"]:
        if finding["severity"] != "error" or "confirmed" not in finding:
            continue
        explained = known_fault(finding, stories, events)
        if explained is None:
            report.alarm(f"{finding['rule']} {finding.get('address', '')}: {finding['message']}")
            for link in stories.of(finding.get("address", ""))[0]:
                print(f"    {link['time'][11:26]}  {link['what']}")
            continue
        known += 1
        fault, links = explained
        print(f"known fault  {finding['rule']} {finding.get('address', '')}: {fault}")
        for link in links:
            print(f"    {link['time'][11:26]}  {link['what']}")
    return known


def watched(arguments, plane, port, name):
    """A mirror of the plane with its audit logs, and the stories that it tells."""
    logs = [f"--audit-log={plane.folder}/audit{n}.log" for n in range(arguments.servers)]
    mirror = Mirror(arguments.programs, plane, port, logs + minor(arguments), f"{arguments.dir}/{name}.log")
    mirror.wait_in_step()
    stories = Stories(mirror)
    stories.start()
    return mirror, stories


def find_known_faults(arguments, plane, report):
    """`clusteripctl load --verify` finds what upstream itself does wrong, within a minute of load."""
    mirror, stories = watched(arguments, plane, int(plane.apis[0].url.port), "mirror-known")
    begun = time.monotonic()
    done = subprocess.run(
        [f"{arguments.programs}/clusteripctl", "load", f"--kubeconfig={plane.folder}/kubeconfig0", f"--seed={arguments.seed}",
         "--clients=4", "--rate=40", "--duration=60", "--max-services=60", "--verify", "--settle=30", "--output=json"],
        capture_output=True, text=True, check=False)
    stories.end()
    with open(f"{arguments.dir}/load-known.json", "w", encoding="utf-8") as out:
        out.write(done.stdout)
    if done.returncode not in (0, 1):
        raise SystemExit(f"live: clusteripctl load: {done.stderr}")
    errors = [one for one in json.loads(done.stdout)["findings"] if one["severity"] == "error"]
    events = list(events_of(plane, arguments.servers))
    unknown = [one for one in errors if known_fault(one, stories, events) is None]
    for finding in unknown:
        report.alarm(f"load --verify: {finding['rule']} {finding.get('address', '')}: {finding['message']}")
    report.add(bool(errors), "faults of upstream", time.monotonic() - begun,
               f"clusteripctl load --verify --seed={arguments.seed}: {len(errors) - len(unknown)} of {len(errors)} explained")
    judge_load(mirror, stories, events, report)
    if mirror.stop() != 0:
        report.alarm("the mirror did not end as it should")


def run_load(arguments, plane, report):
    """Two loads at once, one for each server, disturbed; the mirror watches through a proxy."""
    port = int(plane.apis[0].url.port)
    proxy = Proxy(port, arguments.seed)
    proxy.start()
    mirror, stories = watched(arguments, plane, proxy.port, "mirror-load")
    ranges = ["10.96.0.0/24,10.200.0.0/28,fd00:200::/124", "10.200.0.0/28,10.96.0.128/25,fd00:96::/112"]
    loads = []
    for number in range(arguments.servers):
        config = plane.folder / f"kubeconfig{number}"
        log = open(f"{arguments.dir}/load{number}.log", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        loads.append(subprocess.Popen(
            [f"{arguments.programs}/clusteripctl", "load", f"--kubeconfig={config}", f"--seed={arguments.seed + number}",
             "--clients=3", "--rate=60", f"--duration={arguments.seconds}", f"--ranges={ranges[number]}", "--max-services=20"],
            stdout=log, stderr=log))
    counts = disturb(plane, proxy, time.monotonic() + arguments.seconds, arguments.seed, arguments.servers)
    for load in loads:
        load.wait(timeout=300)
    print("load over: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    time.sleep(LIMIT)
    mirror.wait_in_step()
    stories.end()
    judge_load(mirror, stories, list(events_of(plane, arguments.servers)), report)
    print(f"memory of the mirror: {mirror.memory_mb()} MB")
    if mirror.stop() != 0:
        report.alarm("the mirror did not end as it should")


def minor(arguments):
    return ["--kubernetes-version=" + ".".join(arguments.version.split(".")[:2])]


def is_found(finding, rule, subject):
    names = [one["name"] for one in finding["objects"]] + [finding.get("address")]
    shown = finding["stage"] == "confirmed" or finding["severity"] == "info"
    return finding["rule"] == rule and subject in names and shown


def await_findings(mirror, planted, report):
    """planted: (rule, subject, how, when)."""
    missing = list(planted)
    while missing:
        findings = mirror.get("findings?stage=all")["items"]
        now = time.monotonic()
        for one in list(missing):
            rule, subject, how, when = one
            if any(is_found(finding, rule, subject) for finding in findings):
                report.add(True, rule, now - when, how)
                missing.remove(one)
            elif now - when > LIMIT:
                report.add(False, rule, None, how)
                missing.remove(one)
        time.sleep(0.5)


def await_verdicts(mirror, forged, report):
    missing = list(forged)
    while missing:
        items = {item["auditID"]: item for item in mirror.get("decisions?verdict=all")["items"]}
        now = time.monotonic()
        for one in list(missing):
            rule, identity, how, when = one
            item = items.get(identity, {})
            if item.get("verdict") == "forbidden" and item["rule"] == rule:
                report.add(True, "forbidden " + rule, now - when, how)
                missing.remove(one)
            elif now - when > LIMIT:
                said = f"{item.get('verdict', 'not seen')} {item.get('rule', '')}: {item.get('message', '')}"
                report.add(False, "forbidden " + rule, None, f"{how}; {said}")
                missing.remove(one)
        time.sleep(0.5)


def wait_for_finalizer(api, name):
    for _ in range(100):
        _, body = api.call("GET", f"{NETWORKING}/servicecidrs/{name}")
        if body["metadata"].get("finalizers") and body.get("status", {}).get("conditions"):
            return
        time.sleep(0.1)


def log_of(plane, number):
    return plane.folder / f"audit{number}.log"


def events_of(plane, servers):
    for number in range(servers):
        for line in log_of(plane, number).read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def plant_everything(arguments, plane, report):
    logs = [f"--audit-log={plane.folder}/audit{n}.log" for n in range(arguments.servers)]
    flags = [f"--service-cluster-ip-range={arguments.range}", "--orphan-grace=20s"]
    mirror = Mirror(arguments.programs, plane, plane.apis[0].url.port, logs + flags + minor(arguments),
                    f"{arguments.dir}/mirror-faults.log")
    mirror.wait_in_step()
    planter = Planter(plane)
    # The forged requests come while the record is sound; their Service must be older than the caches' lag.
    # In a range of their own: the load has left nothing there, nor has the old bitmap of 1.33.
    planter.range("forged", "10.94.0.0/24")
    wait_for_finalizer(planter.api, "forged")
    held = planter.service({"clusterIP": "10.94.0.77"}, "forged-held")
    passing = planter.service({}, "forged-passing")
    must(planter.call("DELETE", f"{SERVICES}/{passing['metadata']['name']}"), "deletion of a Service")
    time.sleep(22)
    # Something may have been lost while the cluster was read; then it is read again.
    mirror.wait_whole()
    forger = Forger(log_of(plane, 0))
    free = [f"10.94.0.{number}" for number in range(201, 207)]
    await_verdicts(mirror, [(*one, time.monotonic()) for one in forger.forge_all(held, free)], report)
    planted = [(*one, time.monotonic()) for one in planter.plant_all()]
    planted += [(*one, time.monotonic()) for one in planter.plant_without_controller(wait_for_finalizer)]
    await_findings(mirror, planted, report)
    plane.signal("controller-manager", signal.SIGCONT)
    await_findings(mirror, [(*one, time.monotonic()) for one in planter.plant_default()], report)
    if mirror.stop() != 0:
        report.alarm("the mirror did not end as it should")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--programs", "--dir", "--version", "--range"):
        parser.add_argument(name, required=True)
    for name in ("--servers", "--seconds", "--seed"):
        parser.add_argument(name, type=int, required=True)
    arguments = parser.parse_args()
    plane = Plane(f"{arguments.dir}/real", arguments.servers)
    report = Report()
    print(f"== Kubernetes {arguments.version}, {arguments.servers} server(s), seed {arguments.seed}", flush=True)
    if arguments.seconds > 0:
        run_load(arguments, plane, report)
        find_known_faults(arguments, plane, report)
    plant_everything(arguments, plane, report)
    print(f"{len(report.rows)} faults to find; " + ("something was missed or falsely reported" if report.failed else
                                                  "all found, nothing else reported"))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
