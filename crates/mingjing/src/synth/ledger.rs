//! Writes the ledger: what each join sets off, join by join, so nearly in the order of time.
//!
//! One order a paying joiner, bonus rows by the plan's formulas, withdrawals (net of a fee of 5 %) until the
//! collapse; and, as far as the number of rows asked for allows, repeat purchases, 复投, transfers. Money truth is
//! added up here from what was written.

use super::Error;
use super::dice::Dice;
use super::dirt::{BAD_AMOUNTS, BAD_TIMES};
use super::growth::{COLLAPSE, Calendar, DAY};
use super::members::{account_number, full_width, time_form};
use super::people::push_digits;
use super::scheme::{PACKAGES, ROOT, Scheme};
use super::table::{Cell, Column, Kind as Holds, Table};
use super::truth::{Money, Rows};
use mingjing_model::money::yuan_text;
use std::collections::{BTreeMap, VecDeque};

mod bonus;

/// The columns of the ledger.
pub const COLUMNS: [Column; 8] = [
    Column("会员编号", "account", Holds::Text),
    Column("类型", "kind", Holds::Word),
    Column("金额", "amount", Holds::Money),
    Column("时间", "time", Holds::Time),
    Column("来源账号", "source_account", Holds::Text),
    Column("奖金类型", "bonus_type", Holds::Word),
    Column("流水号", "serial", Holds::Text),
    Column("币种", "currency", Holds::Word),
];

/// Kinds of dirt in the ledger with the keys of `truth.json`, injected by turns.
pub const DIRT: [&str; 12] = [
    "orphan_ledger_rows",
    "duplicate_ledger_rows",
    "conflicting_serials",
    "possible_duplicate_ledger_rows",
    "bad_amounts",
    "bad_times_ledger",
    "negative_amounts",
    "other_currency_rows",
    "unlinked_reversals",
    "other_amount_forms",
    "other_time_forms_ledger",
    "topup_rows",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Topup,
    Order,
    Repeat,
    Bonus,
    Out,
    Internal,
    Transfer,
    Reversal,
}

impl Kind {
    fn text(self) -> &'static str {
        ["充值", "入会费", "购买", "奖金", "提现", "复投", "转账", "冲正"][self as usize]
    }
}

/// A row before it is written; the texts hold what is not in the usual form.
#[derive(Clone, Debug)]
struct Row {
    account: String,
    kind: Kind,
    fen: i64,
    fen_text: Option<String>,
    at: u32,
    at_text: Option<String>,
    source: String,
    bonus: &'static str,
    serial: String,
    currency: &'static str,
}

impl Row {
    fn write(&self, table: &mut Table) -> Result<(), Error> {
        table.write(&[
            Cell::Text(&self.account),
            Cell::Text(self.kind.text()),
            self.fen_text.as_deref().map_or(Cell::Fen(self.fen), Cell::Text),
            self.at_text.as_deref().map_or(Cell::Time(self.at), Cell::Text),
            Cell::Text(&self.source),
            Cell::Text(self.bonus),
            Cell::Text(&self.serial),
            Cell::Text(self.currency),
        ])
    }
}

/// What the ledger came to.
#[derive(Debug, Default)]
pub struct Told {
    /// Sums.
    pub money: Money,
    /// Counts of findings; `orphan_amount` in fen.
    pub findings: BTreeMap<&'static str, i128>,
    /// Dirt by kind.
    pub injected: BTreeMap<&'static str, u64>,
    /// Rows.
    pub rows: Rows,
}

/// Sums of what was written and counts, fen.
#[derive(Debug, Default)]
struct Sums {
    order: i128,
    order_reversed: i128,
    bonus: i128,
    out: i128,
    topup: i128,
    orphan: i128,
    reversals: u64,
}

/// Writes `per_account` rows an account on average, and `dirty` times as many dirty ones.
pub fn write(
    scheme: &Scheme,
    per_account: u32,
    dirty: f64,
    seed: u64,
    table: &mut Table,
) -> Result<Told, Error> {
    let n = scheme.len() as usize;
    let mut book = Book {
        scheme,
        table,
        dice: Dice::new(seed, 5),
        dirt_dice: Dice::new(seed, 6),
        calendar: Calendar::new(),
        wallet: vec![0; n],
        net: if n <= 20_000_000 { vec![0; scheme.persons as usize] } else { Vec::new() },
        serial: 0,
        written: 0,
        budget: 0,
        reserved: 0,
        dirty,
        turn: 0,
        orders: VecDeque::new(),
        later: VecDeque::new(),
        row: Row {
            account: String::new(),
            kind: Kind::Order,
            fen: 0,
            fen_text: None,
            at: 0,
            at_text: None,
            source: String::new(),
            bonus: "",
            serial: String::new(),
            currency: "CNY",
        },
        sums: Sums::default(),
        injected: BTreeMap::new(),
        rows: Rows::default(),
    };
    if dirty > 0.0 {
        book.injected.extend(DIRT.map(|key| (key, 0)));
    }
    let mut pay = bonus::Pay::new(scheme);
    for account in scheme.system..scheme.len() {
        book.budget += u64::from(per_account);
        book.reverse(scheme.joined[account as usize])?;
        pay.join(&mut book, account)?;
        book.reserved = pay.waiting();
        book.fill(account)?;
    }
    pay.close(&mut book)?;
    if let Some(last) = scheme.len().checked_sub(1) {
        book.fill(last)?;
    }
    book.flush_later(true)?;
    Ok(book.told())
}

struct Book<'a> {
    scheme: &'a Scheme,
    table: &'a mut Table,
    dice: Dice,
    dirt_dice: Dice,
    calendar: Calendar,
    /// Bonus credited and not yet drawn, fen.
    wallet: Vec<u32>,
    /// Withdrawn less paid in, by person.
    net: Vec<i64>,
    serial: u64,
    /// Clean rows written, and how many there may be by now.
    written: u64,
    budget: u64,
    /// Rows that must stay free for what is still to come.
    reserved: u64,
    dirty: f64,
    turn: u64,
    /// Recent orders that may still be reversed: account, fen, serial.
    orders: VecDeque<(u32, i64, u64)>,
    later: VecDeque<(u64, Row)>,
    row: Row,
    sums: Sums,
    injected: BTreeMap<&'static str, u64>,
    rows: Rows,
}

impl Book<'_> {
    fn has_room(&self) -> bool {
        self.written + self.reserved < self.budget
    }

    /// Writes one clean row, and by chance a dirty one behind it.
    fn post(
        &mut self,
        account: u32,
        kind: Kind,
        fen: i64,
        at: u32,
        source: u32,
        bonus: &'static str,
    ) -> Result<(), Error> {
        self.serial += 1;
        let serial = self.serial;
        self.post_as(account, kind, fen, at, source, bonus, serial)?;
        if self.dirty == 0.0 || !self.dirt_dice.chance(self.dirty) {
            if kind == Kind::Order {
                self.orders.push_back((account, fen, serial));
                if self.orders.len() > 64 {
                    self.orders.pop_front();
                }
            }
            return Ok(());
        }
        self.turn += 1;
        self.soil(account, DIRT[((self.turn - 1) % DIRT.len() as u64) as usize])
    }

    #[allow(clippy::too_many_arguments)]
    fn post_as(
        &mut self,
        account: u32,
        kind: Kind,
        fen: i64,
        at: u32,
        source: u32,
        bonus: &'static str,
        serial: u64,
    ) -> Result<(), Error> {
        let system = self.scheme.system;
        account_number(system, account, &mut self.row.account);
        match source {
            ROOT => self.row.source.clear(),
            source => account_number(system, source, &mut self.row.source),
        }
        (self.row.kind, self.row.fen, self.row.at, self.row.bonus) = (kind, fen, at, bonus);
        push_serial(serial, &mut self.row.serial);
        self.row.write(self.table)?;
        self.written += 1;
        self.rows.accepted += 1;
        self.add(account, kind, fen);
        self.flush_later(false)
    }

    /// Adds a counted row to the sums.
    fn add(&mut self, account: u32, kind: Kind, fen: i64) {
        let wide = i128::from(fen);
        let mut own = 0;
        match kind {
            Kind::Order | Kind::Repeat => {
                self.sums.order += wide;
                own = -fen;
            }
            Kind::Out => {
                self.sums.out += wide;
                own = fen;
            }
            Kind::Bonus => self.sums.bonus += wide,
            Kind::Topup => self.sums.topup += wide,
            Kind::Reversal => self.sums.reversals += 1,
            Kind::Internal | Kind::Transfer => {}
        }
        if let Some(net) = self.net.get_mut(self.scheme.person[account as usize] as usize) {
            *net += own;
        }
    }

    /// Credits a bonus and, when enough has come together and money is still paid, draws it.
    fn credit(&mut self, to: u32, fen: i64, at: u32, source: u32, bonus: &'static str) -> Result<(), Error> {
        self.post(to, Kind::Bonus, fen, at, source, bonus)?;
        let wallet = &mut self.wallet[to as usize];
        *wallet = wallet.saturating_add(fen.clamp(0, i64::from(u32::MAX)) as u32);
        if *wallet >= 200_000 && self.has_room() {
            self.withdraw(to, at)?;
        }
        Ok(())
    }

    fn withdraw(&mut self, account: u32, at: u32) -> Result<(), Error> {
        let whole = self.wallet[account as usize] / 10_000 * 10_000;
        if whole == 0 || at >= COLLAPSE * DAY {
            return Ok(());
        }
        self.wallet[account as usize] -= whole;
        let paid = i64::from(whole) * 95 / 100;
        self.post(account, Kind::Out, paid, at + 3_600, ROOT, "")
    }

    /// Now and then takes back an order of some time ago.
    fn reverse(&mut self, at: u32) -> Result<(), Error> {
        if !self.dice.chance(0.003) || self.written + 1 >= self.budget {
            return Ok(());
        }
        let Some((account, fen, serial)) = self.orders.pop_front() else { return Ok(()) };
        self.sums.order_reversed += i128::from(fen);
        self.post_as(account, Kind::Reversal, -fen, at, ROOT, "", serial)
    }

    /// Fills up to the number of rows asked for with what else goes on.
    fn fill(&mut self, account: u32) -> Result<(), Error> {
        let at = self.scheme.joined[account as usize] + 120;
        while self.has_room() {
            let near = (self.dice.unit().powi(3) * f64::from(account - self.scheme.system)) as u32;
            let who = account - near;
            let wallet = self.wallet[who as usize];
            let hundreds = i64::from(1 + self.dice.below(9)) * 10_000;
            match self.dice.below(10) {
                0..=3 if wallet >= 10_000 && at < COLLAPSE * DAY => self.withdraw(who, at)?,
                4..=5 if wallet >= 10_000 => {
                    let fen = i64::from(wallet).min(hundreds);
                    self.wallet[who as usize] -= fen as u32;
                    self.post(who, Kind::Internal, fen, at, ROOT, "")?;
                }
                6 => {
                    let to = self.scheme.parent[who as usize];
                    self.post(who, Kind::Transfer, hundreds, at, to, "")?;
                }
                _ => self.post(who, Kind::Repeat, 29_800 + hundreds, at, ROOT, "")?,
            }
        }
        Ok(())
    }

    fn flush_later(&mut self, all: bool) -> Result<(), Error> {
        while self.later.front().is_some_and(|(due, _)| all || *due <= self.written) {
            if let Some((_, row)) = self.later.pop_front() {
                row.write(self.table)?;
            }
        }
        Ok(())
    }

    /// One piece of dirt, made from the row just written.
    fn soil(&mut self, account: u32, kind: &'static str) -> Result<(), Error> {
        *self.injected.entry(kind).or_default() += 1;
        let form = self.injected[kind] as u32;
        let mut row = self.row.clone();
        // Amounts that no other row has: 10 yuan and a running number of fen.
        let fen = 1_000 + self.turn as i64;
        if kind == "duplicate_ledger_rows" {
            self.rows.duplicate += 1;
            if form.is_multiple_of(2) {
                row.account.push(' ');
            }
            self.later.push_back((self.written + 300, row));
            return Ok(());
        }
        if kind == "conflicting_serials" {
            row.fen += fen;
            self.rows.accepted += 1;
            self.add(account, row.kind, row.fen);
            return row.write(self.table);
        }
        self.serial += 1;
        push_serial(self.serial, &mut row.serial);
        (row.kind, row.fen, row.bonus) = (Kind::Bonus, fen, "补发");
        row.source.clear();
        match kind {
            "orphan_ledger_rows" => {
                row.account = format!("X{:08}", self.turn);
                self.sums.orphan += i128::from(fen);
            }
            "possible_duplicate_ledger_rows" => {
                row.serial.clear();
                row.write(self.table)?;
                self.rows.accepted += 1;
                self.add(account, Kind::Bonus, fen);
            }
            "bad_amounts" => row.fen_text = Some(BAD_AMOUNTS[form as usize % BAD_AMOUNTS.len()].to_owned()),
            "bad_times_ledger" => row.at_text = Some(BAD_TIMES[form as usize % BAD_TIMES.len()].to_owned()),
            "negative_amounts" => row.fen = -fen,
            "other_currency_rows" => row.currency = ["USD", "USDT", "HKD"][form as usize % 3],
            "unlinked_reversals" => {
                (row.kind, row.fen, row.bonus) = (Kind::Reversal, -fen, "");
                row.serial =
                    if form.is_multiple_of(3) { String::new() } else { format!("R{:08}", self.turn) };
            }
            "other_amount_forms" => {
                row.fen = 1_200_000 + fen;
                row.fen_text = Some(amount_form(row.fen, form));
            }
            "other_time_forms_ledger" => row.at_text = Some(time_form(row.at, form, &self.calendar)),
            _ => row.kind = Kind::Topup,
        }
        if !matches!(kind, "bad_amounts" | "orphan_ledger_rows" | "negative_amounts" | "other_currency_rows")
        {
            self.add(account, row.kind, row.fen);
        }
        match kind {
            "bad_amounts" => self.rows.rejected += 1,
            _ => self.rows.accepted += 1,
        }
        row.write(self.table)
    }

    fn told(self) -> Told {
        let (sums, yuan) = (self.sums, yuan_text);
        let injected = |key: &str| i128::from(self.injected.get(key).copied().unwrap_or(0));
        let money = Money {
            paid_in: yuan(sums.order),
            paid_in_net: yuan(sums.order - sums.order_reversed),
            bonus: yuan(sums.bonus),
            bonus_net: yuan(sums.bonus),
            withdrawn: yuan(sums.out),
            withdrawn_net: yuan(sums.out),
            retained: yuan(sums.order - if sums.out > 0 { sums.out } else { sums.bonus }),
            topup: yuan(sums.topup),
            persons_at_loss: (!self.net.is_empty() && sums.out > 0)
                .then(|| self.net.iter().filter(|&&net| net < 0).count() as u64),
        };
        let mut findings: BTreeMap<&'static str, i128> = [
            "orphan_ledger_rows",
            "duplicate_ledger_rows",
            "conflicting_serials",
            "possible_duplicate_ledger_rows",
            "negative_amounts",
            "unlinked_reversals",
            "other_currency_rows",
        ]
        .map(|key| (key, injected(key)))
        .into();
        findings.insert("orphan_amount", sums.orphan);
        findings.insert("reversals", i128::from(sums.reversals));
        let rows = self.rows;
        let read = rows.accepted + rows.rejected + rows.duplicate;
        Told { money, findings, injected: self.injected, rows: Rows { read, ..rows } }
    }
}

fn push_serial(serial: u64, text: &mut String) {
    text.clear();
    text.push('L');
    push_digits(serial, 11, text);
}

/// The same amount as people write it.
fn amount_form(fen: i64, form: u32) -> String {
    let yuan = yuan_text(i128::from(fen));
    let (thousands, rest) = yuan.split_at(yuan.len() - 6);
    let grouped = format!("{thousands},{rest}");
    match form % 4 {
        0 => format!("¥{yuan}"),
        1 => format!("{grouped}元"),
        2 => yuan.chars().map(full_width).collect(),
        _ => format!("{}.{:06}万", fen / 1_000_000, fen % 1_000_000),
    }
}
