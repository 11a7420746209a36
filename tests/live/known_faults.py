"""The faults of upstream that leave a cluster unsound, each told from the events that led to a finding.

A finding is excused by a fault only where the chain of its address, or the audit log, shows that fault step by step, for
the objects that the finding names. `explain` gives the fault and the steps that show it, or None.
"""

import datetime
import ipaddress
import re

LOST = "the repair loop deletes the IPAddress of a Service that is just being written"
TAKEN = "a Service that goes takes the IPAddress of another one with it"
DROPPED = "what a request has allocated before it is refused, or tries again, is left over"
EQUAL = "equal ServiceCIDRs that are deleted together take each other for a cover"

SERVER = "system:apiserver"
CACHE_LAG = 10
CREATED = re.compile(r"^IPAddress created for services/(\S+)")
DELETED = re.compile(rf"^IPAddress deleted by {SERVER} while services/(\S+) was being (created|updated|deleted)"
                     r"(?:, though it was the one of services/(\S+))?$")
GIVEN = re.compile(r"^\S+ given to services/(\S+), which was (created|updated)$")


def steps(chain):
    """(kind, Service, other Service, link) of the links that are about a Service."""
    for link in chain:
        if found := CREATED.match(link["what"]):
            yield "created", found[1], None, link
        elif found := GIVEN.match(link["what"]):
            yield "given", found[1], None, link
        elif found := DELETED.match(link["what"]):
            yield "taken" if found[3] else "deleted", found[1], found[3], link


def lost_addresses(chain):
    """For each Service that got an address while its IPAddress was deleted: the links that show it."""
    made, given, deleted = {}, {}, {}
    for kind, service, _, link in steps(chain):
        if kind == "created":
            # Also when the repair loop mends it: from then on the address is protected again.
            made[service] = link
            given.pop(service, None)
            deleted.pop(service, None)
        elif kind == "given" and service in made:
            given[service] = link
        elif kind == "deleted" and service in made:
            # The deletion fell into the request that gave the address, whichever was answered first.
            deleted[service] = link
    both = given.keys() & deleted.keys()
    return {service: [made[service]] + sorted((given[service], deleted[service]), key=lambda link: link["time"])
            for service in both}


def explain_by_chain(services, chain):
    """The fault that left one of the Services with an address that nothing protects, or with another's."""
    lost = lost_addresses(chain)
    for service in services:
        if service in lost:
            return LOST, lost[service]
    for kind, goes, robbed, link in steps(chain):
        # Who goes has lost its own before: otherwise it would have nothing to take.
        if kind == "taken" and robbed in services and goes in lost:
            return TAKEN, lost[goes] + [link]
    return None


def writes(events, resource, *verbs):
    return (event for event in events if event["objectRef"]["resource"] == resource and event["verb"] in verbs)


def link_of(event, what):
    return {"auditID": event["auditID"], "time": event["stageTimestamp"], "what": what}


def seconds_between(early, late):
    def read(event):
        return datetime.datetime.fromisoformat(event["stageTimestamp"].replace("Z", "+00:00"))
    return (read(late) - read(early)).total_seconds()


def lost_address(address, services, events):
    """What lost_addresses tells, from the audit log: a chain begins where the mirror's window did.

    The IPAddress of a Service deleted by a server, which the Service was given at about that time, and not created again
    soon: the next repair may mend it minutes later.
    """
    lives = sorted((event for event in writes(events, "ipaddresses", "create", "delete")
                    if event["objectRef"].get("name") == address and event["responseStatus"].get("code") in (200, 201)),
                   key=lambda event: event["stageTimestamp"])
    lost = [event for event, after in zip(lives, lives[1:] + [None]) if event["verb"] == "delete"
            and event["user"]["username"] == SERVER and (after is None or seconds_between(event, after) > CACHE_LAG)]
    for event in writes(events, "services", "create", "update", "patch"):
        name = f"{event['objectRef'].get('namespace')}/{event['objectRef'].get('name')}"
        listed = (event.get("responseObject") or {}).get("spec", {}).get("clusterIPs", [])
        # The caches of the servers may be so much behind.
        deleted = [one for one in lost if abs(seconds_between(event, one)) <= CACHE_LAG]
        if name in services and address in listed and deleted:
            links = [link_of(event, f"{address} given to services/{name}"),
                     link_of(deleted[0], f"IPAddress deleted by {SERVER}, and not created again for {CACHE_LAG} s")]
            return LOST, sorted(links, key=lambda link: link["time"])
    return None


def dropped_address(address, events):
    """An IPAddress that a request made for a Service which then did not get it."""
    made = [event for event in writes(events, "ipaddresses", "create")
            if event["objectRef"].get("name") == address and event["responseStatus"]["code"] == 201
            and event["user"]["username"] == SERVER]
    if not made:
        return None
    made = max(made, key=lambda event: event["stageTimestamp"])
    parent = made["responseObject"]["spec"]["parentRef"]
    for event in writes(events, "services", "create", "update", "patch"):
        of_parent = (event["objectRef"].get("namespace"), event["objectRef"].get("name")) == (parent["namespace"], parent["name"])
        around = event["requestReceivedTimestamp"] <= made["requestReceivedTimestamp"] and made["stageTimestamp"] <= event["stageTimestamp"]
        if not of_parent or not around:
            continue
        name = f"{parent['namespace']}/{parent['name']}"
        first = link_of(made, f"IPAddress created for services/{name}")
        code = event["responseStatus"].get("code", 0)
        if code >= 400:
            return DROPPED, [first, link_of(event, f"{event['verb']} of services/{name} refused with {code}")]
        if address not in event.get("responseObject", {}).get("spec", {}).get("clusterIPs", []):
            return DROPPED, [first, link_of(event, f"{event['verb']} of services/{name} ended without {address}")]
    return None


def equal_ranges(address, events):
    """Two ServiceCIDRs with one CIDR that has the address, both gone, the second asked to go before the first was gone."""
    wanted = ipaddress.ip_address(address)
    asked, gone = {}, {}
    for event in writes(events, "servicecidrs", "delete", "update", "patch"):
        given = event.get("responseObject", {})
        if event["responseStatus"].get("code") != 200 or given.get("kind") not in ("ServiceCIDR", "Status"):
            continue
        if given["kind"] == "Status" or not given["metadata"].get("deletionTimestamp"):
            continue
        for cidr in given["spec"]["cidrs"]:
            if wanted in ipaddress.ip_network(cidr):
                key = (cidr, given["metadata"]["uid"])
                asked.setdefault(key, event)
                if not given["metadata"].get("finalizers"):
                    gone[key] = event
    for (cidr, uid), end in gone.items():
        for (other_cidr, other), begin in asked.items():
            together = begin["stageTimestamp"] <= end["requestReceivedTimestamp"] and asked[cidr, uid]["stageTimestamp"] <= \
                begin["stageTimestamp"]
            if cidr == other_cidr and uid != other and (other_cidr, other) in gone and together:
                return EQUAL, [link_of(asked[cidr, uid], f"a ServiceCIDR with {cidr} asked to go"),
                               link_of(begin, f"another one with {cidr} asked to go"), link_of(end, "the first one gone")]
    return None


def explain(finding, chain, events=()):
    """(fault, links that show it) for a finding of the mirror, or None: then it is a false alarm."""
    address = finding.get("address", "")
    services = [f"{one['namespace']}/{one['name']}" for one in finding["objects"] if one["kind"] == "Service"]
    if finding["rule"] in ("missing-ipaddress", "duplicate-address", "wrong-parent"):
        explained = explain_by_chain(services, chain)
        if explained is None and finding["rule"] == "missing-ipaddress":
            explained = lost_address(address, services, events)
        return explained
    if finding["rule"] == "orphan-ipaddress":
        return dropped_address(address, events)
    if finding["rule"] == "outside-every-range":
        return equal_ranges(address, events)
    return None
