//! Why each finding is one, in words: what the row is and how it was treated.

/// The words of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Key of the finding.
    pub key: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

const fn says(key: &'static str, zh: &'static str, en: &'static str) -> Reason {
    Reason { key, zh, en }
}

/// The words for a key.
pub fn reason(key: &str) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.key == key)
}

/// All words, in the order of the counting rules.
pub static REASONS: [Reason; 28] = [
    says(
        "duplicate_rows",
        "与前面某行各栏均相同，只计一次",
        "equal in every field to an earlier row: counted once",
    ),
    says(
        "conflicting_accounts",
        "同一账号有内容不同的多行，以本行为准",
        "the account has rows of different content: this row is the one kept",
    ),
    says(
        "superseded_rows",
        "同一账号的另一行被采用，本行列明不计",
        "another row of the same account is kept: this one is listed, not counted",
    ),
    says(
        "unknown_referrers",
        "推荐人不在会员表中，按顶层账号计",
        "the referrer is not in the member table: counted as a root",
    ),
    says(
        "self_referrals",
        "推荐人是账号本身，按顶层账号计",
        "the account refers to itself: counted as a root",
    ),
    says(
        "cycles",
        "推荐关系成环，在此账号处断开，按顶层账号计",
        "the referrals form a cycle: opened at this account, which is counted as a root",
    ),
    says("accounts_in_cycles", "账号处于推荐关系的环上", "the account stands on a cycle of referrals"),
    says(
        "joined_before_referrer",
        "加入时间早于推荐人，关系保留",
        "joined before its referrer: the relation is kept",
    ),
    says(
        "unknown_placements",
        "接点人不在会员表中，按顶层账号计",
        "the placement parent is not in the member table: counted as a root",
    ),
    says(
        "self_placements",
        "接点人是账号本身，按顶层账号计",
        "the account is placed below itself: counted as a root",
    ),
    says(
        "placement_cycles",
        "接点关系成环，在此账号处断开，按顶层账号计",
        "the placements form a cycle: opened at this account, which is counted as a root",
    ),
    says(
        "accounts_in_placement_cycles",
        "账号处于接点关系的环上",
        "the account stands on a cycle of placements",
    ),
    says(
        "unusable_identities",
        "证件号码为空或明显无效，该账号单独计为一人",
        "the identity number is blank or plainly invalid: the account is its own person",
    ),
    says(
        "identities_with_bad_check",
        "证件号码校验位不符，仍按相同号码归为一人",
        "the check character of the identity number is wrong: equal numbers are still one person",
    ),
    says(
        "orphan_ledger_rows",
        "流水所属账号不在会员表中，不计入任何范围入金，另行合计",
        "the account of the ledger row is not in the member table: in no team sum, summed apart",
    ),
    says("orphan_amount", "账号不在会员表中的流水金额合计", "sum of ledger rows of unknown accounts"),
    says(
        "duplicate_ledger_rows",
        "流水号及各栏均与前面某行相同，只计一次",
        "serial number and all fields equal an earlier row: counted once",
    ),
    says(
        "conflicting_serials",
        "同一流水号内容不同，分别计算",
        "the serial number occurs with other content: the rows are counted apart",
    ),
    says(
        "possible_duplicate_ledger_rows",
        "无流水号且各栏与前面某行相同，保留并计算",
        "no serial number and equal to an earlier row: kept and counted",
    ),
    says(
        "negative_amounts",
        "非冲正流水的金额为负，单列不计",
        "a negative amount outside reversals: kept apart, in no sum",
    ),
    says("reversals", "冲正流水", "a reversal"),
    says(
        "unlinked_reversals",
        "冲正流水找不到对应的原流水",
        "a reversal whose original row is not found by its serial number",
    ),
    says(
        "other_currency_rows",
        "币种不是人民币，单列，不与人民币相加",
        "another currency than CNY: kept apart, never added across",
    ),
    says("system_accounts", "申报为公司、测试或系统账号", "declared as a company, test or system account"),
    says(
        "referrer_after_cutoff",
        "推荐人在截止日之后加入，按顶层账号计",
        "the referrer joined after the cut-off day: counted as a root",
    ),
    says("rejected_rows", "该行无法采用，未计", "the row cannot be used: rejected"),
    says("bad_amounts", "金额无法识别，该行不计", "the amount cannot be read: the row is rejected"),
    says("bad_times", "时间无法识别，按时间不明计", "the time cannot be read: kept as unknown"),
];
