//! `mingjing network compare`: two counting policies side by side, on the same inputs and terms.

use super::Output;
use super::found;
use super::job::Job;
use super::names;
use crate::error::Error;
use crate::law;
use mingjing_network::count::Count;
use mingjing_network::figures::Thresholds;
use mingjing_results::outline::columns;
use mingjing_results::summary::Figures;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

/// Arguments.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    pub found: found::Args,
    /// The two policies.
    #[arg(long, num_args = 1, action = clap::ArgAction::Append, required = true, value_name = "ID")]
    pub policy: Vec<String>,
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output<'_>) -> Result<(), Error> {
    let [a, b] = args.policy.as_slice() else {
        return Err(Error::user(
            "two_policies",
            format!(
                "只给了 {} 个政策；请写两次 --policy。\n--policy is given twice, once for each side",
                args.policy.len()
            ),
        ));
    };
    let (_, mut job) = found::job(&args.found)?;
    let mut sides = Vec::new();
    for id in [a, b] {
        job.terms.policy = Job::terms(id, &job.mapping, None, Vec::new())?.policy;
        let tables = job.open(&output.progress)?;
        sides.push(side(&job.count(&tables, &[], &output.progress)?, &job.terms.thresholds)?);
    }
    output.progress.finish();
    let [one, other] = <[Side; 2]>::try_from(sides).map_err(|_| Error::World("two sides".into()))?;
    let only = |one: &Side, other: &Side| one.meeting.difference(&other.meeting).count() as u64;
    if output.json {
        let value = serde_json::json!({
            "policies": [a, b], "figures": [one.figures, other.figures],
            "accounts_of_persons_meeting_floor_only_in": [only(&one, &other), only(&other, &one)],
        });
        return output.say(&format!("{value:#}\n"));
    }
    let mut text = String::new();
    for id in [a, b] {
        let name = law::policy(id).map_or("", |policy| policy.name.zh.as_str());
        let _ = writeln!(text, "{id}：{name}");
    }
    text.push('\n');
    text.push_str(&differing([a, b], &one.figures, &other.figures, &job.terms.thresholds));
    let _ = writeln!(
        text,
        "\n其所属人达到人数与层级标准的账号：仅 {a} {} 个，仅 {b} {} 个。\n\
         Accounts whose person meets the floor under one policy only.",
        only(&one, &other),
        only(&other, &one)
    );
    output.say(&text)
}

/// The figures that differ, in the order of telling, in columns; how many do not.
fn differing(
    policies: [&str; 2],
    one: &Map<String, Value>,
    other: &Map<String, Value>,
    thresholds: &Thresholds,
) -> String {
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut rows: Vec<((usize, String), [String; 2])> = keys
        .into_iter()
        .map(|key| {
            let value = |side: &Map<String, Value>| shown(side.get(key).unwrap_or(&Value::Null));
            (names::whole(key, thresholds), [value(one), value(other)])
        })
        .collect();
    let all = rows.len();
    rows.retain(|(_, [left, right])| left != right);
    rows.sort();
    let same = all - rows.len();
    if rows.is_empty() {
        return format!("{same} 项全部相同\n");
    }
    let wide = |texts: &mut dyn Iterator<Item = &str>| texts.map(columns).max().unwrap_or(0);
    let first = wide(&mut rows.iter().map(|((_, name), _)| name.as_str()).chain(["项目"]));
    let of =
        |side: usize| wide(&mut rows.iter().map(|(_, values)| values[side].as_str()).chain([policies[side]]));
    let widths = [of(0), of(1)];
    let line = |name: &str, values: [&str; 2]| {
        let [left, right] = [0, 1].map(|side| names::right(values[side], widths[side]));
        format!("{}  {left}  {right}\n", names::left(name, first))
    };
    let mut text = line("项目", policies);
    text.extend(rows.iter().map(|((_, name), [left, right])| line(name, [left, right])));
    text + &format!("另 {same} 项相同\n")
}

/// One policy's outcome.
struct Side {
    figures: Map<String, Value>,
    /// Accounts whose person meets the floor: persons are numbered anew under each policy, accounts are not.
    meeting: HashSet<String>,
}

fn side(count: &Count, thresholds: &Thresholds) -> Result<Side, Error> {
    let figures = serde_json::to_value(Figures::of(&count.whole)).map_err(|e| Error::World(e.to_string()))?;
    let mut flat = Map::new();
    flatten("", figures, &mut flat);
    let meets = |p: u32| count.territory(p as usize).meets_floor(thresholds);
    let own = (0..count.accounts() as u32).filter(|&a| meets(count.person[a as usize]));
    Ok(Side { figures: flat, meeting: own.map(|a| (*count.names.text(a)).to_owned()).collect() })
}

fn flatten(prefix: &str, value: Value, flat: &mut Map<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
                flatten(&key, value, flat);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.into_iter().enumerate() {
                flatten(&format!("{prefix}.{}", (i + 1) * 10), value, flat);
            }
        }
        value => {
            flat.insert(prefix.to_owned(), value);
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
