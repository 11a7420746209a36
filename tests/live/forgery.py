"""Doctored audit events: for every kind of forbidden decision one, made of events that a real apiserver wrote."""

import copy
import datetime
import json
import uuid

FULL = 'Internal error occurred: failed to allocate a serviceIP for Service "{name}": range is full'


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Forger:
    """Adds events as of now to the audit log of an apiserver, made of its own: another server's speak of another process."""

    def __init__(self, log):
        self.log = log
        events = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        creates = [event for event in events if event["verb"] == "create" and event["responseStatus"]["code"] == 201]
        # The newest: an older one may be of a process of the server that has been killed since.
        self.service = [event for event in creates if event["objectRef"]["resource"] == "services"
                        and event["responseObject"]["spec"].get("clusterIPs", ["None"])[0].startswith("10.96.")
                        and event["user"]["username"] == "admin"][-1]
        self.address = [event for event in creates if event["objectRef"]["resource"] == "ipaddresses"
                        and event["user"]["username"] == "system:apiserver"][-1]
        self.made = 0

    def write(self, events):
        with open(self.log, "a", encoding="utf-8") as out:
            for event in events:
                out.write(json.dumps(event) + "\n")

    def event(self, like, begin, seconds):
        event = copy.deepcopy(like)
        event["auditID"] = str(uuid.uuid4())
        event["requestReceivedTimestamp"] = stamp(begin)
        event["stageTimestamp"] = stamp(begin + datetime.timedelta(seconds=seconds))
        event.pop("annotations", None)
        return event

    def create(self, begin, asked, addresses=(), families=("IPv4",), policy="SingleStack", refusal=None):
        """A create of a Service; with addresses it got them, else it was refused by (code, message)."""
        self.made += 1
        name = f"forged-{self.made}"
        event = self.event(self.service, begin, 0.05)
        event["objectRef"] = {"resource": "services", "namespace": "default", "name": name, "apiVersion": "v1"}
        event["requestURI"] = "/api/v1/namespaces/default/services"
        event["requestObject"] = {"kind": "Service", "apiVersion": "v1", "metadata": {"name": name, "namespace": "default"},
                                  "spec": {"ports": [{"port": 80, "protocol": "TCP"}], **asked}}
        if refusal:
            code, message = refusal
            message = message.format(name=name)
            reason = "InternalError" if code == 500 else "Invalid"
            event["responseStatus"] = {"metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code}
            event["responseObject"] = {"kind": "Status", "apiVersion": "v1", **event["responseStatus"]}
            return event, []
        given = event["responseObject"]
        given["metadata"].update(name=name, namespace="default", uid=str(uuid.uuid4()), creationTimestamp=stamp(begin)[:19] + "Z",
                                 resourceVersion=str(90_000_000 + 10 * self.made))
        given["spec"].update(clusterIP=addresses[0], clusterIPs=list(addresses), ipFamilies=list(families), ipFamilyPolicy=policy)
        inner = []
        for at, address in enumerate(addresses):
            one = self.event(self.address, begin + datetime.timedelta(milliseconds=10 + at), 0.005)
            one["objectRef"]["name"] = address
            for part in ("requestObject", "responseObject"):
                one[part]["metadata"]["name"] = address
                one[part]["spec"]["parentRef"] = {"resource": "services", "namespace": "default", "name": name}
            one["responseObject"]["metadata"].update(uid=str(uuid.uuid4()), creationTimestamp=stamp(begin)[:19] + "Z",
                                                     resourceVersion=str(90_000_000 + 10 * self.made - 2 + at))
            inner.append(one)
        return event, inner

    def forge_all(self, held, free):
        """Gives (rule, audit id, what was forged). `held`: a Service with its address; `free`: addresses nobody ever had."""
        now = datetime.datetime.utcnow
        taken = held["spec"]["clusterIP"]
        for rule, event, inner in (
            ("range-not-available", *self.create(now(), {}, ["172.16.9.9"])),
            ("already-held", *self.create(now(), {"clusterIP": taken}, [taken])),
            ("static-band", *self.create(now(), {}, ["10.94.0.3"])),
            ("not-as-asked", *self.create(now(), {"clusterIP": free[0]}, [free[1]])),
            ("not-as-asked", *self.create(now(), {"ipFamilyPolicy": "RequireDualStack"}, [free[2]], policy="RequireDualStack")),
            ("false-full", *self.create(now(), {}, refusal=(500, FULL))),
            ("false-allocated", *self.refused(free[3], "provided IP is already allocated")),
            ("false-mismatch", *self.refused(free[4], "the provided network does not match the current range")),
            ("false-not-ready", *self.refused(free[5], "allocator not ready")),
            ("wrong-release", self.deletion(held), []),
        ):
            # The first is what a server cannot have seen; its own writes of IPAddresses stand before it in a log.
            self.write((inner if rule != "already-held" else []) + [event])
            yield rule, event["auditID"], f"{event['verb']} of {event['objectRef']['name']}"

    def refused(self, address, why):
        detail = f'spec.clusterIPs: Invalid value: ["{address}"]: failed to allocate IP {address}: {why}'
        message = 'Service "{name}" is invalid: ' + detail
        return self.create(datetime.datetime.utcnow(), {"clusterIP": address}, refusal=(422, message))

    def deletion(self, service):
        """A Service deleted, its address kept."""
        event = self.event(self.service, datetime.datetime.utcnow(), 0.05)
        event["verb"] = "delete"
        event["responseStatus"]["code"] = 200
        event["objectRef"] = {"resource": "services", "namespace": "default", "name": service["metadata"]["name"], "apiVersion": "v1"}
        event["requestURI"] = f"/api/v1/namespaces/default/services/{service['metadata']['name']}"
        event["requestObject"] = {"kind": "DeleteOptions", "apiVersion": "v1"}
        event["responseObject"] = {"kind": "Service", "apiVersion": "v1", **service}
        return event
