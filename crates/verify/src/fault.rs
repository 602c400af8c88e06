//! What can be wrong with a log, each with a sentence in Chinese and in English.

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry, or the instant of its link, is not what was chained.
    Entry {
        /// Number of the link.
        seq: i64,
        /// Id of the entry.
        id: String,
    },
    /// The hash of the link was changed: with the one before and its entry it should be another, and the next link
    /// builds on that.
    Link {
        /// Number of the link.
        seq: i64,
    },
    /// Links are missing.
    Gap {
        /// The last number before; 0 when the first links are missing.
        after: i64,
        /// The next number there is.
        next: i64,
    },
    /// A number comes again, or backwards.
    Order {
        /// Number of the link.
        seq: i64,
    },
    /// The entry of a link is missing.
    MissingEntry {
        /// Number of the link.
        seq: i64,
        /// Id of the entry.
        id: String,
    },
    /// An entry has no link and does not wait for one: it was put in, or its link taken out, past the program.
    Unlinked {
        /// Id of the entry.
        id: String,
        /// When it says that it was made, microseconds since 1970 UTC.
        at: i64,
    },
    /// An entry waits for a link and has one: the queue was changed past the program.
    WaitsTwice {
        /// Id of the entry.
        id: String,
    },
    /// The chain is not the one of which a head was kept.
    Head {
        /// Number of the head that was kept.
        seq: i64,
        /// What stands there now; none when the chain ends before or has a gap there.
        found: Option<String>,
    },
    /// The exported file is damaged.
    File {
        /// Which line, from 1.
        line: u64,
        /// What is wrong.
        what: Damage,
    },
}

/// How an exported file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The line is none that the program writes.
    Unreadable,
    /// The first line is no header of an export.
    Header,
    /// The header names another head than the last link.
    HeadDiffers,
    /// The header names another number of links.
    Count,
    /// The last line is missing: the file is cut off.
    CutOff,
    /// The bytes are not those of which the last line has the SHA-256.
    Sum,
    /// Something stands behind the last line.
    Behind,
}

impl Damage {
    fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Damage::Unreadable => ("无法识别", "is none that the program writes"),
            Damage::Header => ("不是审计日志导出文件的首行", "is no header of an exported audit log"),
            Damage::HeadDiffers => ("首行所记链头与末条记录不符", "names another head than the last link"),
            Damage::Count => ("首行所记条数与文件不符", "names another number of links than the file holds"),
            Damage::CutOff => ("文件不完整，缺少末行", "comes before the end: the file is cut off"),
            Damage::Sum => ("文件内容与末行所记SHA-256不符", "names another SHA-256 than the file has"),
            Damage::Behind => ("末行之后另有内容", "stands behind the end"),
        }
    }
}

impl Fault {
    /// A stable word, for machines and as part of a text key.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Entry { .. } => "entry",
            Fault::Link { .. } => "link",
            Fault::Gap { .. } => "gap",
            Fault::Order { .. } => "order",
            Fault::MissingEntry { .. } => "missing_entry",
            Fault::Unlinked { .. } => "unlinked",
            Fault::WaitsTwice { .. } => "waits_twice",
            Fault::Head { .. } => "head",
            Fault::File { .. } => "file",
        }
    }

    /// Number of the link it is about, or, before a gap, of the last one that is there.
    pub fn seq(&self) -> Option<i64> {
        match self {
            Fault::Entry { seq, .. }
            | Fault::Link { seq }
            | Fault::Order { seq }
            | Fault::MissingEntry { seq, .. }
            | Fault::Head { seq, .. } => Some(*seq),
            Fault::Gap { after, .. } => Some(*after),
            Fault::Unlinked { .. } | Fault::WaitsTwice { .. } | Fault::File { .. } => None,
        }
    }

    /// In Chinese.
    pub fn zh(&self) -> String {
        match self {
            Fault::Entry { seq, id } => format!("第{seq}条：记录内容或入链时间已被改动（{id}）"),
            Fault::Link { seq } => format!("第{seq}条：链值已被改动"),
            Fault::Gap { after, next } => format!("第{after}条之后缺失，下一条为第{next}条"),
            Fault::Order { seq } => format!("第{seq}条：序号重复或倒序"),
            Fault::MissingEntry { seq, id } => format!(
                "第{seq}条：记录缺失{}",
                if id.is_empty() { String::new() } else { format!("（{id}）") }
            ),
            Fault::Unlinked { id, .. } => format!("记录不在链中，也不在待入链之列（{id}）"),
            Fault::WaitsTwice { id } => format!("记录已在链中，却仍列为待入链（{id}）"),
            Fault::Head { seq, found: None } => format!("第{seq}条：留存过的链头，现已不存在"),
            Fault::Head { seq, .. } => format!("第{seq}条：与留存的链头不符"),
            Fault::File { line, what } => format!("第{line}行：{}", what.sentences().0),
        }
    }

    /// In English.
    pub fn en(&self) -> String {
        match self {
            Fault::Entry { seq, id } => format!("link {seq}: the entry or its instant was changed ({id})"),
            Fault::Link { seq } => format!("link {seq}: its hash was changed"),
            Fault::Gap { after, next } => format!("after link {after} links are missing; the next is {next}"),
            Fault::Order { seq } => format!("link {seq}: the number comes again or backwards"),
            Fault::MissingEntry { seq, id } => format!(
                "link {seq}: its entry is missing{}",
                if id.is_empty() { String::new() } else { format!(" ({id})") }
            ),
            Fault::Unlinked { id, .. } => format!("an entry is neither linked nor waiting ({id})"),
            Fault::WaitsTwice { id } => format!("an entry is linked and still waiting ({id})"),
            Fault::Head { seq, found: None } => format!("link {seq}: a kept head that exists no longer"),
            Fault::Head { seq, .. } => format!("link {seq}: differs from a kept head"),
            Fault::File { line, what } => format!("line {line} {}", what.sentences().1),
        }
    }
}
