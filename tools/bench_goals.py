"""The goals of the engine, and whether the figures of a run meet them. Used by bench_report.py."""

FILLS = (500, 900, 990, 999)
# As near as two figures of one run can be told apart on a machine that does other work too.
LEVEL = 1.1


def goal(name, figure, wanted, met, bound=""):
    """`bound`: what the machine was measured to ask for in the same run, where that says how far the goal can be met."""
    return {"name": name, "figure": figure, "goal": wanted, "met": met, "bound": bound}


def bounds_of(rows):
    """What looks and bare searches take, in floors."""
    names = (("one_look", "one look"), ("two_looks", "two looks"), ("bare_search", "bare search"), ("bare_tree", "bare tree"),
             ("locked_tree", "locked tree"))
    return "; ".join(f"{name} {rows[peer]['to_floor']:.2f}" for peer, name in names if peer in rows)


def absent(name, wanted, why="not measured"):
    return goal(name, why, wanted, None)


def counts_of(ranges):
    """How many ranges there were."""
    return sorted({int(name.split("/")[2]) for name in ranges if name.startswith("engine/allocate_")})


def floor_goals(figures):
    for permille, most in zip(FILLS, (1.15, 1.4, 2.0, 3.0)):
        rows = figures[("claim_next", 20, permille, 1)]
        ratio = rows["engine"]["to_floor"]
        yield goal(f"any of 2^20 at {permille / 10:g} %", f"{ratio:.2f} x floor", f"{most:g} x floor", ratio <= most,
                   bounds_of(rows))
    for what in ("claim", "release", "contains"):
        ratio = figures[(what, 20, 0, 1)]["engine"]["to_floor"]
        yield goal(f"{what} by name", f"{ratio:.2f} x floor", "1.5 x floor", ratio <= 1.5)
    pairs = figures[("pairs", 20, 990, 2)]
    rate = 1 / pairs["engine"]["to_floor"]
    looks = f"two looks {1 / pairs['two_looks']['to_floor']:.2f}"
    yield goal("pairs of 2 threads at 99 %", f"{rate:.2f} of the floor's rate", "0.6", rate >= 0.6, looks)
    full = figures[("full", 20, 1000, 1)]["engine"]["ns"]
    yield goal("full, exactly, on 2^20", f"{full:.1f} ns", "50 ns", full <= 50)


def peer_goals(figures):
    behind = max(1 / figures[("claim_next", 20, permille, 1)]["spinlocked_tree"]["to_engine"] for permille in FILLS)
    pairs = max(1 / figures[("pairs", 20, permille, 1)]["spinlocked_tree"]["to_engine"] for permille in FILLS)
    yield goal("any of 2^20 against the spinlocked tree", f"{behind:.2f} of its time at worst",
               f"{LEVEL:g} of its time", behind <= LEVEL, f"with the release before it {pairs:.2f}")
    yield goal("a release and any of 2^20 against the spinlocked tree", f"{pairs:.2f} of its time at worst",
               f"{LEVEL:g} of its time", pairs <= LEVEL)
    for peer in ("spinlocked_tree", "mutex_bitset", "mutex_std_set", "sbitmap"):
        if peer not in figures[("pairs", 20, 990, 2)]:
            yield absent(f"against {peer}", "ahead at 2 threads")
            continue
        one = min(figures[("claim_next", 20, permille, 1)][peer]["to_engine"] for permille in FILLS)
        pair = min(figures[("pairs", 20, permille, 1)][peer]["to_engine"] for permille in FILLS)
        yield goal(f"1 thread against {peer}", f"{one:.2f} times as fast at worst", "level", one >= 1 / LEVEL,
                   f"with the release before it {pair:.2f}")
        rows = min((figures[("pairs", 20, permille, 2)] for permille in FILLS), key=lambda rows: rows[peer]["to_engine"])
        two = rows[peer]["to_engine"]
        yield goal(f"2 threads against {peer}", f"{two:.2f} times as fast at worst", "ahead", two > 1,
                   f"two looks {two / rows['two_looks']['to_engine']:.2f}")


def size_goals(figures, ipv6):
    for bits in (24, 32):
        row = figures[("claim_next_sparse", bits, 0, 1)]["engine"]
        here = figures[("claim_next_sparse", 20, 0, 1)]["engine"]
        held = f", {row['bytes']:.0f} bytes each" if "bytes" in row else ""
        yield goal(f"2^{bits} addresses, 2^20 held", f"{row['ns']:.1f} ns (2^20: {here['ns']:.1f}), "
                   f"{row['to_floor']:.2f} x floor{held}", "same path", None)
    for what, name in (("fill", "memory"), ("steady_claim", "memory, at most, under churn")):
        held = ipv6[f"engine/ipv6_{what}/1048576"][1]
        yield goal(f"a million random IPv6 addresses: {name}", f"{held:.1f} bytes each", "24 bytes", held <= 24)
    for what in ("fill", "steady_claim", "steady_release", "steady_contains"):
        row = f"ipv6_{what}/1048576"
        ns, floor, alone = (ipv6[f"{peer}/{row}"][0] for peer in ("engine", "floor", "one_by_one"))
        yield goal(f"a million random IPv6 addresses: {what}", f"{ns:.1f} ns each (floor {floor:.1f})", "45 ns", ns <= 45,
                   f"one miss by one {alone:.0f} ns")


def range_goals(ranges):
    few, *_, many = counts_of(ranges)
    for shape in ("nested", "wide"):
        for permille in (500, 900):
            more = {}
            for peer in ("engine", "set", "floor"):
                one, all_ = (ranges[f"{peer}/allocate_{shape}/{count}/{permille}"][0] for count in (few, many))
                more[peer] = all_ / one - 1
            yield goal(f"{many:,} {shape} ranges against {few} at {permille / 10:g} %",
                       f"{100 * more['engine']:+.1f} % (set {100 * more['set']:+.1f} %, floor {100 * more['floor']:+.1f} %)",
                       "+3 %", more["engine"] <= 0.03, f"floor {100 * more['floor']:+.0f} %")


def kubernetes_goals(figures, kubernetes):
    wanted = (("kubernetes_bitmap", 990, 50), ("kubernetes_objects_without_gauges", 990, 4500),
              ("kubernetes_objects", 500, 10**8))
    rows = {} if isinstance(kubernetes, str) else {(row["peer"], row["permille"]): row["ns"] for row in kubernetes}
    for peer, permille, times in wanted:
        name = f"against {peer} at {permille / 10:g} %"
        if (peer, permille) not in rows:
            yield absent(name, f"{times:,} times")
            continue
        is_now = rows[(peer, permille)] / figures[("claim_next", 20, permille, 1)]["engine"]["ns"]
        yield goal(name, f"{is_now:,.0f} times", f"{times:,} times", is_now >= times)


def judge(figures, ranges, ipv6, kubernetes):
    return [*floor_goals(figures), *peer_goals(figures), *size_goals(figures, ipv6), *range_goals(ranges),
            *kubernetes_goals(figures, kubernetes)]


def table(goals):
    lines = [f"{'goal':58}{'figure':>56}{'goal':>18}"]
    words = {True: "met", False: "NOT MET", None: ""}
    for row in goals:
        met = words[row["met"]]
        if row["met"] is False and row["bound"]:
            met += f" ({row['bound']})"
        lines.append(f"{row['name']:58}{row['figure']:>56}{row['goal']:>18}  {met}".rstrip())
    return "\n".join(lines)
