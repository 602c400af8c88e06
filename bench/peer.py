"""The peer's side of the benchmark: accounts, levels and team money of every subtree in DuckDB, rolled up level by
level (not the closure), from the same files, written to Parquet. Prints seconds and peak memory as one JSON line.

    peer.py MEMBERS LEDGER OUT.parquet [THREADS]
"""

import json
import resource
import sys
import time

import duckdb

members, ledger, out = sys.argv[1:4]
threads = int(sys.argv[4]) if len(sys.argv) > 4 else 2
start = time.time()
db = duckdb.connect()
db.execute(f"set threads = {threads}")
db.execute("set preserve_insertion_order = false")
is_csv = members.endswith(".csv")
account, referrer = ("会员编号", "推荐人编号") if is_csv else ("account", "referrer")
ledger_account, kind, amount = ("会员编号", "类型", "金额") if is_csv else ("account", "kind", "amount")
if is_csv:
    heads = db.execute(f"select * from read_csv('{members}', all_varchar = true) limit 0").description
    names = [head[0] for head in heads]
    referrer = next(name for name in names if "推荐" in name)
    account = names[0]
    ledger_heads = [h[0] for h in db.execute(f"select * from read_csv('{ledger}', all_varchar = true) limit 0").description]
    ledger_account = ledger_heads[0]
    kind = next(name for name in ledger_heads if "类型" in name)
    amount = next(name for name in ledger_heads if "金额" in name)
read = (lambda f: f"read_csv('{f}', all_varchar = true)") if is_csv else (lambda f: f"read_parquet('{f}')")
orders = "('入会费', '报单', '购买', 'order')"
phases = {}


def phase(name, since):
    phases[name] = round(time.time() - since, 3)


t = time.time()
db.execute(
    f"""create table node as
    select row_number() over () - 1 as id, "{account}" as account, "{referrer}" as referrer from {read(members)}"""
)
phase("members", t)
t = time.time()
db.execute(
    """create table tree as
    select n.id, p.id as parent from node n left join node p on n.referrer = p.account"""
)
phase("parents", t)
t = time.time()
db.execute(
    f"""create table own as
    select n.id, l.paid from (select "{ledger_account}" as account, sum(cast("{amount}" as decimal(18,2))) as paid
      from {read(ledger)} where "{kind}" in {orders} group by 1) l join node n using (account)"""
)
phase("ledger", t)
t = time.time()
db.execute("create table depth as select id, parent, 1 as depth from tree where parent is null")
level = 1
while True:
    db.execute(
        f"""insert into depth select t.id, t.parent, {level + 1} from tree t
        join depth d on t.parent = d.id where d.depth = {level}"""
    )
    if db.execute(f"select count(*) from depth where depth = {level + 1}").fetchone()[0] == 0:
        break
    level += 1
phase("depths", t)
t = time.time()
db.execute(
    """create table done as select d.id, d.parent, d.depth, 1::bigint as accounts, 1 as levels,
    coalesce(o.paid, 0)::decimal(38,2) as team from depth d left join own o using (id) where false"""
)
for depth in range(level, 0, -1):
    db.execute(
        f"""insert into done
        select d.id, d.parent, d.depth, 1 + coalesce(c.accounts, 0), 1 + coalesce(c.levels, 0),
          coalesce(o.paid, 0) + coalesce(c.team, 0)
        from (select * from depth where depth = {depth}) d
        left join own o using (id)
        left join (select parent, sum(accounts) as accounts, max(levels) as levels, sum(team) as team
          from done where depth = {depth + 1} group by 1) c on c.parent = d.id"""
    )
phase("roll_up", t)
t = time.time()
db.execute(
    f"""copy (select n.account, d.accounts, d.levels, d.team from done d join node n using (id)
    order by n.account) to '{out}' (format parquet, compression lz4_raw)"""
)
phase("write", t)
total = time.time() - start
sums = db.execute("select count(*), sum(accounts), max(levels), sum(team) from done").fetchone()
print(
    json.dumps(
        {
            "seconds": round(total, 3),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "cpu_seconds": round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), 2),
            "phases": phases,
            "accounts": sums[0],
            "sum_of_accounts": int(sums[1]),
            "levels": int(sums[2]),
            "sum_of_team_paid_in": str(sums[3]),
            "duckdb": duckdb.__version__,
        }
    )
)
