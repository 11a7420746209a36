"""Runs the benchmarks and writes their table, JSON and charts to bench/results/. Called by tools/bench."""

import argparse
import json
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys

import bench_goals

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "release" / "bin"
RESULTS = ROOT / "bench" / "results"
COLOURS = {"floor": "#888888", "engine": "#0b6e4f", "spinlocked_tree": "#c8553d", "mutex_bitset": "#3d5a80",
           "mutex_std_set": "#8e6c8a", "sbitmap": "#d4a017", "set": "#3d5a80"}
# Parts of a call, which have a table of their own.
BOUNDS = ("one_look", "two_looks", "bare_search", "bare_tree", "locked_tree")


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    field = lambda name: (re.search(rf"^{name}\s*: (.*)$", info, re.M) or [None, "unknown"])[1]
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    return {"processor": f"{field('model name')}, family {field('cpu family')} model {field('model')}",
            "cores": len(re.findall(r"^processor", info, re.M)), "kernel": platform.release(), "compiler": compiler}


def build_sbitmap():
    """The library of the peer from crates.io, or why it is not there."""
    if not shutil.which("cargo"):
        return None, "not measured: there is no cargo here"
    target = ROOT / "build" / "sbitmap"
    built = subprocess.run(["cargo", "build", "--release", "--locked", "--target-dir", target],
                           cwd=ROOT / "bench" / "peers" / "sbitmap", capture_output=True, text=True)
    if built.returncode != 0:
        return None, "not measured: the crate cannot be built here"
    return target / "release" / "libclusterip_bench_sbitmap.so", "sbitmap 0.1.1 from crates.io"


def run_set_bench(quick, sbitmap):
    """Medians over the rounds: {(what, bits, permille, threads): {peer: row}}."""
    command = [BIN / "set_bench", f"--rounds={3 if quick else 21}", f"--slot-ms={4 if quick else 10}"]
    if sbitmap:
        command.append(f"--sbitmap={sbitmap}")
    figures = {}
    for row in json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout):
        figure = (row["what"], row["bits"], row["permille"], row["threads"])
        figures.setdefault(figure, {})[row["peer"]] = row
    return figures


def run_program(name, repetitions):
    """Medians of a program whose names are what/arguments: {name: (ns a call, bytes an address or None)}."""
    command = [BIN / name, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}",
               "--benchmark_enable_random_interleaving=true"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    samples = {}
    for row in report["benchmarks"]:
        if row["run_type"] == "iteration":
            calls = row.get("items_per_second")
            name = row["name"].split("/iterations")[0].split("/manual_time")[0].split("/min_time")[0]
            samples.setdefault(name, []).append((1e9 / calls if calls else row["real_time"], row.get("bytes")))
    return {key: (statistics.median(ns for ns, _ in values), values[-1][1]) for key, values in samples.items()}


def run_kubernetes(quick):
    """The real Kubernetes allocators on 10.0.0.0/12, built from its Go module; or why they are not there."""
    if not shutil.which("go"):
        return "not measured: there is no Go toolchain here"
    program = ROOT / "build" / "upstream" / "allocators"
    built = subprocess.run(["go", "build", "-o", program, "./allocators"], cwd=ROOT / "tests" / "upstream",
                           capture_output=True, text=True)
    if built.returncode != 0:
        return "not measured: the Go modules of Kubernetes cannot be built here"
    ran = subprocess.run([program, f"-for={'200ms' if quick else '2s'}"], check=True, capture_output=True, text=True)
    return json.loads(ran.stdout)


def kubernetes_table(rows, figures):
    """Each real allocator beside the engine at the same fill of as many addresses, in the same run."""
    if isinstance(rows, str):
        return f"the real Kubernetes allocators on a /12: {rows}"
    lines = [f"{'any address of a /12, real Kubernetes 1.36.3':58}{'it':>20}{'engine':>14}{'times':>15}"]
    for row in rows:
        engine = figures[("claim_next", 20, row["permille"], 1)]["engine"]["ns"]
        name = f"{row['peer']} at {row['permille'] / 10:g} %"
        lines.append(f"{name:58}{row['ns']:17,.0f} ns{engine:11.1f} ns{row['ns'] / engine:15,.0f}")
    return "\n".join(lines)


def peer_table(title, rows):
    """One line a figure, one column a peer: names are peer/figure."""
    peers = list(dict.fromkeys(name.split("/")[0] for name in rows))
    figures = list(dict.fromkeys(name.split("/", 1)[1] for name in rows))
    lines = [f"{title:34}" + "".join(f"{peer:>28}" for peer in peers)]
    for figure in figures:
        cells = []
        for peer in peers:
            ns, held = rows.get(f"{peer}/{figure}", (None, None))
            cell = "" if ns is None else f"{ns:,.1f} ns" + (f", {held:.1f} B" if held else "")
            cells.append(f"{cell:>28}")
        lines.append((f"{figure:34}" + "".join(cells)).rstrip())
    return "\n".join(lines)


def bounds_table(figures):
    """What the accesses alone cost beside the whole calls of the same rounds."""
    lines = [f"{'accesses alone':30}" + "".join(f"{peer:>17}" for peer in ("floor", *BOUNDS, "engine"))]
    for figure in sorted(figures):
        rows = figures[figure]
        if BOUNDS[0] in rows:
            lines.append((f"{name_of(figure):30}" + "".join(
                f"{rows[peer]['ns']:14.1f} ns" if peer in rows else " " * 17 for peer in ("floor", *BOUNDS, "engine"))).rstrip())
    return "\n".join(lines)


def name_of(figure):
    what, bits, permille, threads = figure
    return f"{what} 2^{bits}" + (f" at {permille / 10:g} %" if permille else "") + (
        f", {threads} threads" if threads > 1 else "")


def peers_of(figures):
    return [peer for peer in COLOURS if any(peer in rows for rows in figures.values())]


def table(figures):
    """One line a figure: ns of every peer, and the engine against the floor of the same rounds."""
    peers = peers_of(figures)
    lines = [f"{'figure':30}" + "".join(f"{peer:>17}" for peer in peers) + f"{'engine/floor':>15}{'bytes':>9}"]
    for figure in sorted(figures):
        rows = figures[figure]
        cells = "".join(f"{rows[peer]['ns']:14.1f} ns" if peer in rows else " " * 17 for peer in peers)
        ratio, held = rows["engine"].get("to_floor"), rows["engine"].get("bytes")
        lines.append((f"{name_of(figure):30}" + cells + (f"{ratio:15.2f}" if ratio else " " * 15) +
                      (f"{held:9.1f}" if held else "")).rstrip())
    return "\n".join(lines)


def chart(path, title, x_names, series, unit):
    """A grouped bar chart; a bar is cut at the top of the picture and says its value."""
    width, height, left, top = 760, 320, 60, 50
    shown = sorted(value for values in series.values() for value in values if value)
    limit = shown[int(len(shown) * 0.8)] * 1.15
    group = (width - left - 20) / len(x_names)
    bar = group * 0.8 / len(series)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + 40}" '
             'font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{left}" y="18" font-size="14">{title}</text>']
    for position, (name, values) in enumerate(series.items()):
        colour = COLOURS.get(name, "#444444")
        parts.append(f'<rect x="{left + position * 116}" y="26" width="10" height="10" fill="{colour}"/>'
                     f'<text x="{left + position * 116 + 14}" y="35">{name}</text>')
        for column, value in enumerate(values):
            if not value:
                continue
            tall = min(value / limit, 1) * (height - top)
            x = left + column * group + position * bar
            parts.append(f'<rect x="{x:.1f}" y="{height - tall:.1f}" width="{bar - 2:.1f}" height="{tall:.1f}" '
                         f'fill="{colour}"/><text x="{x + bar / 2 - 1:.1f}" y="{height - tall - 3:.1f}" '
                         f'text-anchor="middle">{value:.3g}</text>')
    for column, name in enumerate(x_names):
        parts.append(f'<text x="{left + column * group + group * 0.4:.1f}" y="{height + 16}" '
                     f'text-anchor="middle">{name}</text>')
    parts.append(f'<text x="14" y="{height / 2}" transform="rotate(-90 14 {height / 2})">{unit}</text></svg>')
    path.write_text("\n".join(parts) + "\n")


def charts(figures, ranges):
    peers = peers_of(figures)

    def series(shown):
        return {peer: [figures[figure][peer]["ns"] if peer in figures[figure] else None for figure in shown]
                for peer in peers}

    fills = [figure for figure in sorted(figures) if figure[0] == "claim_next" and figure[1] == 20]
    chart(RESULTS / "cost-over-fill.svg", "claim_next on 2^20 addresses, steady state, one thread",
          [f"{figure[2] / 10:g} % full" for figure in fills], series(fills), "ns a call")
    sizes = [figure for figure in sorted(figures) if figure[0] == "claim_next_sparse"]
    chart(RESULTS / "cost-over-size.svg", "claim_next, one thread, half full but no more than 2^20 addresses held",
          [f"2^{figure[1]}" for figure in sizes], series(sizes), "ns a call")
    pairs = [figure for figure in sorted(figures) if figure[0] == "pairs" and figure[2] == 990]
    rates = {peer: [1e3 / value if value else None for value in values] for peer, values in series(pairs).items()}
    chart(RESULTS / "scaling-over-threads.svg", "release + claim_next at 99 % of 2^20, millions a second",
          [f"{figure[3]} threads" if figure[3] > 1 else "1 thread" for figure in pairs], rates, "million pairs/s")
    chart(RESULTS / "cost-over-ranges.svg", "allocate, half full, by the number of ranges over 2^20 (nested) and 2^25 (wide) addresses",
          [f"{count:,} {shape}" for shape in ("nested", "wide") for count in bench_goals.counts_of(ranges)],
          {peer: [ranges[f"{peer}/allocate_{shape}/{count}/500"][0] for shape in ("nested", "wide")
                  for count in bench_goals.counts_of(ranges)] for peer in ("floor", "set", "engine")}, "ns a call")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short repetition; the figures are rough")
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    about = machine()
    library, about["sbitmap"] = build_sbitmap()
    figures = run_set_bench(arguments.quick, library)
    ranges = run_program("ranges_bench", 1 if arguments.quick else 9)
    ipv6 = run_program("ipv6_bench", 1 if arguments.quick else 3)
    kubernetes = run_kubernetes(arguments.quick)
    goals = bench_goals.judge(figures, ranges, ipv6, kubernetes)
    head = f"{about['processor']}; {about['cores']} cores; Linux {about['kernel']}; {about['compiler']}"
    text = head + f"\nmedians; every peer in the same rounds; sbitmap: {about['sbitmap']}\n\n" + "\n\n".join(
        [table(figures), bounds_table(figures), peer_table("what/ranges/fill in 0.1 %", ranges), peer_table("random IPv6 addresses of a /64", ipv6),
         kubernetes_table(kubernetes, figures), bench_goals.table(goals)]) + "\n"
    (RESULTS / "table.txt").write_text(text)
    (RESULTS / "results.json").write_text(json.dumps(
        {"machine": about, "set": [row for rows in figures.values() for row in rows.values()], "ranges": ranges,
         "ipv6": ipv6, "kubernetes": kubernetes, "goals": goals}, indent=1) + "\n")
    charts(figures, ranges)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
