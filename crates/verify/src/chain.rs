//! The check of a chain, link after link.
//!
//! A link whose hash does not fit is judged by the next one: where that builds on the stored hash, the entry was
//! changed; where it builds on the hash that should stand there, the link was. So one change is one fault, and what
//! follows is checked as well. Memory: the faults that are shown, and the kept heads.

use crate::fault::Fault;
use crate::record::{Head, Link, Record, START, hash};
use std::collections::BTreeMap;

/// How many faults are told one by one; all are counted.
pub const SHOWN: usize = 100;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Links there are.
    pub links: i64,
    /// The last of them.
    pub head: Head,
    /// The first [`SHOWN`] faults.
    pub faults: Vec<Fault>,
    /// Faults in all.
    pub faults_total: u64,
    /// Kept heads that the chain was held against.
    pub heads: u64,
}

impl Report {
    /// Is nothing wrong?
    pub fn is_good(&self) -> bool {
        self.faults_total == 0
    }

    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.faults_total += 1;
        if self.faults.len() < SHOWN {
            self.faults.push(fault);
        }
    }
}

/// Checks a chain; links come in the order of their numbers.
#[derive(Debug)]
pub struct Checker {
    report: Report,
    heads: BTreeMap<i64, String>,
    /// Of a last link that did not fit: id of its entry, and the hash that should stand there.
    doubtful: Option<(String, String)>,
    /// Can the next link be held against the last?
    is_known: bool,
}

impl Checker {
    /// A chain that is to agree with heads that were kept elsewhere.
    pub fn new(heads: &[Head]) -> Checker {
        let mut checker = Checker {
            report: Report {
                links: 0,
                head: Head::start(),
                faults: Vec::new(),
                faults_total: 0,
                heads: heads.len() as u64,
            },
            heads: BTreeMap::new(),
            doubtful: None,
            is_known: true,
        };
        for head in heads {
            match checker.heads.get(&head.seq) {
                // Two kept heads contradict each other, or one is none: no chain can agree with both.
                Some(other) if *other != head.hash => checker.disagree(head),
                _ if head.seq <= 0 && head.hash != START => checker.disagree(head),
                _ if head.seq > 0 => drop(checker.heads.insert(head.seq, head.hash.clone())),
                _ => {}
            }
        }
        checker
    }

    fn disagree(&mut self, head: &Head) {
        self.report.add(Fault::Head { seq: head.seq, found: None });
    }

    /// The next link and its entry; none when the entry is missing.
    pub fn link(&mut self, link: &Link, record: Option<&Record>) {
        let last = self.report.head.seq;
        self.report.links += 1;
        if link.seq <= last {
            self.settle();
            self.report.add(Fault::Order { seq: link.seq });
            self.is_known = false;
            return;
        }
        self.gap(last, link);
        match record {
            None => {
                self.settle();
                // What is missing is told once, by its link; the link's own hash cannot be judged.
                self.report.add(Fault::MissingEntry { seq: link.seq, id: String::new() });
            }
            Some(record) => self.fit(link, record),
        }
        self.report.head = Head { seq: link.seq, hash: link.hash.clone(), at: link.linked_at };
        self.is_known = true;
    }

    /// As [`Checker::link`] for an entry that is missing but whose id is known.
    pub fn missing(&mut self, link: &Link, id: &str) {
        let shown = self.report.faults.len();
        self.link(link, None);
        for fault in &mut self.report.faults[shown..] {
            if let Fault::MissingEntry { id: unknown, .. } = fault {
                *unknown = id.to_owned();
            }
        }
    }

    /// Are numbers missing before this link? Kept heads among them are gone.
    fn gap(&mut self, last: i64, link: &Link) {
        if link.seq > last + 1 {
            self.settle();
            self.report.add(Fault::Gap { after: last, next: link.seq });
            self.is_known = false;
        }
        while let Some(head) = self.heads.first_entry().filter(|head| *head.key() < link.seq) {
            let seq = *head.key();
            head.remove();
            self.report.add(Fault::Head { seq, found: None });
        }
        if let Some(kept) = self.heads.remove(&link.seq)
            && kept != link.hash
        {
            self.report.add(Fault::Head { seq: link.seq, found: Some(link.hash.clone()) });
        }
    }

    fn fit(&mut self, link: &Link, record: &Record) {
        if !self.is_known {
            // Nothing to hold it against; what broke is told already.
            return self.settle();
        }
        let canonical = record.canonical();
        let of = |previous: &str| hash(previous, link.seq, link.linked_at, &canonical);
        let should = of(&self.report.head.hash);
        if should == link.hash {
            return self.settle();
        }
        if let Some((_, previous)) = self.doubtful.take_if(|(_, previous)| of(previous) == link.hash) {
            debug_assert_ne!(previous, self.report.head.hash);
            return self.report.add(Fault::Link { seq: self.report.head.seq });
        }
        self.settle();
        self.doubtful = Some((record.id.clone(), should));
    }

    /// A last link that did not fit, and nothing shows that its hash was changed: its entry was.
    fn settle(&mut self) {
        if let Some((id, _)) = self.doubtful.take() {
            self.report.add(Fault::Entry { seq: self.report.head.seq, id });
        }
    }

    /// The end of the chain.
    pub fn finish(mut self) -> Report {
        self.settle();
        for seq in std::mem::take(&mut self.heads).into_keys() {
            self.report.add(Fault::Head { seq, found: None });
        }
        self.report
    }
}

#[cfg(test)]
mod tests;
