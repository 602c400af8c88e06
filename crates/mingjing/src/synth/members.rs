//! Writes the member table: clean rows, and the dirt planned for each account.

use super::Error;
use super::dice::Dice;
use super::dirt::{self, BAD_TIMES, BLANKS, Member, UNUSABLE};
use super::growth::{Calendar, DAY};
use super::people::{People, push_digits};
use super::scheme::{ROOT, Scheme};
use super::table::{Cell, Column, Kind, Table};
use super::truth::Rows;
use std::collections::VecDeque;

/// The columns of the member table.
pub const COLUMNS: [Column; 10] = [
    Column("会员编号", "account", Kind::Text),
    Column("推荐人编号", "referrer", Kind::Text),
    Column("接点人编号", "placement", Kind::Text),
    Column("身份证号", "identity", Kind::Text),
    Column("姓名", "name", Kind::Word),
    Column("手机号", "mobile", Kind::Text),
    Column("银行卡号", "bank_card", Kind::Text),
    Column("注册时间", "joined", Kind::Time),
    Column("是否激活", "paid", Kind::Flag),
    Column("级别", "grade", Kind::Word),
];

/// Names of the grades, by package.
pub const GRADES: [&str; 5] = ["未激活", "业务员", "业务组长", "主任", "经理"];

/// A row before it is written; `joined_text` holds a time that is not in the usual form.
#[derive(Clone, Debug, Default)]
struct Row {
    account: String,
    referrer: String,
    placement: String,
    identity: String,
    name: String,
    mobile: String,
    card: String,
    joined: u32,
    joined_text: Option<String>,
    package: u8,
}

impl Row {
    fn write(&self, table: &mut Table) -> Result<(), Error> {
        table.write(&[
            Cell::Text(&self.account),
            Cell::Text(&self.referrer),
            Cell::Text(&self.placement),
            Cell::Text(&self.identity),
            Cell::Text(&self.name),
            Cell::Text(&self.mobile),
            Cell::Text(&self.card),
            self.joined_text.as_deref().map_or(Cell::Time(self.joined), Cell::Text),
            Cell::Flag(self.package > 0),
            Cell::Text(GRADES[self.package as usize]),
        ])
    }
}

/// Writes the account number of `account` into `text`.
pub fn account_number(system: u32, account: u32, text: &mut String) {
    text.clear();
    match account.checked_sub(system) {
        Some(number) => {
            text.push('M');
            push_digits(u64::from(number) + 1, 9, text);
        }
        None => text.push_str(super::SYSTEM_ACCOUNTS[account as usize]),
    }
}

/// Writes every account; what it returns accounts for every row.
pub fn write(scheme: &Scheme, dirt: &dirt::Plan, seed: u64, table: &mut Table) -> Result<Rows, Error> {
    let mut writer = Writer {
        scheme,
        dirt,
        people: People::new(),
        calendar: Calendar::new(),
        dice: Dice::new(seed, 4),
        later: VecDeque::new(),
        rows: Rows::default(),
    };
    let mut row = Row::default();
    for account in 0..scheme.len() {
        writer.fill(account, &mut row);
        match dirt.of.get(&account) {
            None => row.write(table)?,
            Some(&(kind, form)) => writer.write_dirty(account, kind, form, &mut row, table)?,
        }
        writer.rows.accepted += 1;
        writer.write_later(account, table)?;
    }
    writer.write_later(u32::MAX, table)?;
    let rows = writer.rows;
    Ok(Rows { read: rows.accepted + rows.rejected + rows.duplicate + rows.superseded, ..rows })
}

struct Writer<'a> {
    scheme: &'a Scheme,
    dirt: &'a dirt::Plan,
    people: People,
    calendar: Calendar,
    dice: Dice,
    /// Rows to be written after the account named.
    later: VecDeque<(u32, Row)>,
    rows: Rows,
}

impl Writer<'_> {
    fn write_later(&mut self, account: u32, table: &mut Table) -> Result<(), Error> {
        while self.later.front().is_some_and(|(due, _)| *due <= account) {
            if let Some((_, row)) = self.later.pop_front() {
                row.write(table)?;
            }
        }
        Ok(())
    }

    fn push_later(&mut self, account: u32, row: Row) {
        self.later.push_back((account.saturating_add(200), row));
    }

    /// The clean row of an account.
    fn fill(&self, account: u32, row: &mut Row) {
        let (s, a) = (self.scheme, account as usize);
        account_number(s.system, account, &mut row.account);
        let number_or_blank = |of: u32, text: &mut String| match of {
            ROOT => text.clear(),
            of => account_number(s.system, of, text),
        };
        number_or_blank(s.parent[a], &mut row.referrer);
        number_or_blank(self.dirt.placement(s, account), &mut row.placement);
        for text in [&mut row.identity, &mut row.name, &mut row.mobile, &mut row.card] {
            text.clear();
        }
        (row.joined, row.joined_text, row.package) = (s.joined[a], None, s.package[a]);
        if s.is_system(account) {
            row.name.push_str("公司");
            return;
        }
        let person = s.person[a];
        let number = match self.dirt.bad_check.contains(&person) {
            false => self.people.identity(person),
            true => self.people.wrong_identity(person),
        };
        row.identity.extend(number.map(char::from));
        self.people.push_name(person, &mut row.name);
        self.people.push_mobile(person, &mut row.mobile);
        self.people.push_card(person, &mut row.card);
    }

    fn write_dirty(
        &mut self,
        account: u32,
        kind: Member,
        form: u32,
        row: &mut Row,
        table: &mut Table,
    ) -> Result<(), Error> {
        let mut extra = row.clone();
        match kind {
            Member::Duplicate => {
                if form % 2 == 1 {
                    extra.name.insert(0, ' ');
                    extra.account.push(' ');
                }
                self.rows.duplicate += 1;
                self.push_later(account, extra);
            }
            Member::ConflictSelf => {
                extra.referrer.clone_from(&extra.account);
                extra.joined = extra.joined.saturating_sub(DAY);
                self.rows.superseded += 1;
                extra.write(table)?;
            }
            Member::ConflictLater | Member::ConflictSecond => {
                let other = self.scheme.system + self.dice.below(account - self.scheme.system);
                account_number(self.scheme.system, other, &mut extra.referrer);
                extra.name.push('改');
                self.rows.superseded += 1;
                if kind == Member::ConflictSecond {
                    self.push_later(account, extra);
                } else {
                    extra.joined += DAY + self.dice.below(20 * DAY);
                    extra.write(table)?;
                }
            }
            Member::NoAccount => {
                extra.account = ["", "-", "NULL", "无"][form as usize % 4].to_owned();
                self.rows.rejected += 1;
                self.push_later(account, extra);
            }
            kind => self.soil(account, kind, form, row),
        }
        row.write(table)
    }

    /// Dirt within the one row of the account.
    fn soil(&self, account: u32, kind: Member, form: u32, row: &mut Row) {
        let form_of = |forms: &[&'static str]| forms[form as usize % forms.len()].to_owned();
        match kind {
            Member::BlankReferrer => row.referrer = form_of(&BLANKS),
            Member::UnknownReferrer => {
                row.referrer = String::from("T");
                push_digits(u64::from(account), 9, &mut row.referrer);
            }
            Member::SelfReferral => row.referrer.clone_from(&row.account),
            Member::Cycle => {
                if let Some(&back) = self.dirt.cycle_back.get(&account) {
                    account_number(self.scheme.system, back, &mut row.referrer);
                }
            }
            Member::UnusableIdentity => row.identity = form_of(&UNUSABLE),
            Member::FifteenDigits => {
                row.identity.truncate(17);
                row.identity.replace_range(6..8, "");
            }
            Member::FullWidth => row.identity = row.identity.chars().map(full_width).collect(),
            Member::Spaced => {
                row.identity = row.identity.to_lowercase();
                row.identity.insert(14, ' ');
                row.identity.insert(6, ' ');
            }
            Member::BadTime => row.joined_text = Some(form_of(&BAD_TIMES)),
            Member::OtherTimeForm => row.joined_text = Some(time_form(row.joined, form, &self.calendar)),
            Member::UnknownPlacement => {
                row.placement = String::from("T");
                push_digits(u64::from(account), 9, &mut row.placement);
            }
            Member::SelfPlacement => row.placement.clone_from(&row.account),
            _ => {}
        }
    }
}

/// A digit or letter in its full-width form.
pub fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// The same moment as other systems write it.
pub fn time_form(at: u32, form: u32, calendar: &Calendar) -> String {
    let unix = super::growth::micros(at) / 1_000_000;
    let mut text = String::new();
    calendar.push(at, &mut text);
    match form % 4 {
        0 => unix.to_string(),
        1 => format!("{unix}000"),
        2 => text.replace('-', "/"),
        _ => format!("{}+08:00", text.replace(' ', "T")),
    }
}
