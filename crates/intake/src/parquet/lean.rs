//! Rows of a batch of which only some columns are needed: typed values by row, texts left where they were decoded.
//!
//! Not here: whole rows as text, which `rows` and [`super::Lazy`] make.

use super::column::Column;
use super::texts::{Seen, Words};
use super::{KEY_FIELDS, LEDGER_FIELDS, MEMBER_FIELDS, WHOLE_DOUBLE_MAX};
use crate::batch::Batch;
use crate::columns::{ABSENT, Plan};
use crate::field::{Field, Table};
use crate::kinds::Kinds;
use crate::rows::{SEPARATOR, Terms, is_blank_account};
use crate::tally::{Reason, Reject};
use crate::values;
use arrow::array::Array;
use mingjing_model::identity::is_blank;
use mingjing_network::rows::{Class, Fen, LedgerRow, MemberRow, Micros};
use xxhash_rust::xxh3::xxh3_64;

/// Row numbers of a batch, rising.
#[derive(Clone)]
pub(crate) enum Numbers {
    /// One after the other.
    From(u64),
    /// Those that a filter left.
    Listed(Vec<u64>),
}

impl Numbers {
    #[inline]
    pub fn at(&self, place: usize) -> u64 {
        match self {
            Numbers::From(first) => first + place as u64,
            Numbers::Listed(list) => list[place],
        }
    }

    /// The place of a row number.
    pub fn place(&self, row: u64) -> Option<usize> {
        match self {
            Numbers::From(first) => row.checked_sub(*first).map(|place| place as usize),
            Numbers::Listed(list) => list.binary_search(&row).ok(),
        }
    }
}

/// An unknown time.
const NO_TIME: Micros = Micros::MIN;

struct Member {
    place: u32,
    paid: Option<bool>,
    joined: Micros,
}

struct Entry {
    place: u32,
    class: Class,
    foreign: bool,
    amount: Fen,
    time: Micros,
    content: u64,
}

/// The rows, with the columns that hold their texts.
pub(crate) struct Lean {
    texts: Texts,
    numbers: Numbers,
    members: Vec<Member>,
    entries: Vec<Entry>,
}

/// Columns of texts by field.
#[derive(Default)]
struct Texts {
    account: Words,
    serial: Words,
    referrer: Words,
    placement: Words,
    identity: Option<Words>,
    mobile: Words,
    bank_card: Words,
}

#[inline]
fn known(time: Micros) -> Option<Micros> {
    (time != NO_TIME).then_some(time)
}

impl Lean {
    pub fn len(&self) -> usize {
        self.members.len() + self.entries.len()
    }

    /// The `i`-th row of a member table.
    #[inline]
    pub fn member(&self, i: usize, file: u32) -> MemberRow<'_> {
        let (own, texts) = (&self.members[i], &self.texts);
        let place = own.place as usize;
        MemberRow {
            account: texts.account.at(place),
            referrer: texts.referrer.at(place),
            placement: texts.placement.at(place),
            identity: texts.identity.as_ref().map(|words| words.at(place)),
            joined: known(own.joined),
            mobile: texts.mobile.at(place),
            bank_card: texts.bank_card.at(place),
            paid: own.paid,
            exact: &[],
            file,
            row: self.numbers.at(place),
        }
    }

    /// The `i`-th row of a ledger.
    #[inline]
    pub fn entry(&self, i: usize, file: u32) -> LedgerRow<'_> {
        let own = &self.entries[i];
        let place = own.place as usize;
        LedgerRow {
            account: self.texts.account.at(place),
            class: own.class,
            amount: own.amount,
            time: known(own.time),
            serial: self.texts.serial.at(place),
            foreign: own.foreign,
            content: own.content,
            exact: &[],
            file,
            row: self.numbers.at(place),
        }
    }
}

/// Makes the rows of a batch: `columns` are those at the places `lean` of the file.
pub(super) fn made(
    columns: &[Column<'_>],
    lean: &[usize],
    count: usize,
    terms: &Terms,
    plan: &Plan,
    file: u32,
    numbers: Numbers,
) -> Result<Batch, String> {
    Ok(Maker::new(columns, lean, terms, plan, file, numbers)?.close(count))
}

struct Maker<'a> {
    terms: &'a Terms,
    plan: &'a Plan,
    numbers: Numbers,
    /// Columns of the ledger in the order of the fields, for rows without a serial number.
    in_order: Vec<&'a Column<'a>>,
    has_serial: bool,
    has_account: bool,
    amount: Option<&'a Column<'a>>,
    time: Option<&'a Column<'a>>,
    time_field: Field,
    /// Key columns held as doubles.
    doubles: Vec<(Field, &'a Column<'a>)>,
    /// Columns that are read as text: place in the file, texts.
    words: Vec<(usize, Words)>,
    /// The last cell of each that was found to hold no control character, where it was short.
    sound: Vec<u128>,
    /// Can a row repeat the headings?
    may_repeat_heading: bool,
    batch: Batch,
    members: Vec<Member>,
    entries: Vec<Entry>,
    kinds: Kinds,
    scratch: Vec<u8>,
}

impl<'a> Maker<'a> {
    fn new(
        columns: &'a [Column<'a>],
        lean: &[usize],
        terms: &'a Terms,
        plan: &'a Plan,
        file: u32,
        numbers: Numbers,
    ) -> Result<Maker<'a>, String> {
        let at = |field: Field| plan.fields[field as usize];
        let place = |field: Field| lean.iter().position(|&column| column == at(field));
        let column = |field: Field| place(field).map(|k| &columns[k]);
        let time_field = if terms.table == Table::Members { Field::Joined } else { Field::Time };
        let amount = column(Field::Amount).filter(|c| c.is_amount());
        let time = column(time_field).filter(|c| c.is_time());
        // Typed amounts and times need no text.
        let (typed_amount, typed_time) = (amount.and(place(Field::Amount)), time.and(place(time_field)));
        let texts = (0..lean.len()).filter(|&k| Some(k) != typed_amount && Some(k) != typed_time);
        let words = texts.map(|k| Ok((lean[k], Words::of(&columns[k])?)));
        let words: Vec<(usize, Words)> = words.collect::<Result<_, String>>()?;
        let is_double = |c: &&Column<'_>| matches!(c, Column::Double(_));
        let is_read = |column: usize| words.iter().any(|(at, _)| *at == column);
        let may_repeat_heading = !plan.headings.is_empty()
            && plan.headings.iter().enumerate().all(|(at, heading)| heading.is_empty() || is_read(at));
        Ok(Maker {
            terms,
            plan,
            numbers,
            in_order: LEDGER_FIELDS.iter().filter_map(|&field| column(field)).collect(),
            has_serial: terms.table == Table::Ledger && at(Field::Serial) != ABSENT,
            has_account: place(Field::Account).is_some(),
            amount,
            time,
            time_field,
            doubles: KEY_FIELDS.iter().filter_map(|&f| Some((f, column(f).filter(is_double)?))).collect(),
            sound: vec![0; words.len()],
            words,
            may_repeat_heading,
            batch: Batch { file, ..Batch::default() },
            members: Vec::new(),
            entries: Vec::new(),
            kinds: Kinds::default(),
            scratch: Vec::new(),
        })
    }

    fn words(&self, field: Field) -> Words {
        let at = self.plan.fields[field as usize];
        self.words
            .iter()
            .find(|(column, _)| *column == at)
            .map(|(_, words)| words.clone())
            .unwrap_or_default()
    }

    fn close(mut self, count: usize) -> Batch {
        match self.terms.table {
            Table::Members => self.members(count),
            Table::Ledger => self.entries(count),
        }
        let texts = match self.terms.table {
            Table::Ledger => Texts {
                account: self.words(Field::Account),
                serial: self.words(Field::Serial),
                ..Texts::default()
            },
            Table::Members => {
                let [account, referrer, placement, identity, _, _, mobile, bank_card] =
                    MEMBER_FIELDS.map(|field| self.words(field));
                let has_identity = self.plan.fields[Field::Identity as usize] != ABSENT;
                let identity = has_identity.then_some(identity);
                Texts { account, serial: Words::default(), referrer, placement, identity, mobile, bank_card }
            }
        };
        let lean = Lean { texts, numbers: self.numbers, members: self.members, entries: self.entries };
        Batch { kinds: self.kinds.close(), lean: Some(lean), ..self.batch }
    }

    fn reject(&mut self, place: usize, field: Option<Field>, value: String, reason: Reason) {
        self.batch.read += 1;
        let (file, row) = (self.batch.file, self.numbers.at(place));
        self.batch.rejected.push(Reject { file, row, field, value, reason });
    }

    /// Is the row at `place` one to take? One that is not has been rejected.
    #[inline]
    fn is_sound(&mut self, account: &Words, place: usize) -> bool {
        let mut words = self.words.iter().zip(&mut self.sound);
        if words.any(|((_, words), sound)| words.has_control(place, sound)) {
            self.reject(place, None, String::new(), Reason::ControlCharacter);
            return false;
        }
        let text = account.at(place);
        if text.is_empty() && self.has_account {
            self.reject(place, Some(Field::Account), String::new(), Reason::BlankAccount);
        } else if self.may_repeat_heading && self.repeats_heading(place) {
            self.reject(place, None, String::new(), Reason::RepeatedHeading);
        } else if let Some(field) = self.digits_lost(place) {
            let value = field.shown(self.words(field).at(place));
            self.reject(place, Some(field), value, Reason::DigitsLost);
        } else if self.has_account && is_blank_account(text.as_bytes()) {
            self.reject(place, Some(Field::Account), text.to_owned(), Reason::BlankAccount);
        } else {
            return true;
        }
        false
    }

    fn repeats_heading(&self, place: usize) -> bool {
        let cell = |at: usize| self.words.iter().find(|(column, _)| *column == at);
        let headings = self.plan.headings.iter().enumerate();
        headings.into_iter().all(|(at, heading)| cell(at).map_or("", |(_, words)| words.at(place)) == heading)
    }

    fn digits_lost(&self, place: usize) -> Option<Field> {
        let is_lost = |c: &Column<'_>| matches!(c, Column::Double(a) if a.is_valid(place) && a.value(place).abs() >= WHOLE_DOUBLE_MAX);
        self.doubles.iter().find(|(_, column)| is_lost(column)).map(|(field, _)| *field)
    }

    /// The time of a row; one that cannot be read is noted.
    #[inline]
    fn time(&mut self, words: &Words, place: usize) -> Micros {
        if let Some(column) = self.time {
            return column.time(place, self.terms).unwrap_or(NO_TIME);
        }
        let cell = words.at(place);
        if cell.is_empty() {
            return NO_TIME;
        }
        let time = self.terms.zone.instant(cell.as_bytes());
        if time.is_none() && !is_blank(cell) {
            let (file, row, field) = (self.batch.file, self.numbers.at(place), self.time_field);
            let (value, reason) = (field.shown(cell), Reason::BadTime);
            self.batch.bad_times.push(Reject { file, row, field: Some(field), value, reason });
        }
        time.unwrap_or(NO_TIME)
    }

    fn members(&mut self, count: usize) {
        let (account, joined) = (self.words(Field::Account), self.words(Field::Joined));
        let paid = self.words(Field::Paid);
        let mut flags = Seen::default();
        self.members.reserve_exact(count);
        for place in 0..count {
            if !self.is_sound(&account, place) {
                continue;
            }
            let joined = self.time(&joined, place);
            let paid = flags.get(&paid, place, |word| self.terms.is_paid(word));
            self.batch.read += 1;
            self.members.push(Member { place: place as u32, paid, joined });
        }
    }

    fn entries(&mut self, count: usize) {
        let (account, serial) = (self.words(Field::Account), self.words(Field::Serial));
        let (amounts, times) = (self.words(Field::Amount), self.words(Field::Time));
        let (kinds, currencies) = (self.words(Field::Kind), self.words(Field::Currency));
        let (mut kind_places, mut foreign) = (Seen::default(), Seen::default());
        self.entries.reserve_exact(count);
        for place in 0..count {
            if !self.is_sound(&account, place) {
                continue;
            }
            let content = match self.has_serial && serial.at(place).is_empty() {
                true => self.content(place),
                false => 0,
            };
            let amount = match self.amount {
                Some(column) => column.amount(place),
                None => values::amount(amounts.at(place).as_bytes()),
            };
            let Some(amount) = amount else {
                let value = Field::Amount.shown(amounts.at(place));
                self.reject(place, Some(Field::Amount), value, Reason::BadAmount);
                continue;
            };
            let row = self.numbers.at(place);
            let kind = kind_places.get(&kinds, place, |word| self.kinds.place(word, row, self.terms));
            let Some(class) = self.kinds.count(kind) else { continue };
            let time = self.time(&times, place);
            let foreign = foreign.get(&currencies, place, |word| self.terms.is_foreign(word));
            self.batch.read += 1;
            self.entries.push(Entry { place: place as u32, class, foreign, amount, time, content });
        }
    }

    /// Without a serial number, all that was read makes the fingerprint, written alike whatever the types and the
    /// order of the columns.
    fn content(&mut self, place: usize) -> u64 {
        self.scratch.clear();
        for column in &self.in_order {
            column.push(place, &mut self.scratch);
            self.scratch.push(SEPARATOR);
        }
        xxh3_64(&self.scratch)
    }
}
