"""`make bench`: the engine beside DuckDB on the same files in the same run, as a table.

    run.py [--accounts 1000000 10000000] [--formats parquet csv] [--keep DIR]

Makes the networks with `mingjing synth network` (four ledger rows an account, no dirt), runs DuckDB level by level
for accounts, levels and team money only (bench/peer.py) and `mingjing network analyze` for everything, checks that
both give the same sums, and prints seconds, CPU seconds, peak memory and their ratios. Machines are noisy: read the
ratios. Needs a release build (`cargo build --release -p mingjing`) and DuckDB from PyPI (installed into a virtual
environment under the target directory when it is missing).
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def python_with_duckdb():
    home = TARGET / "bench-venv"
    python = home / "bin" / "python"
    if not python.exists():
        print("making a virtual environment with DuckDB from PyPI", flush=True)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb"], check=True)
    return python


def measured(command, **options):
    """Runs a command; its output, and seconds and peak memory by wait4."""
    read, write = os.pipe()
    error = tempfile.TemporaryFile()
    start = os.times().elapsed
    child = subprocess.Popen(command, stdout=write, stderr=error, **options)
    os.close(write)
    with os.fdopen(read) as stream:
        out = stream.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = os.times().elapsed - start
    error.seek(0)
    text = error.read().decode()
    if child.returncode:
        sys.exit(f"{command}: exit {child.returncode}\n{text}")
    return out, text, {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "mb": usage.ru_maxrss / 1024,
    }


def one(accounts, form, place, mingjing, python):
    made = place / f"{accounts}-{form}"
    if not made.exists():
        command = [mingjing, "synth", "network", "--accounts", accounts, "--seed", 1, "--plan", "sunline"]
        command += ["--dirty", 0, "--format", form, "--out", made]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    members, ledger = made / f"members.{form}", made / f"ledger.{form}"
    out, _, peer = measured([python, ROOT / "bench" / "peer.py", members, ledger, place / "peer.parquet"])
    peer_says = json.loads(out)
    result = place / "result"
    shutil.rmtree(result, ignore_errors=True)
    command = [mingjing, "--timings", "--json", "network", "analyze", "--members", members, "--ledger", ledger]
    out, text, own = measured([str(part) for part in command + ["--out", result, "--public"]])
    summary = json.loads(out)
    lines = [line.split() for line in text.splitlines() if line.startswith("phase ")]
    phases = {words[1]: float(words[2]) for words in lines}
    memory = {words[1]: words[4] for words in lines}
    core = ["members", "members_exact", "roster", "ledger", "repeats", "ledger_exact", "count", "write"]
    own["core"] = sum(phases.get(name, 0) for name in core)
    figures = summary["figures"]
    same = figures["accounts"] == peer_says["accounts"] and figures["levels"] == peer_says["levels"]
    print(f"\n{accounts} accounts, {form}: both count {figures['accounts']} accounts, {figures['levels']} levels: {same}")
    print("| | DuckDB " + peer_says["duckdb"] + " (3 figures) | Mingjing (all figures) | ratio |")
    print("| --- | --- | --- | --- |")
    rows = [
        ("end to end, s", peer["seconds"], own["seconds"]),
        ("read, count, write the two tables, s", peer["seconds"], own["core"]),
        ("CPU s", peer["cpu"], own["cpu"]),
        ("peak memory, MB", peer["mb"], own["mb"]),
    ]
    for name, theirs, ours in rows:
        print(f"| {name} | {theirs:.1f} | {ours:.1f} | {ours / theirs:.2f} |")
    print("phases, s: " + ", ".join(f"{name} {value:.2f}" for name, value in phases.items()))
    print("memory at the end of each, MB: " + ", ".join(f"{name} {value}" for name, value in memory.items()))
    print("DuckDB's, s: " + ", ".join(f"{name} {value:.2f}" for name, value in peer_says["phases"].items()), flush=True)
    shutil.rmtree(result, ignore_errors=True)
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--formats", nargs="+", default=["parquet", "csv"], choices=["parquet", "csv"])
    parser.add_argument("--keep", type=Path, help="keep the made networks here and use them again")
    args = parser.parse_args()
    mingjing = TARGET / "release" / "mingjing"
    if not mingjing.exists():
        sys.exit("no release build: run `cargo build --release -p mingjing`")
    python = python_with_duckdb()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, {platform.machine()}, load {load:.1f} before the run")
    place = args.keep or Path(tempfile.mkdtemp(prefix="mingjing-bench."))
    place.mkdir(parents=True, exist_ok=True)
    try:
        same = [one(n, form, place, mingjing, python) for n in args.accounts for form in args.formats]
    finally:
        if not args.keep:
            shutil.rmtree(place, ignore_errors=True)
    if not all(same):
        sys.exit("the two sides count differently")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
