"""The scripts of requests. A scenario is a name and steps; a step is verb, path and what to send.

What to send may be a function of the answers so far (one dict for each step), which each server gets its own of.
"""

import copy
import itertools
import random

SERVICES = "/api/v1/namespaces/default/services"
CIDRS = "/apis/networking.k8s.io/v1/servicecidrs"
ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses"

TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", None]
POLICIES = [None, "SingleStack", "PreferDualStack", "RequireDualStack", "Foo"]
FAMILIES = [None, ["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv6", "IPv4"], ["IPv4", "IPv4"], ["IPv5"], ["IPv4", "IPv6", "IPv4"], []]
# clusterIP and clusterIPs as sent; the addresses are inside the ranges of a dual-stack server.
GIVEN = [
    {},
    {"clusterIP": ""},
    {"clusterIP": "None"},
    {"clusterIP": "V4"},
    {"clusterIP": "V6"},
    {"clusterIPs": ["V4"]},
    {"clusterIPs": ["V6"]},
    {"clusterIPs": ["V4", "V6"]},
    {"clusterIP": "V4", "clusterIPs": ["V4", "V6"]},
    {"clusterIP": "V6", "clusterIPs": ["V6", "V4"]},
    {"clusterIP": "V4", "clusterIPs": ["V6"]},
    {"clusterIP": "None", "clusterIPs": ["None"]},
    {"clusterIP": "None", "clusterIPs": ["None", "V4"]},
    {"clusterIP": "V4", "clusterIPs": ["V4", "None"]},
    {"clusterIP": "V4", "clusterIPs": ["V4", "V4"]},
    {"clusterIP": "V4", "clusterIPs": ["V4", "V6", "V4"]},
    {"clusterIP": "1.2.3"},
    {"clusterIP": "010.096.000.009"},
    {"clusterIP": "::ffff:10.96.0.9"},
    {"clusterIP": "FD00:96::9"},
    {"clusterIP": "10.96.0.0"},
    {"clusterIP": "10.96.0.255"},
    {"clusterIP": "10.200.0.1"},
    {"clusterIP": "10.96.0.1"},
    {"clusterIP": "", "clusterIPs": [""]},
    {"clusterIP": "V4", "clusterIPs": []},
    {"clusterIP": "fd00:96::"},
    {"clusterIP": "V4", "clusterIPs": ["V4", "fd00:96::00ab"]},
]
ADDRESS = {"V4": "10.96.0.9", "V6": "fd00:96::9"}


def addressed(value):
    if isinstance(value, list):
        return [addressed(element) for element in value]
    return ADDRESS.get(value, value) if isinstance(value, str) else value


def service(name, spec, **metadata):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, **metadata}, "spec": spec}


def service_spec(kind, policy, families, given):
    spec = {"ports": [{"port": 80}]}
    if kind:
        spec["type"] = kind
    if kind == "ExternalName":
        spec["externalName"] = "example.com"
    if policy:
        spec["ipFamilyPolicy"] = policy
    if families is not None:
        spec["ipFamilies"] = families
    spec.update({member: addressed(value) for member, value in given.items()})
    return spec


def create_matrix():
    """Every type with every policy, families and addresses; what was created is deleted again."""
    for kind, policy, families, given in itertools.product(TYPES, POLICIES, FAMILIES, GIVEN):
        spec = service_spec(kind, policy, families, given)
        query = "?dryRun=All" if random.random() < 0.02 else ""
        yield "create", [("POST", SERVICES + query, service("m", spec)), ("DELETE", SERVICES + "/m", None)]


BASES = [
    {},
    {"clusterIP": "V4"},
    {"clusterIP": "None"},
    {"ipFamilyPolicy": "PreferDualStack"},
    {"ipFamilyPolicy": "RequireDualStack"},
    {"ipFamilies": ["IPv6"]},
    {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6", "IPv4"]},
    {"type": "NodePort"},
    {"type": "LoadBalancer", "ipFamilyPolicy": "PreferDualStack"},
    {"type": "ExternalName", "externalName": "example.com"},
    {"clusterIP": "None", "ipFamilyPolicy": "PreferDualStack"},
    {"ipFamilyPolicy": "RequireDualStack", "clusterIPs": ["V4", "V6"], "clusterIP": "V4"},
    {"clusterIP": "None", "selector": {"a": "b"}},
    {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
]
DROP = object()
CHANGES = [
    {},
    {"ports": [{"port": 81}]},
    {"ports": []},
    {"ipFamilyPolicy": "SingleStack"},
    {"ipFamilyPolicy": "PreferDualStack"},
    {"ipFamilyPolicy": "RequireDualStack"},
    {"ipFamilyPolicy": DROP},
    {"ipFamilyPolicy": "Foo"},
    {"ipFamilies": ["IPv4"]},
    {"ipFamilies": ["IPv6"]},
    {"ipFamilies": ["IPv4", "IPv6"]},
    {"ipFamilies": ["IPv6", "IPv4"]},
    {"ipFamilies": DROP},
    {"ipFamilies": ["IPv4", "IPv4"]},
    {"clusterIP": DROP, "clusterIPs": DROP},
    {"clusterIP": "V4"},
    {"clusterIP": "10.96.0.77"},
    {"clusterIP": "", "clusterIPs": []},
    {"clusterIP": "None"},
    {"clusterIP": "None", "clusterIPs": ["None"]},
    {"clusterIP": DROP},
    {"clusterIPs": DROP},
    {"clusterIPs": ["V4", "V6"]},
    {"clusterIP": "V6", "clusterIPs": ["V6", "V4"]},
    {"clusterIP": "10.200.0.1", "clusterIPs": ["10.200.0.1"]},
    {"type": "ClusterIP"},
    {"type": "NodePort"},
    {"type": "LoadBalancer"},
    {"type": "ExternalName", "externalName": "x.example.com"},
    {"type": "ExternalName", "externalName": "x.example.com", "clusterIP": DROP, "clusterIPs": DROP},
    {
        "type": "ExternalName",
        "externalName": "x.example.com",
        "clusterIP": "",
        "clusterIPs": DROP,
        "ipFamilies": DROP,
        "ipFamilyPolicy": DROP,
    },
    {"type": "ClusterIP", "externalName": DROP},
    {"type": "ClusterIP", "clusterIP": "None"},
    {"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4"]},
    {"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv6"]},
    {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"]},
    {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]},
    {"ipFamilyPolicy": "PreferDualStack", "clusterIP": "None", "clusterIPs": ["None"]},
    {"ipFamilyPolicy": "SingleStack", "clusterIP": "V4", "clusterIPs": ["V4"]},
    {"selector": {"x": "y"}},
    {"sessionAffinity": "ClientIP"},
    {"sessionAffinity": "Foo"},
    {"externalTrafficPolicy": "Local"},
    {"internalTrafficPolicy": "Local"},
    {"type": "NodePort", "ports": [{"port": 80, "nodePort": 31000}]},
    {"allocateLoadBalancerNodePorts": False},
    {"publishNotReadyAddresses": True},
]


def changed(change):
    def body(answers):
        stored = next((a for a in reversed(answers) if isinstance(a, dict) and a.get("kind") == "Service"), None)
        fresh = copy.deepcopy(stored) or service("u", {})
        fresh["spec"].update({member: addressed(value) for member, value in change.items() if value is not DROP})
        for member, value in change.items():
            if value is DROP:
                fresh["spec"].pop(member, None)
        return fresh

    return body


def update_matrix():
    """Every base with every change, as a GET, changed, and PUT; and a second change on top at times."""
    for base, change in itertools.product(BASES, CHANGES):
        spec = {"ports": [{"port": 80}], **{member: addressed(value) for member, value in base.items()}}
        steps = [("POST", SERVICES, service("u", spec)), ("PUT", SERVICES + "/u", changed(change))]
        if random.random() < 0.4:
            steps.append(("PUT", SERVICES + "/u", changed(random.choice(CHANGES))))
        yield "update", steps + [("GET", SERVICES + "/u", None), ("DELETE", SERVICES + "/u", None)]


def port_matrix():
    """Fields of a Service around its addresses: ports, names, selectors, affinity, traffic policies."""
    specs = [
        {},
        {"ports": []},
        {"ports": [{}]},
        {"ports": [{"port": 0}]},
        {"ports": [{"port": 70000}]},
        {"ports": [{"port": 80}, {"port": 81}]},
        {"ports": [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}]},
        {"ports": [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]},
        {"ports": [{"port": 80, "name": "A_b"}]},
        {"ports": [{"port": 80, "protocol": "UDP"}]},
        {"ports": [{"port": 80, "protocol": "FOO"}]},
        {"ports": [{"port": 80, "protocol": "SCTP"}]},
        {"ports": [{"port": 80, "targetPort": 0}]},
        {"ports": [{"port": 80, "targetPort": "http"}]},
        {"ports": [{"port": 80, "targetPort": "HTTP_"}]},
        {"ports": [{"port": 80, "targetPort": 99999}]},
        {"ports": [{"port": 80, "nodePort": 30001}]},
        {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30001}]},
        {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]},
        {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30001, "name": "a"}, {"port": 80, "nodePort": 30001, "name": "b"}]},
        {
            "type": "NodePort",
            "ports": [{"port": 80, "nodePort": 30001, "name": "a"}, {"port": 80, "protocol": "UDP", "nodePort": 30001, "name": "b"}],
        },
        {"type": "Foo", "ports": [{"port": 80}]},
        {"type": "ExternalName"},
        {"type": "ExternalName", "externalName": "A_"},
        {"type": "ExternalName", "externalName": "a.b"},
        {"ports": [{"port": 80}], "selector": {"a b": "c"}},
        {"ports": [{"port": 80}], "sessionAffinity": "ClientIP"},
        {"ports": [{"port": 80}], "sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 0}}},
        {"ports": [{"port": 80}], "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}}},
        {"ports": [{"port": 80}], "externalTrafficPolicy": "Local"},
        {"type": "NodePort", "ports": [{"port": 80}], "externalTrafficPolicy": "Foo"},
        {"type": "LoadBalancer", "ports": [{"port": 80}], "externalTrafficPolicy": "Local", "healthCheckNodePort": 31999},
        {"ports": [{"port": 80}], "healthCheckNodePort": 31999},
        {"ports": [{"port": 80}], "internalTrafficPolicy": "Local"},
        {"ports": [{"port": 80}], "internalTrafficPolicy": "Foo"},
        {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerClass": "a/b"},
        {"ports": [{"port": 80}], "loadBalancerClass": "a/b"},
        {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerClass": "a b"},
        {"type": "LoadBalancer", "ports": [{"port": 80}], "allocateLoadBalancerNodePorts": False},
        {"ports": [{"port": 80}], "allocateLoadBalancerNodePorts": False},
        {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerSourceRanges": ["10.0.0.0/8"]},
        {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerSourceRanges": ["x"]},
        {"ports": [{"port": 80}], "externalIPs": ["1.2.3.4"]},
        {"ports": [{"port": 80}], "externalIPs": ["127.0.0.1"]},
        {"ports": [{"port": 80}], "externalIPs": ["x"]},
        {"ports": [{"port": 80}], "loadBalancerIP": "1.2.3.4", "type": "LoadBalancer"},
        {"clusterIP": "None", "ports": [{"port": 80, "targetPort": 81}]},
        {"clusterIP": "None"},
        {"ports": [{"port": 80}], "trafficDistribution": "PreferClose"},
        {"ports": [{"port": 80}], "trafficDistribution": "Foo"},
        {"ports": [{"port": 80, "appProtocol": "a/b"}]},
        {"ports": [{"port": 80, "appProtocol": "a b"}]},
        {"ports": [{"port": 80}], "unknown": 1},
    ]
    for spec in specs:
        yield "ports", [("POST", SERVICES, service("p", spec)), ("DELETE", SERVICES + "/p", None)]
    for name in ["", "a", "-a", "A", "a.b", "1a", "a" * 63, "a" * 64, "a_b", "a b", "\u00e9"]:
        yield "names", [
            ("POST", SERVICES, service(name, {"ports": [{"port": 80}]})),
            ("DELETE", f"{SERVICES}/{name if name.isascii() and ' ' not in name and name else 'x'}", None),
        ]
    for metadata in [
        {"labels": {"a b": "c"}},
        {"labels": {"a": "b c"}},
        {"annotations": {"a b": "c"}},
        {"finalizers": ["a"]},
        {"finalizers": ["x.io/a b"]},
        {"namespace": "other"},
        {"generateName": "g-"},
        {"ownerReferences": [{}]},
        {"generation": 7},
        {"uid": "x"},
        {"resourceVersion": "5"},
        {"deletionTimestamp": "2025-01-01T00:00:00Z"},
    ]:
        yield "metadata", [("POST", SERVICES, service("x", {"ports": [{"port": 80}]}, **metadata)), ("DELETE", SERVICES + "/x", None)]


def malformed():
    """Bodies, kinds and paths that are wrong."""
    good = service("b", {"ports": [{"port": 80}]})
    cidr = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": "b"}, "spec": {"cidrs": ["10.50.0.0/24"]}}
    bodies = [
        [],
        5,
        "x",
        None,
        {},
        {"kind": "Service"},
        {"apiVersion": "v1"},
        {**good, "kind": "Pod"},
        {**good, "apiVersion": "v2"},
        {**good, "apiVersion": "networking.k8s.io/v1"},
        {**good, "kind": "ServiceCIDR"},
        {**good, "spec": 5},
        {**good, "spec": {"ports": "x"}},
        {**good, "spec": {"ports": [{"port": "80"}]}},
        {**good, "spec": {"ports": [{"port": 80.5}]}},
        {**good, "spec": {"ports": [{"port": 1e30}]}},
        {**good, "metadata": 5},
        {**good, "metadata": {"name": 5}},
        {**good, "metadata": {"labels": {"a": 5}}},
        {**good, "spec": {"clusterIP": 5}},
        {**good, "spec": {"ipFamilies": "IPv4"}},
        cidr,
    ]
    for body in bodies:
        for path in (SERVICES, CIDRS, ADDRESSES):
            yield "bodies", [("POST", path, body)]
    for verb, path in itertools.product(
        ["GET", "DELETE", "POST", "PUT"],
        [
            "/api/v1/nothing",
            "/apis/networking.k8s.io/v1/nothing",
            "/apis/nothing/v1/x",
            "/api/v2/services",
            SERVICES + "/missing",
            CIDRS + "/missing",
            ADDRESSES + "/10.99.0.1",
            "/api/v1/namespaces/missing/services",
            "/api/v1/namespaces/missing/services/x",
            SERVICES + "/a/b/c",
            SERVICES + "/missing/status",
            CIDRS + "/kubernetes/status/x",
            "/nothing",
        ],
    ):
        yield "paths", [
            (
                verb,
                path,
                (
                    service("missing", {"ports": [{"port": 80}]})
                    if verb in ("POST", "PUT") and "services" in path
                    else cidr if verb in ("POST", "PUT") else None
                ),
            )
        ]
    yield "conflicts", [
        ("POST", SERVICES, good),
        ("POST", SERVICES, good),
        ("PUT", SERVICES + "/b", {**good, "metadata": {"name": "c"}}),
        ("PUT", SERVICES + "/b", {**good, "metadata": {"name": "b", "resourceVersion": "1"}}),
        ("PUT", SERVICES + "/b", {**good, "metadata": {"name": "b", "resourceVersion": "x"}}),
        ("PUT", SERVICES + "/b", {**good, "metadata": {"name": "b", "namespace": "kube-system"}}),
        ("PUT", SERVICES + "/b", {**good, "metadata": {"name": "b", "uid": "x"}}),
        ("PUT", SERVICES + "/b", good),
        ("DELETE", SERVICES + "/b", {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "x"}}),
        ("DELETE", SERVICES + "/b", None),
        ("DELETE", SERVICES + "/b", None),
        ("GET", SERVICES + "/b", None),
    ]
    yield "unknown fields", [
        ("POST", SERVICES + "?fieldValidation=Strict", {**good, "spec": {"ports": [{"port": 80}], "foo": 1}}),
        ("POST", SERVICES + "?fieldValidation=Nonsense", good),
        ("POST", SERVICES + "?dryRun=Some", good),
        ("GET", SERVICES + "?fieldSelector=spec.foo=1", None),
        ("GET", SERVICES + "?labelSelector=a%20b", None),
        ("GET", CIDRS + "?fieldSelector=spec.foo=1", None),
        ("GET", SERVICES + "?limit=x", None),
        ("GET", SERVICES + "?resourceVersion=x", None),
    ]
