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

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "release" / "bin"
RESULTS = ROOT / "bench" / "results"
COLOURS = {"floor": "#888888", "engine": "#0b6e4f", "spinlocked_tree": "#c8553d", "mutex_bitset": "#3d5a80",
           "mutex_std_set": "#8e6c8a"}


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    field = lambda name: (re.search(rf"^{name}\s*: (.*)$", info, re.M) or [None, "unknown"])[1]
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    return {"processor": f"{field('model name')}, family {field('cpu family')} model {field('model')}",
            "cores": len(re.findall(r"^processor", info, re.M)), "kernel": platform.release(), "compiler": compiler}


def run_set_bench(quick):
    """Medians over the repetitions: {(peer, what, bits, permille, threads): ns a call}."""
    command = [BIN / "set_bench", "--benchmark_format=json", f"--benchmark_min_time={0.05 if quick else 0.1}",
               f"--benchmark_repetitions={1 if quick else 5}", "--benchmark_enable_random_interleaving=true"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    samples = {}
    for row in report["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        peer, what, bits, permille, *rest = row["name"].split("/")
        threads = next((int(part.split(":")[1]) for part in rest if part.startswith("threads:")), 1)
        calls = row.get("items_per_second")
        nanoseconds = 1e9 / calls if calls else row["real_time"]
        samples.setdefault((peer, what, int(bits), int(permille), threads), []).append(nanoseconds)
    return {key: statistics.median(values) for key, values in samples.items()}


def run_program(name, quick):
    """Medians of a program whose names are what/arguments: {name: (ns a call, bytes an address or None)}."""
    command = [BIN / name, "--benchmark_format=json", f"--benchmark_repetitions={1 if quick else 3}",
               "--benchmark_enable_random_interleaving=false"]
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


def kubernetes_table(rows, medians):
    """Each real allocator beside the engine at the same fill of as many addresses, in the same run."""
    if isinstance(rows, str):
        return f"the real Kubernetes allocators on a /12: {rows}"
    lines = [f"{'any address of a /12, real Kubernetes 1.36.3':58}{'it':>20}{'engine':>14}{'times':>15}"]
    for row in rows:
        engine = medians.get(("engine", "claim_next", 20, row["permille"], 1))
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
        lines.append(f"{figure:34}" + "".join(cells))
    return "\n".join(lines)


def table(medians):
    """One line a figure: ns of every peer, and the engine against the floor of the same run."""
    peers = [peer for peer in COLOURS if any(key[0] == peer for key in medians)]
    lines = [f"{'figure':34}" + "".join(f"{peer:>17}" for peer in peers) + f"{'engine/floor':>15}"]
    for figure in sorted({key[1:] for key in medians}):
        what, bits, permille, threads = figure
        name = f"{what} 2^{bits}" + (f" at {permille / 10:g} %" if permille else "") + (
            f", {threads} threads" if threads > 1 else "")
        cells = [medians.get((peer, *figure)) for peer in peers]
        engine, floor = medians.get(("engine", *figure)), medians.get(("floor", *figure))
        ratio = f"{engine / floor:15.2f}" if engine and floor else " " * 15
        lines.append(f"{name:34}" + "".join(f"{cell:14.1f} ns" if cell else " " * 17 for cell in cells) + ratio)
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
        parts.append(f'<rect x="{left + position * 130}" y="26" width="10" height="10" fill="{colour}"/>'
                     f'<text x="{left + position * 130 + 14}" y="35">{name}</text>')
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


def charts(medians):
    peers = [peer for peer in COLOURS if any(key[0] == peer for key in medians)]
    fills = sorted({key[3] for key in medians if key[1] == "claim_next" and key[2] == 20})
    chart(RESULTS / "cost-over-fill.svg", "claim_next on 2^20 addresses, steady state, one thread",
          [f"{fill / 10:g} % full" for fill in fills],
          {peer: [medians.get((peer, "claim_next", 20, fill, 1)) for fill in fills] for peer in peers}, "ns a call")
    sizes = sorted({key[2] for key in medians if key[1] == "claim_next"})
    chart(RESULTS / "cost-over-size.svg", "claim_next at 99 %, steady state, one thread",
          [f"2^{size} addresses" for size in sizes],
          {peer: [medians.get((peer, "claim_next", size, 990, 1)) for size in sizes] for peer in peers}, "ns a call")
    threads = sorted({key[4] for key in medians if key[1] == "pairs"})
    chart(RESULTS / "scaling-over-threads.svg", "release + claim_next at 99 % of 2^20, millions a second",
          [f"{count} threads" if count > 1 else "1 thread" for count in threads],
          {peer: [1e3 / value if (value := medians.get((peer, "pairs", 20, 990, count))) else None
                  for count in threads] for peer in peers}, "million pairs/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short repetition; the figures are rough")
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    about = machine()
    medians = run_set_bench(arguments.quick)
    ranges = run_program("ranges_bench", arguments.quick)
    ipv6 = run_program("ipv6_bench", arguments.quick)
    kubernetes = run_kubernetes(arguments.quick)
    head = f"{about['processor']}; {about['cores']} cores; Linux {about['kernel']}; {about['compiler']}"
    text = head + "\nmedians; every peer in the same run\n\n" + "\n\n".join(
        [table(medians), peer_table("what/ranges/fill in 0.1 %", ranges), peer_table("random IPv6 addresses of a /64", ipv6),
         kubernetes_table(kubernetes, medians)]) + "\n"
    (RESULTS / "table.txt").write_text(text)
    rows = [dict(zip(("peer", "what", "bits", "permille", "threads"), key), ns=round(value, 2))
            for key, value in sorted(medians.items())]
    (RESULTS / "results.json").write_text(json.dumps(
        {"machine": about, "set": rows, "ranges": ranges, "ipv6": ipv6, "kubernetes": kubernetes}, indent=1) + "\n")
    charts(medians)
    counts = sorted({int(name.split("/")[2]) for name in ranges if "/allocate_nested/" in name})
    chart(RESULTS / "cost-over-ranges.svg", "allocate over 2^20 addresses, half full, by the number of ranges",
          [f"{count:,} ranges" if count > 1 else "1 range" for count in counts],
          {peer: [ranges[f"{peer}/allocate_nested/{count}/500"][0] for count in counts]
           for peer in ("floor", "set", "engine")}, "ns a call")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
