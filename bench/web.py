#!/usr/bin/env python3
"""The server under 200 signed-in people on an audit list of a million entries, on both databases.

    bench/web.py [--entries 1000000] [--users 200] [--seconds 30] [--rate 300] [--database both] [--write]

The release build as `make bench` leaves it, and `wrk` (apt-get install wrk) in a process of its own on the same
machine. Entries and users are loaded by SQL; every session is a real sign-in by the form. Measured: start to ready,
idle memory, reads at the rate (median, p99), reads as fast as they come, audited writes a second. `--write` puts the
table into README.md between its marks.
"""
import argparse
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time

import place

# What people do on the list: first pages, filters, other orders. One path a line for the load program.
PATHS = ["/audit", "/audit?action=sign_in", "/audit?sort=-at", "/audit?sort=at", "/audit?action=export", "/audit?q=monitor"]
MARK = "server"


def chunks(entries, size=50_000):
    for begin in range(0, entries, size):
        yield begin, min(size, entries - begin)


def load(database, entries, users):
    """A million entries over two years by 200 people, as the program would have written them, and those people."""
    auditor, office, hashed = place.rows(
        database, "select id, office_id, password_hash from person_account where login = 'auditor'")[0]
    grant = ("insert into role_grant (account_id, role, office_id, since_day, granted_at) select id, 'auditor', office_id, "
             "'2020-01-01', 0 from person_account where login like 'bench-%'")
    account = ("insert into person_account (login, name, office_id, password_hash, password_changed_at, must_change_password, "
               f"created_at) select 'bench-' || n, '量测' || n, {office}, '{hashed}', {{now}}, {{no}}, 0 from numbers")
    entry = ("insert into audit_entry (id, at, account_id, account_name, office_id, action, subject_kind, subject_id, division, "
             "detail, request, address) select {hex} || 'bench', 1700000000000000 + n * 63000000, "
             f"{auditor}, '量测' || (n % 200), {office}, "
             "case n % 5 when 0 then 'sign_in' when 1 then 'read' when 2 then 'search' when 3 then 'export' else 'change' end, "
             "case n % 3 when 0 then 'account' when 1 then 'analysis' else 'job' end, cast(n % 5000 as text), "
             "case n % 4 when 0 then '5201' when 1 then '520102' when 2 then '520103' else '520111' end, "
             "'{{}}', 'bench-' || n, '10.0.0.' || (n % 250) from numbers")
    now = int(time.time() * 1e6)
    since = time.monotonic()
    if database.startswith("sqlite:"):
        numbers = "with recursive numbers(n) as (select {b} union all select n + 1 from numbers where n + 1 < {e}) "
        place.rows(database, numbers.format(b=0, e=users) + account.format(now=now, no=0))
        place.rows(database, grant)
        for begin, size in chunks(entries):
            place.rows(database, numbers.format(b=begin, e=begin + size) + entry.format(hex="printf('%016x', 1700000000000000 + n * 63000000)"))
    else:
        numbers = "with numbers as (select generate_series({b}::bigint, {e}::bigint - 1) as n) "
        place.rows(database, numbers.format(b=0, e=users) + account.format(now=now, no="false"))
        place.rows(database, grant)
        for begin, size in chunks(entries):
            place.rows(database, numbers.format(b=begin, e=begin + size) + entry.format(hex="lpad(to_hex(1700000000000000 + n * 63000000), 16, '0')"))
        place.rows(database, "analyze")
    place.rows(database, "insert into audit_waiting (entry_id) select id from audit_entry where request like 'bench-%'")
    return time.monotonic() - since


def chained(database, seconds):
    """Waits until the linker has chained all; gives entries a second."""
    first, since = waiting(database), time.monotonic()
    while waiting(database):
        if time.monotonic() - since > seconds:
            raise SystemExit(f"{waiting(database)} entries still wait for the chain after {seconds} s")
        time.sleep(0.5)
    return first / max(time.monotonic() - since, 1e-9)


def waiting(database):
    return int(place.rows(database, "select count(*) from audit_waiting")[0][0])


def wrk(port, home, sessions, paths, seconds, connections, pause_ms, mode="read"):
    """One run of the load program; its figures."""
    for name, lines in (("sessions", sessions), ("paths", paths)):
        with open(f"{home}/{name}", "w") as file:
            file.write("\n".join(lines) + "\n")
    words = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", os.path.join(place.ROOT, "bench/web.lua"),
             f"http://127.0.0.1:{port}", "--", f"{home}/sessions", f"{home}/paths", str(pause_ms), mode]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    figures = json.loads(said.strip().splitlines()[-1])
    figures["rate"] = figures["requests"] / figures["seconds"]
    if figures["other_status"] or figures["errors"]:
        raise SystemExit(f"{mode}: {figures['other_status']} answers of another status, {figures['errors']} errors: {figures}")
    return figures


def cookies(client):
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def measure(database, home, args):
    """All figures of one database."""
    program, words = place.program("release"), ["--database", database, "--data", f"{home}/data"]
    subprocess.run([program, "demo", "--fill-only", "--no-analyses"] + words, check=True, stdout=subprocess.DEVNULL)
    found = {}
    server = place.Server([program, "serve"] + words, f"{home}/log")
    found["ready, empty list, s"] = server.ready()
    time.sleep(3)
    found["idle memory, MB"] = server.memory_mb()
    server.stop()
    load(database, args.entries, args.users)
    server = place.Server([program, "serve"] + words, f"{home}/log")
    try:
        found["ready, full list, s"] = server.ready()
        found["chained, entries/s"] = chained(database, 1800)
        sessions = []
        for number in range(args.users):
            sessions.append(cookies(place.Client(server.port).sign_in(f"bench-{number}", place.demo_password())))
        wrk(server.port, home, sessions, PATHS, 3, 20, 100)
        paced = wrk(server.port, home, sessions, PATHS, args.seconds, args.users, round(1000 * args.users / args.rate))
        found[f"reads at {args.rate}/s: rate"] = paced["rate"]
        found["median, ms"], found["p99, ms"], found["longest, ms"] = paced["p50_ms"], paced["p99_ms"], paced["max_ms"]
        found["memory under load, MB"] = server.memory_mb()
        most = wrk(server.port, home, sessions, PATHS, args.seconds, 16, 0)
        found["reads as fast as they come: rate"], found["its p99, ms"] = most["rate"], most["p99_ms"]
        writers = []
        for login in ["coordinator", "coordinator2", "nanming-coord"]:
            client = place.Client(server.port).sign_in(login, place.demo_password())
            client.form("/admin/duty/new")
            office = place.rows(database, "select o.id from office o join agency a on a.id = o.agency_id "
                                          "where a.kind = 'coordination' and o.division = '520102'")[0][0]
            writers.append(f"{cookies(client)}\t{client.csrf}\t{office}")
        writes = wrk(server.port, home, writers, ["/admin/duty/new"], args.seconds, 16, 0, "write")
        found["audited writes: rate"], found["their p99, ms"] = writes["rate"], writes["p99_ms"]
        chained(database, 120)
    finally:
        server.stop()
    return found


def table(results, args):
    names = list(results)
    lines = [f"| measure | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    for row in results[names[0]]:
        cells = [results[name][row] for name in names]
        lines.append(f"| {row} | " + " | ".join(f"{cell:,.0f}" if cell >= 100 else f"{cell:.2f}" for cell in cells) + " |")
    return "\n".join(lines)


def put(text, args):
    """Between the marks of README.md."""
    path = os.path.join(place.ROOT, "README.md")
    with open(path, encoding="utf-8") as file:
        readme = file.read()
    begin, end = f"<!-- {MARK}:begin -->\n", f"<!-- {MARK}:end -->"
    head, rest = readme.split(begin)
    said = f"{os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}; {args.entries:,} entries, {args.users} signed-in people, load program on the same cores.\n\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + begin + said + text + "\n" + end + rest.split(end)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    args = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not here: apt-get install wrk")
    # All sign-ins come from one address here.
    os.environ["MINGJING_SIGN_IN_PER_MINUTE"] = "100000"
    results = {}
    for name in ["sqlite", "postgres"] if args.database == "both" else [args.database]:
        home = tempfile.mkdtemp(prefix="mingjing-bench.")
        with contextlib.ExitStack() as stack:
            database = f"sqlite:{home}/mingjing.db" if name == "sqlite" else stack.enter_context(place.postgres(safe=True))
            results[{"sqlite": "SQLite", "postgres": "PostgreSQL"}[name]] = measure(database, home, args)
        shutil.rmtree(home)
    text = table(results, args)
    print(text)
    if args.write:
        put(text, args)


if __name__ == "__main__":
    main()
