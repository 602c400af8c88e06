//! Figures of money: the ledger rows behind them, read again.

use super::ways::Told;
use super::{Line, Opened, ways};
use crate::error::Error;
use mingjing_intake::Pass;
use mingjing_model::money::yuan_text;
use mingjing_model::time::{day_in_shanghai, day_text};
use mingjing_network::figures::{Boundary, NetBasis, Table};
use mingjing_network::rows::{Class, Fen};
use std::collections::{HashMap, HashSet};

/// Which money.
#[derive(Clone, Copy)]
pub(super) enum Money {
    /// At the boundary.
    In,
    /// Of a class.
    Class(Class),
}

/// A row that was found.
struct Found {
    account: u32,
    file: u32,
    row: u64,
    day: Option<String>,
    amount: Fen,
}

/// Rows of some accounts, and their sum: the figure again.
pub(super) fn own(o: &Opened<'_>, accounts: &[u32], money: Money) -> Result<Told, Error> {
    let found = found(o, accounts, money)?;
    let sum: i128 = found.iter().map(|row| i128::from(row.amount)).sum();
    let lines = found.iter().take(o.limit).map(|row| line(o, row)).collect();
    let rule = format!(
        "{} 行流水，合计 {} 元（重复行、外币、负数行不计）。{} ledger rows add up to it; duplicates, other currencies and \
         negative rows are in no sum.",
        found.len(),
        yuan_text(sum),
        found.len()
    );
    Ok((vec![rule], lines, found.len() as u64))
}

fn line(o: &Opened<'_>, row: &Found) -> Line {
    Line {
        file: o.ledger[row.file as usize].clone(),
        row: row.row,
        account: (*o.count.names.text(row.account)).to_owned(),
        person: format!("P{}", o.count.person[row.account as usize] + 1),
        day: row.day.clone(),
        amount: Some(yuan_text(row.amount.into())),
        ..Line::default()
    }
}

fn found(o: &Opened<'_>, accounts: &[u32], money: Money) -> Result<Vec<Found>, Error> {
    let Some(ledger) = &o.tables.ledger else { return Ok(Vec::new()) };
    let wanted: HashMap<String, u32> =
        accounts.iter().map(|&a| ((*o.count.names.text(a)).to_owned(), a)).collect();
    let duplicates: HashSet<(u32, u64)> = o
        .count
        .details
        .iter()
        .filter(|finding| finding.table == Table::Ledger && finding.key == "duplicate_ledger_rows")
        .map(|finding| (finding.file, finding.row))
        .collect();
    let class = match money {
        Money::Class(class) => class,
        Money::In => match super::super::job::boundary(o.tables, o.terms) {
            Some(Boundary::Cash) => Class::Topup,
            _ => Class::Order,
        },
    };
    let mut all = Vec::new();
    ledger.read(
        Pass::Quick,
        o.tables.jobs,
        o.tables.watch,
        |batch| {
            let counted = batch.rows().filter(|row| {
                let day = row.time.and_then(day_in_shanghai);
                let is_late = o.terms.cutoff.zip(day).is_some_and(|(cutoff, day)| day > cutoff);
                row.class == class && !row.foreign && row.amount >= 0 && !is_late
            });
            let own = counted.filter_map(|row| {
                Some(Found {
                    account: *wanted.get(row.account)?,
                    file: row.file,
                    row: row.row,
                    day: row.time.and_then(day_in_shanghai).and_then(day_text),
                    amount: row.amount,
                })
            });
            own.filter(|row| !duplicates.contains(&(row.file, row.row))).collect::<Vec<_>>()
        },
        |rows| {
            all.extend(rows);
            Ok::<(), Error>(())
        },
    )?;
    Ok(all)
}

/// What was received less what was paid in.
pub(super) fn net(o: &Opened<'_>, held: &[u32]) -> Result<Told, Error> {
    let (received, title, says) = match o.count.whole.net_basis {
        Some(NetBasis::Out) => (Class::Out, "提现", "提现 − 缴纳金额。Withdrawn − paid in."),
        Some(NetBasis::Bonus) => {
            (Class::Bonus, "奖金", "按入账奖金：奖金 − 缴纳金额。By credited bonus: bonus − paid in.")
        }
        None => return Ok((vec!["没有流水。There is no ledger.".into()], Vec::new(), 0)),
    };
    let (plus, received, more) = own(o, held, Money::Class(received))?;
    let (minus, paid, others) = own(o, held, Money::In)?;
    let less = |line: Line| Line { amount: line.amount.map(|amount| format!("-{amount}")), ..line };
    let received = received.into_iter().map(|line| Line { group: Some(title), ..line });
    let paid = paid.into_iter().map(|line| Line { group: Some("缴纳金额（减）"), ..less(line) });
    let titled = |title: &str, rules: Vec<String>| -> Vec<String> {
        rules.into_iter().map(|rule| format!("{title}：{rule}")).collect()
    };
    let rule = [vec![says.to_owned()], titled(title, plus), titled("缴纳金额", minus)].concat();
    Ok((rule, received.chain(paid).collect(), more + others))
}

/// Money in of a territory: by direct branch, each account once.
pub(super) fn team(o: &Opened<'_>, tops: &[u32], with_own: bool) -> Told {
    let Some(money) = &o.count.money else {
        return (vec!["没有流水。There is no ledger.".into()], Vec::new(), 0);
    };
    let own: HashSet<u32> = tops.iter().copied().collect();
    let mut seen = HashSet::new();
    let mut payers: Vec<(Fen, u32)> = Vec::new();
    for &top in tops {
        for a in ways::below(o, top) {
            let counts = with_own || !own.contains(&a);
            if seen.insert(a) && counts && money.paid_in[a as usize] > 0 {
                payers.push((money.paid_in[a as usize], a));
            }
        }
    }
    payers.sort_unstable_by_key(|&(fen, a)| (std::cmp::Reverse(fen), a));
    let sum: i128 = payers.iter().map(|&(fen, _)| i128::from(fen)).sum();
    let lines = payers
        .iter()
        .take(o.limit)
        .map(|&(fen, a)| Line { amount: Some(yuan_text(fen.into())), ..o.line(a, "") })
        .collect();
    let rule = format!(
        "{} 个账号的入金合计 {} 元，每个账号一次{}；各账号的流水行：--account … --figure paid_in。\
         {} accounts that paid in, each once; their rows: --account … --figure paid_in.",
        payers.len(),
        yuan_text(sum),
        if with_own { "" } else { "，本人账号除外" },
        payers.len()
    );
    (vec![rule], lines, payers.len() as u64)
}
