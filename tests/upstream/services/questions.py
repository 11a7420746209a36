"""Creates and updates of Services, right and wrong in every field, for the real code to answer.

questions.py SEED COUNT              creates
questions.py SEED COUNT ASKED GIVEN  updates of the Services that were accepted: ASKED are the creates, GIVEN the answers

One JSON object a line. No map has two wrong keys: the real code goes through maps in any order.
"""
import copy
import json
import random
import sys

draw = random.Random(int(sys.argv[1]))
COUNT = int(sys.argv[2])

V4 = ["10.96.0.5", "10.96.0.9", "10.0.0.1"]
V6 = ["fd00:96::5", "fd00:96::9"]
ODD_ADDRESSES = [
    "010.96.0.5", "::ffff:10.96.0.5", "10.96.0.999", "", "None", "none", "FD00:96::5", "fd00:96:0::5", "0.0.0.0",
    "127.0.0.1", "::1", "169.254.1.1", "224.0.0.5", "ff02::5", "fe80::1", "ff12::1", "1.2.3", " 10.0.0.1", "::",
    "fd00::1%eth0"]
FAMILIES = [["IPv4", "IPv6"], ["IPv6", "IPv4"], ["IPv4"], ["IPv6"]]
POLICIES = ["SingleStack", "PreferDualStack", "RequireDualStack"]
TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"

pick = draw.choice


def chance(probability):
    return draw.random() < probability


def some(choices, least, most):
    return [pick(choices) for _ in range(draw.randint(least, most))]


def addresses(right):
    if right:
        return pick([[pick(V4)], ["None"], [pick(V4), pick(V6)], [pick(V6)]])
    return pick([[pick(V4)], [pick(V6)], [pick(V4), pick(V6)], [pick(V6), pick(V4)], ["None"],
                 some(V4 + V6 + ODD_ADDRESSES, 1, 3)])


def port():
    fields = {
        "port": (0.9, [80, 443, 53, 0, -1, 65535, 65536, 80, 80]),
        "name": (0.6, ["http", "https", "dns", "HTTP", "a--b", "x" * 64, "a.b", "http", "-a", "", "é"]),
        "protocol": (0.4, ["TCP", "UDP", "SCTP", "tcp", "TCP", "X"]),
        "targetPort": (0.4, [80, 0, 70000, "http", "80", "HTTP", "a--b", "-a-", "averyveryverylongname", "", -5]),
        "nodePort": (0.15, [30080, 30081, 30080, 1, 70000, -1]),
        "appProtocol": (0.1, ["http", "kubernetes.io/h2c", "a/b/c", "", "UP/x", "é"]),
    }
    return {name: pick(values) for name, (probability, values) in fields.items() if chance(probability)}


def right_ports():
    return [{"port": 80, "name": "http"}] + ([{"port": 443, "name": "https"}] if chance(0.3) else [])


# name: probability, right values, wrong values too
PLAIN_FIELDS = {
    "ipFamilyPolicy": (0.5, POLICIES, ["Foo", ""]),
    "ipFamilies": (0.4, FAMILIES, [["IPv4", "IPv4"], ["IPv5"], [], ["IPv4", "IPv6", "IPv4"], ["ipv4"]]),
    "sessionAffinity": (0.12, ["None", "ClientIP"], ["Foo", ""]),
    "externalName": (0.12, ["example.com"], ["example.com.", "Bad_", "..", "", "."]),
    "loadBalancerIP": (0.1, ["1.2.3.4"], ["01.2.3.4", "x"]),
    "internalTrafficPolicy": (0.1, ["Cluster", "Local"], ["Foo", ""]),
    "trafficDistribution": (0.08, ["PreferClose"], ["PreferSameZone", "PreferSameNode", "Foo", ""]),
    "publishNotReadyAddresses": (0.05, [True], []),
    "selector": (0.5, [{"app": "a"}], [{"a b": "c"}, {"app": "x y"}, {"a": "x" * 64}, {"/a": "b"}, {}]),
}
# Only wrong requests have these.
WRONG_FIELDS = {
    "sessionAffinityConfig": (0.1, [{}, {"clientIP": {}}] + [
        {"clientIP": {"timeoutSeconds": seconds}} for seconds in (0, 86400, 86401, -1)]),
    "loadBalancerSourceRanges": (0.1, [some(
        ["10.0.0.0/24", " 10.0.0.0/24 ", "10.0.0.1/24", "010.0.0.0/8", "x", "::/0", "FD00::/64", ""], 0, 2)
        for _ in range(20)]),
    "healthCheckNodePort": (0.08, [30100, 0, 70000, -1, 31000]),
    "externalIPs": (0.15, [some(V4 + V6 + ODD_ADDRESSES, 1, 3) for _ in range(40)]),
    "loadBalancerClass": (0.1, ["a/b", "internal", "a b", "", "é"]),
    "externalTrafficPolicy": (0.12, ["Cluster", "Local", "Foo", ""]),
    "allocateLoadBalancerNodePorts": (0.1, [True, False]),
}


def spec(right):
    out = {}
    if chance(0.85):
        out["type"] = pick(TYPES + ["ClusterIP"] * 3 + ([] if right else ["Wrong", ""]))
    if chance(0.9):
        out["ports"] = right_ports() if right or chance(0.5) else [port() for _ in range(pick([1, 1, 1, 2, 2, 3]))]
    if chance(0.45):
        listed = addresses(right)
        if chance(0.85):
            out["clusterIPs"] = listed
        if chance(0.85):
            out["clusterIP"] = listed[0] if right or chance(0.92) else pick(V4 + ODD_ADDRESSES)
    for name, (probability, good, bad) in PLAIN_FIELDS.items():
        if chance(probability):
            out[name] = copy.deepcopy(pick(good if right else good + bad))
    for name, (probability, values) in WRONG_FIELDS.items():
        if not right and chance(probability):
            out[name] = copy.deepcopy(pick(values))
    if right and out.get("type") == "LoadBalancer" and chance(0.4):
        out["externalTrafficPolicy"] = "Local"
    if out.get("type") == "ExternalName" and chance(0.7):
        out["externalName"] = "example.com"
    return out


def metadata():
    out = {}
    if chance(0.97):
        odd = ["1abc", "Bad_Name", "a.b", "a/b", "", "-x", "x" * 64, "é", "a%b", ".", "x-"]
        out["name"] = pick(odd if chance(0.2) else ["a", "svc-1"])
    else:
        out["generateName"] = pick(["a-", "A-", "1"])
    if chance(0.1):
        out["labels"] = pick([{"a": "b"}, {"a b": "c"}, {"a": "x y"}])
    if chance(0.12):
        ranges = pick(["10.0.0.0/24", "x, 10.0.0.1/8", "", "a,,b", "10.0.0.0/8,", " , "])
        out["annotations"] = pick([{"a": "b"}, {"A/B": "c"}, {"-a": "x"}, {TOPOLOGY_HINTS: "Auto"},
                                   {TOPOLOGY_MODE: "Auto", TOPOLOGY_HINTS: "Disabled"}, {SOURCE_RANGES: ranges}])
    if chance(0.05):
        out["finalizers"] = pick([["x.io/a"], ["a b"], ["foo"], ["orphan", "foregroundDeletion"], ["kubernetes"]])
    return out


def create():
    right = chance(0.45)
    return {"service": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"} if right else metadata(),
                        "spec": spec(right)},
            "families": pick(FAMILIES)}


def change(service):
    """One thing that a client may change."""
    fields = service["spec"]
    listed = fields.get("clusterIPs", [])
    kind = pick(["type", "one address", "addresses", "families", "policy", "policy", "both", "less", "ports", "any",
                 "cut", "metadata"])
    if kind == "type":
        fields["type"] = pick(TYPES)
        if fields["type"] == "ExternalName" and chance(0.8):
            fields["externalName"] = "example.com"
    elif kind == "one address":
        fields["clusterIP"] = pick(V4 + V6 + ["None", "", "x"])
    elif kind == "addresses":
        fields["clusterIPs"] = pick([addresses(False), listed[:1], listed + [pick(V4 + V6)], []])
    elif kind == "families":
        fields["ipFamilies"] = pick(FAMILIES + [[], ["IPv4", "IPv4"]])
    elif kind == "policy":
        fields["ipFamilyPolicy"] = pick(POLICIES)
    elif kind == "both":
        fields["clusterIPs"] = addresses(False)
        fields["clusterIP"] = fields["clusterIPs"][0]
    elif kind == "less":
        for name in draw.sample(sorted(fields), min(len(fields), draw.randint(1, 4))):
            fields.pop(name)
    elif kind == "ports":
        fields["ports"] = [port() for _ in range(draw.randint(0, 2))]
    elif kind == "any":
        fields.update({name: value for name, value in spec(False).items()
                       if name not in ("clusterIP", "clusterIPs", "type")})
    elif kind == "cut":
        fields.update(ipFamilyPolicy=pick(POLICIES), clusterIPs=listed[:1], ipFamilies=fields.get("ipFamilies", [])[:1])
    else:
        service["metadata"].update({name: value for name, value in metadata().items()
                                    if name not in ("name", "generateName") or chance(0.1)})


def update(asked, given):
    old = {"apiVersion": "v1", "kind": "Service", "metadata": {**asked["service"]["metadata"]},
           "spec": copy.deepcopy(given["spec"])}
    old["metadata"].setdefault("name", "a")
    if chance(0.1):  # stored before there were families
        for name in ("ipFamilies", "ipFamilyPolicy") + (("clusterIPs",) if chance(0.5) else ()):
            old["spec"].pop(name, None)
    fresh = copy.deepcopy(old)
    if chance(0.2):
        fresh["spec"] = spec(chance(0.6))
    else:
        for _ in range(pick([0, 1, 1, 1, 2, 2, 3])):
            change(fresh)
    return {"service": fresh, "old": old, "families": asked["families"] if chance(0.8) else pick(FAMILIES)}


def main():
    if len(sys.argv) == 3:
        questions = (create() for _ in range(COUNT))
    else:
        with open(sys.argv[3], encoding="utf-8") as asked, open(sys.argv[4], encoding="utf-8") as given:
            pairs = [(json.loads(question), json.loads(reply)) for question, reply in zip(asked, given)]
        accepted = [pair for pair in pairs if pair[1].get("code") == 200]
        questions = (update(*pick(accepted)) for _ in range(COUNT))
    for question in questions:
        print(json.dumps(question))


main()
