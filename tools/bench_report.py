"""Runs the benchmarks and writes their table, JSON and charts to bench/results/. Called by tools/bench."""

import argparse
import json
import pathlib
import platform
import re
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
    head = f"{about['processor']}; {about['cores']} cores; Linux {about['kernel']}; {about['compiler']}"
    text = head + "\nmedians; every peer in the same run\n\n" + table(medians) + "\n"
    (RESULTS / "table.txt").write_text(text)
    rows = [dict(zip(("peer", "what", "bits", "permille", "threads"), key), ns=round(value, 2))
            for key, value in sorted(medians.items())]
    (RESULTS / "results.json").write_text(json.dumps({"machine": about, "set": rows}, indent=1) + "\n")
    charts(medians)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
