"""Scripts about ServiceCIDRs and IPAddresses: validation, life cycle, terminating ranges."""

import copy
import itertools
import random

from scenarios import ADDRESSES, CIDRS, SERVICES, service


def cidr(name, cidrs, **metadata):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": name, **metadata}, "spec": {"cidrs": cidrs}}


def address(name, parent, **metadata):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IPAddress",
        "metadata": {"name": name, **metadata},
        "spec": {"parentRef": parent},
    }


EVENTS = "/api/v1/namespaces/default/events"
TEXTS = [
    "10.50.0.0/24",
    "fd50::/112",
    "10.50.0.0/32",
    "10.50.0.0/31",
    "fd50::/48",
    "fd50::/128",
    "0.0.0.0/0",
    "::/0",
    "10.50.0.1/24",
    "010.50.0.0/24",
    "10.50.0.0/024",
    "::ffff:10.50.0.0/120",
    "::ffff:0:0/4",
    "FD50::/112",
    "fd50:0::/112",
    "x",
    "",
    "10.50.0.0",
    "10.50.0.0/33",
    "10.96.0.0/24",
]
PARENT = {"group": "", "resource": "services", "namespace": "default", "name": "x"}
PARENTS = [
    PARENT,
    None,
    {},
    {"name": "x"},
    {"resource": "services"},
    {**PARENT, "group": "A_"},
    {**PARENT, "group": "gateway.networking.k8s.io"},
    {**PARENT, "resource": "a/b"},
    {**PARENT, "name": ".."},
    {**PARENT, "namespace": "a%b"},
    {**PARENT, "namespace": ""},
    {**PARENT, "uid": "x"},
]


def stored(kind, change):
    """The newest answer of a kind, changed."""

    def body(answers):
        newest = next((a for a in reversed(answers) if isinstance(a, dict) and a.get("kind") == kind), None)
        if newest is None:
            return {}
        fresh = copy.deepcopy(newest)
        # The controllers write meanwhile; without a version the request does not depend on who is faster.
        fresh["metadata"].pop("resourceVersion", None)
        change(fresh)
        return fresh

    return body


def with_spec(**members):
    return lambda fresh: fresh["spec"].update(members)


def with_meta(**members):
    return lambda fresh: fresh["metadata"].update(members)


def cidr_validation():
    """Creates and updates alone: whether a deletion finds the controller's finalizer is a matter of luck."""
    lists = (
        [[]]
        + [[text] for text in TEXTS]
        + [list(pair) for pair in itertools.product(TEXTS, TEXTS) if random.random() < 0.3]
        + [["10.50.0.0/24", "fd50::/112", "10.51.0.0/24"]]
    )
    for cidrs in lists:
        yield "cidr create", [("POST", CIDRS, cidr("v", cidrs))]
    for old, new in itertools.product(
        [["10.50.0.0/24"], ["fd50::/112", "10.50.0.0/24"]],
        [
            [],
            ["10.50.0.0/24"],
            ["10.51.0.0/24"],
            ["10.50.0.0/24", "fd50::/112"],
            ["fd50::/112", "10.50.0.0/24"],
            ["10.50.0.0/24", "x"],
            ["10.50.0.0/24", "10.51.0.0/24"],
            ["10.50.0.0/24", "fd50::/112", "x"],
        ],
    ):
        yield "cidr update", [
            ("POST", CIDRS, cidr("v", old)),
            ("PUT", CIDRS + "/v", stored("ServiceCIDR", with_spec(cidrs=new))),
        ]
    for metadata in [
        {"name": ""},
        {"name": "Bad_Name"},
        {"name": "a" * 254},
        {"labels": {"a b": "c d"}},
        {"annotations": {"-": ""}},
        {"finalizers": ["a"]},
        {"finalizers": ["a b"]},
        {"ownerReferences": [{}]},
        {"namespace": "x"},
        {"generateName": "g-"},
        {"generation": 9},
        {"resourceVersion": "5"},
        {"managedFields": [{}]},
    ]:
        body = cidr("v", ["10.50.0.0/24"])
        body["metadata"].update(metadata)
        yield "cidr metadata", [
            ("POST", CIDRS, body),
        ]
    yield "cidr status", [
        (
            "POST",
            CIDRS,
            {
                **cidr("s", ["10.50.0.0/24"]),
                "status": {"conditions": [{"type": "Ready", "status": "Maybe", "reason": "x", "message": "", "lastTransitionTime": None}]},
            },
        ),
    ]


def address_validation():
    for name in ["10.60.0.1", "fd60::1", "010.60.0.1", "::ffff:10.60.0.1", "FD60::1", "fd60:0::1", "x", "10.60.0.256", ""]:
        yield "address create", [
            ("POST", ADDRESSES, address(name, PARENT)),
            ("GET", f"{ADDRESSES}/{name or 'x'}", None),
            ("DELETE", f"{ADDRESSES}/{name or 'x'}", None),
        ]
    for parent in PARENTS:
        yield "address parent", [
            ("POST", ADDRESSES, address("10.60.0.1", parent)),
            ("PUT", ADDRESSES + "/10.60.0.1", stored("IPAddress", with_meta(labels={"a": "b"}))),
            ("DELETE", ADDRESSES + "/10.60.0.1", None),
        ]
        yield "address update", [
            ("POST", ADDRESSES, address("10.60.0.1", PARENT)),
            ("PUT", ADDRESSES + "/10.60.0.1", stored("IPAddress", with_spec(parentRef=parent))),
            ("DELETE", ADDRESSES + "/10.60.0.1", None),
        ]
    for metadata in [{"labels": {"a b": ""}}, {"generateName": "10.60.0.1"}, {"finalizers": ["x"]}, {"namespace": "x"}]:
        yield "address metadata", [
            ("POST", ADDRESSES, address("10.60.0.1", PARENT, **metadata)),
            ("DELETE", ADDRESSES + "/10.60.0.1", None),
        ]
    yield "address twice", [
        ("POST", ADDRESSES, address("10.60.0.1", PARENT)),
        ("POST", ADDRESSES, address("10.60.0.1", PARENT)),
        ("DELETE", ADDRESSES + "/10.60.0.1", None),
        ("DELETE", ADDRESSES + "/10.60.0.1", None),
    ]


def old_version():
    """Both kinds through v1beta1, which tells of its age with every answer."""
    cidrs, addresses = (path.replace("/v1/", "/v1beta1/") for path in (CIDRS, ADDRESSES))
    old = {"apiVersion": "networking.k8s.io/v1beta1"}
    for path, body in ((cidrs, {**cidr("v", ["10.50.0.0/24"]), **old}), (addresses, {**address("10.60.0.1", PARENT), **old})):
        one = f"{path}/{body['metadata']['name']}"
        new = one.replace("/v1beta1/", "/v1/")
        yield "old version", [
            ("POST", path, body),
            SETTLE,
            ("GET", one, None),
            ("GET", new, None),
            ("GET", path + "?fieldSelector=metadata.name%3D" + body["metadata"]["name"], None),
            ("POST", path, {**body, "apiVersion": "networking.k8s.io/v1"}),
            ("POST", path.replace("/v1beta1/", "/v1/"), body),
            ("PATCH:merge", one, {"metadata": {"labels": {"a": "b"}}}),
            ("PATCH:strategic", new, {"metadata": {"labels": {"c": "d"}}}),
            ("PATCH:merge", one, {"kind": "Other"}),
            ("PATCH:merge", one, {"apiVersion": "networking.k8s.io/v1"}),
            ("PUT", one, {**body, "spec": {}}),
            ("PATCH:apply", one + "?fieldManager=m", {**body, "metadata": {"name": body["metadata"]["name"], "labels": {"x": "y"}}}),
            ("PATCH:apply", new + "?fieldManager=m", {**body, "apiVersion": "networking.k8s.io/v1"}),
            ("GET", one + "x", None),
            ("POST", path + "?fieldValidation=Strict", {**body, "other": 1}),
            ("DELETE", one, None),
            ("DELETE", one, None),
        ]


def claim(name, ip, **more):
    return ("POST", SERVICES, service(name, {"ports": [{"port": 80}], "clusterIP": ip, **more}))


SETTLE = ("WAIT", "settled", None)
GONE = ("WAIT", "gone", None)


def life_cycles():
    """Ranges that come and go while Services hold addresses in them. WAIT lets the controllers catch up."""
    remove = ("DELETE", CIDRS + "/l", None)
    look = ("GET", CIDRS + "/l", None)
    yield "extend and shrink", [
        ("POST", CIDRS, cidr("l", ["10.70.0.0/28"])),
        SETTLE,
        look,
        claim("l1", "10.70.0.5"),
        claim("l2", "10.70.0.5"),
        claim("l3", "10.70.0.0"),
        claim("l4", "10.70.0.15"),
        remove,
        SETTLE,
        look,
        claim("l5", "10.70.0.6"),
        remove,
        ("POST", CIDRS, cidr("l", ["10.70.0.0/28"])),
        ("DELETE", SERVICES + "/l1", None),
        GONE,
        look,
        claim("l6", "10.70.0.6"),
    ]
    yield "covered by another", [
        ("POST", CIDRS, cidr("l", ["10.71.0.0/28"])),
        ("POST", CIDRS, cidr("l0", ["10.71.0.0/24"])),
        SETTLE,
        claim("c1", "10.71.0.5"),
        claim("c2", "10.71.0.15"),
        remove,
        GONE,
        look,
        claim("c3", "10.71.0.6"),
        ("DELETE", SERVICES + "/c1", None),
        ("DELETE", SERVICES + "/c2", None),
        ("DELETE", SERVICES + "/c3", None),
        ("DELETE", CIDRS + "/l0", None),
        GONE,
        ("GET", CIDRS + "/l0", None),
    ]
    yield "finalizer by hand", [
        ("POST", CIDRS, cidr("l", ["10.72.0.0/28"])),
        SETTLE,
        claim("f1", "10.72.0.5"),
        remove,
        SETTLE,
        ("GET", CIDRS + "/l", None),
        ("PUT", CIDRS + "/l", stored("ServiceCIDR", with_meta(finalizers=[]))),
        look,
        claim("f2", "10.72.0.6"),
        ("GET", SERVICES + "/f1", None),
        ("DELETE", SERVICES + "/f1", None),
    ]
    yield "unmanaged address", [
        ("POST", CIDRS, cidr("l", ["10.73.0.0/28"])),
        SETTLE,
        ("POST", ADDRESSES, address("10.73.0.5", PARENT)),
        claim("a1", "10.73.0.5"),
        remove,
        GONE,
        look,
        ("DELETE", ADDRESSES + "/10.73.0.5", None),
    ]
    yield "second family added", [
        ("POST", CIDRS, cidr("l", ["10.74.0.0/28"])),
        SETTLE,
        claim("d1", "fd74::5"),
        look,
        ("PUT", CIDRS + "/l", stored("ServiceCIDR", with_spec(cidrs=["10.74.0.0/28", "fd74::/124"]))),
        SETTLE,
        claim("d2", "fd74::5"),
        ("DELETE", SERVICES + "/d2", None),
        remove,
        GONE,
        look,
    ]
    yield "too large for an allocator", [
        ("POST", CIDRS, cidr("l", ["fd75::/48"])),
        SETTLE,
        look,
        claim("t1", "fd75::5"),
        remove,
        GONE,
        look,
    ]
    lost = "10.96.0.41"
    labels = {"ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io", "ipaddress.kubernetes.io/ip-family": "IPv4"}
    yield "an address that its Service does not have", [
        claim("r1", "10.96.0.40"),
        ("POST", ADDRESSES, address(lost, {**PARENT, "name": "r1"}, labels=labels)),
        ("WAIT", "gone", f"{ADDRESSES}/{lost}"),
        ("GET", f"{ADDRESSES}/{lost}", None),
        ("GET", f"{EVENTS}?fieldSelector=involvedObject.kind%3DIPAddress,involvedObject.name%3D{lost}", None),
        ("GET", f"{EVENTS.replace('/api/v1', '/apis/events.k8s.io/v1')}?fieldSelector=regarding.name%3D{lost}", None),
        ("DELETE", SERVICES + "/r1", None),
    ]
    yield "the default range stays", [
        ("DELETE", CIDRS + "/kubernetes", None),
        SETTLE,
        ("GET", CIDRS + "/kubernetes", None),
        claim("k1", "10.96.0.30"),
        ("POST", SERVICES, service("k2", {"ports": [{"port": 80}]})),
        ("GET", SERVICES + "/kubernetes", None),
    ]
