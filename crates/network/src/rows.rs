//! What goes in: member rows and ledger rows, trimmed and typed.

pub use mingjing_model::money::Fen;
pub use mingjing_model::time::{Day, Micros};

/// One row of a member table. Texts are trimmed and otherwise as given; `""` where the row holds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MemberRow<'a> {
    /// Account number, never empty (a row without one is rejected before).
    pub account: &'a str,
    /// Account number of the referrer, a blank token, or empty.
    pub referrer: &'a str,
    /// The same for the placement parent (接点人).
    pub placement: &'a str,
    /// Raw identity number; `None` when the table has no such column.
    pub identity: Option<&'a str>,
    /// Join time, if it could be read.
    pub joined: Option<Micros>,
    /// Phone, for candidates only.
    pub mobile: &'a str,
    /// Bank card, for candidates only.
    pub bank_card: &'a str,
    /// The paid flag, if the table has one and it could be read.
    pub paid: Option<bool>,
    /// The row itself: every field after trimming, joined by U+001F. Filled in an exact pass only.
    pub exact: &'a [u8],
    /// Which of the inputs, from 0.
    pub file: u32,
    /// Row number in that file, as the reader numbers it.
    pub row: u64,
}

/// The class of a ledger kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// 充值, 付款: cash that comes in.
    Topup,
    /// 入会费, 报单, 购买.
    Order,
    /// 奖金, 佣金, 返利, 分红.
    Bonus,
    /// 提现, 出金.
    Out,
    /// Orders or fees paid from bonus or wallet.
    Internal,
    /// Between accounts.
    Transfer,
    /// Takes another row back; linked to it by the serial number.
    Reversal,
}

impl Class {
    /// All classes in their numbering order.
    pub const ALL: [Class; 7] = [
        Class::Topup,
        Class::Order,
        Class::Bonus,
        Class::Out,
        Class::Internal,
        Class::Transfer,
        Class::Reversal,
    ];
    /// The name used in mapping files and results.
    pub fn name(self) -> &'static str {
        ["topup", "order", "bonus", "out", "internal", "transfer", "reversal"][self as usize]
    }
}

/// One row of a ledger whose amount could be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LedgerRow<'a> {
    /// Account number; never empty.
    pub account: &'a str,
    /// Class of its kind.
    pub class: Class,
    /// Amount in fen, sign as given.
    pub amount: Fen,
    /// Time, if it could be read.
    pub time: Option<Micros>,
    /// Serial number, or `""`.
    pub serial: &'a str,
    /// Is the currency another than CNY?
    pub foreign: bool,
    /// Fingerprint of the row where it has no serial number: equal rows have equal ones, others rarely do.
    pub content: u64,
    /// The row itself: every field after trimming, joined by U+001F. Filled in an exact pass only.
    pub exact: &'a [u8],
    /// Which of the inputs, from 0.
    pub file: u32,
    /// Row number in that file.
    pub row: u64,
}
