//! The branch index `branches.idx`: any branch of the counted tree, read at once from a cold start.
//!
//! Nodes stand in pre-order, siblings widest first (accounts in the subtree falling, then account number), so the
//! children of a node are read in the order in which they are shown, each one subtree after the one before, and
//! reading stops where showing stops. Fixed records are read by offset: nothing is loaded, mapped or cached.
//!
//! Layout, little-endian: a header of 64 bytes (`MJBRANCH`, version, bytes of a record, nodes, roots, bytes of
//! long texts, is there money), the records, the place of each account in the order of the account numbers
//! (`u32`), the texts of more than 15 bytes. The length of the file follows from the header and is checked.
//!
//! It knows positions and figures, and holds no identity, name, phone or card.

mod build;
mod format;
mod steps;

pub use build::write;
pub use steps::{Step, Steps};

use crate::Error;
use format::{HEADER_BYTES, Header, RECORD_BYTES, Record};
use mingjing_network::rows::Fen;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Name of the file.
pub const BRANCHES: &str = "branches.idx";
/// The most nodes a branch is given with.
pub const NODES_MAX: usize = 2_000;

/// One account in its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Account number.
    pub account: String,
    /// Running number of the person, from 1.
    pub person: u32,
    /// Root = 1.
    pub depth: u32,
    /// Children.
    pub directs: u32,
    /// Accounts in the subtree, this one included.
    pub accounts: u32,
    /// Distinct persons in the subtree.
    pub persons: u32,
    /// 1 + the longest way down.
    pub levels: u32,
    /// Money in of the subtree, fen; `None` without a ledger.
    pub team_paid_in: Option<Fen>,
    place: u32,
    parent: u32,
}

/// A node of a branch as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The account.
    pub node: Node,
    /// Level within the branch; its top has 1.
    pub level: u32,
    /// Index in [`Branch::nodes`] of the node above; `None` for the top.
    pub above: Option<usize>,
    /// How many of its children are shown: the widest.
    pub directs_shown: u32,
}

impl Shown {
    /// Children that are not shown, each at most as wide as those that are.
    pub fn directs_left_out(&self) -> u32 {
        self.node.directs.saturating_sub(self.directs_shown)
    }
}

/// A branch: a top and the widest nodes below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// In pre-order, siblings widest first.
    pub nodes: Vec<Shown>,
}

/// The index of a result directory, opened.
#[derive(Debug)]
pub struct Branches {
    path: PathBuf,
    file: File,
    header: Header,
}

impl Branches {
    /// Opens the index of a result directory.
    ///
    /// # Errors
    /// The file is missing, damaged, cut short or of another version; the system refuses.
    pub fn open(dir: &Path) -> Result<Branches, Error> {
        let (path, file) = crate::open(dir, BRANCHES)?;
        let length = file.metadata().map_err(|e| Error::io(&path, "look at", e))?.len();
        let mut bytes = [0u8; HEADER_BYTES];
        if length >= HEADER_BYTES as u64 {
            file.read_exact_at(&mut bytes, 0).map_err(|e| Error::io(&path, "read", e))?;
        }
        let header = Header::read(&bytes).map_err(|what| Error::broken(&path, what))?;
        if header.file_bytes() != Some(length) {
            return Err(Error::broken(&path, format!("has {length} bytes, not what its header says")));
        }
        Ok(Branches { path, file, header })
    }

    /// How many accounts.
    pub fn accounts(&self) -> u32 {
        self.header.nodes
    }

    /// How many roots.
    pub fn roots_total(&self) -> u32 {
        self.header.roots
    }

    /// The widest roots, at most `limit`.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn roots(&self, limit: usize) -> Result<Vec<Node>, Error> {
        let (mut roots, mut place) = (Vec::new(), 0);
        while roots.len() < limit && place < self.header.nodes {
            let root = self.node(place)?;
            place = self.end(&root)?;
            roots.push(root);
        }
        Ok(roots)
    }

    /// The account with that number, compared as given.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn find(&self, account: &str) -> Result<Option<Node>, Error> {
        let (mut low, mut high) = (0, self.header.nodes);
        while low < high {
            let middle = low + (high - low) / 2;
            let node = self.node(self.place_of(middle)?)?;
            match node.account.as_str().cmp(account) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(Some(node)),
            }
        }
        Ok(None)
    }

    /// The branch below an account, its own level included: of all nodes on the first `levels` levels the
    /// `nodes_max` widest (at most [`NODES_MAX`]), so that of every node the widest children are shown.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; damaged file, or the system refuses.
    pub fn branch(&self, account: &str, levels: u32, nodes_max: usize) -> Result<Branch, Error> {
        let top = self.known(account)?;
        let (nodes_max, top_depth, top_place) = (nodes_max.min(NODES_MAX), top.depth, top.place);
        // Widest first; of equals the one that stands first. A child is never wider than its parent.
        let mut next = BinaryHeap::from([(top.accounts, Reverse(top.place))]);
        let mut waiting = std::collections::HashMap::from([(top.place, (top, u32::MAX))]);
        let mut taken: Vec<Node> = Vec::new();
        while let Some((_, Reverse(place))) = next.pop() {
            if taken.len() == nodes_max {
                break;
            }
            let Some((node, sibling_end)) = waiting.remove(&place) else { continue };
            let end = self.end(&node)?;
            let mut candidate = |place: u32, end: u32| -> Result<(), Error> {
                if place < end {
                    let node = self.node(place)?;
                    if self.end(&node)? > end {
                        return Err(Error::broken(&self.path, format!("node {place} reaches too far")));
                    }
                    next.push((node.accounts, Reverse(place)));
                    waiting.insert(place, (node, end));
                }
                Ok(())
            };
            if node.depth.saturating_sub(top_depth) < levels.saturating_sub(1) {
                candidate(place + 1, end)?;
            }
            if place != top_place {
                candidate(end, sibling_end)?;
            }
            taken.push(node);
        }
        taken.sort_by_key(|node| node.place);
        Ok(outlined(taken))
    }

    /// The way from an account up to its root, the account first; at most `limit` of the `depth` nodes.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; damaged file, or the system refuses.
    pub fn way_up(&self, account: &str, limit: usize) -> Result<Vec<Node>, Error> {
        let mut way = vec![self.known(account)?];
        while way.len() < limit {
            let node = &way[way.len() - 1];
            if node.parent == format::NO_PARENT {
                break;
            }
            if node.parent >= node.place {
                return Err(Error::broken(
                    &self.path,
                    format!("node {} stands before its parent", node.place),
                ));
            }
            way.push(self.node(node.parent)?);
        }
        way.truncate(limit);
        Ok(way)
    }

    fn known(&self, account: &str) -> Result<Node, Error> {
        self.find(account)?.ok_or_else(|| Error::UnknownAccount(account.to_owned()))
    }

    /// The place behind the subtree.
    fn end(&self, node: &Node) -> Result<u32, Error> {
        let end = node.place.checked_add(node.accounts).filter(|&end| end <= self.header.nodes);
        end.filter(|_| node.accounts > 0)
            .ok_or_else(|| Error::broken(&self.path, format!("node {} reaches too far", node.place)))
    }

    fn place_of(&self, account: u32) -> Result<u32, Error> {
        let mut bytes = [0u8; 4];
        self.read(&mut bytes, self.header.places_at() + u64::from(account) * 4)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn node(&self, place: u32) -> Result<Node, Error> {
        let broken = |what: &str| Error::broken(&self.path, format!("node {place} {what}"));
        if place >= self.header.nodes {
            return Err(broken("does not exist"));
        }
        let mut bytes = [0u8; RECORD_BYTES];
        self.read(&mut bytes, self.header.record_at(place))?;
        let record = Record::read(&bytes);
        let text = match record.text.held() {
            Ok(text) => text.to_vec(),
            Err((offset, length)) => {
                let end = offset.checked_add(u64::from(length));
                if end.is_none_or(|end| end > self.header.text_bytes) {
                    return Err(broken("has its number outside the file"));
                }
                let mut text = vec![0u8; length as usize];
                self.read(&mut text, self.header.texts_at() + offset)?;
                text
            }
        };
        Ok(Node {
            account: String::from_utf8(text).map_err(|_| broken("has a number that is no text"))?,
            person: record.person,
            depth: record.depth,
            directs: record.directs,
            accounts: record.accounts,
            persons: record.persons,
            levels: record.levels,
            team_paid_in: self.header.has_money.then_some(record.team_paid_in),
            place,
            parent: record.parent,
        })
    }

    fn read(&self, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
        self.file.read_exact_at(bytes, offset).map_err(|e| Error::io(&self.path, "read", e))
    }
}

/// Nodes in pre-order, closed upwards below the first, with what is above and shown below each.
fn outlined(taken: Vec<Node>) -> Branch {
    let mut nodes: Vec<Shown> = Vec::with_capacity(taken.len());
    let mut way: Vec<usize> = Vec::new();
    for node in taken {
        while way.last().is_some_and(|&above| nodes[above].node.place != node.parent) {
            way.pop();
        }
        let above = way.last().copied();
        if let Some(above) = above {
            nodes[above].directs_shown += 1;
        }
        way.push(nodes.len());
        nodes.push(Shown { level: way.len() as u32, above, directs_shown: 0, node });
    }
    Branch { nodes }
}
