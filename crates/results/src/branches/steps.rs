//! Opening the tree step by step: the children of one account, a page at a time, single lines passed over.

use super::{Branches, Node};
use crate::Error;

/// How far a single line is followed at once.
const LINE_MAX: u32 = 100_000;

/// A child as it is shown: where a line of single children begins, its far end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The account shown.
    pub node: Node,
    /// Accounts passed over between the parent and this one, each with one child alone.
    pub passed: u32,
}

/// Some children of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Widest first.
    pub steps: Vec<Step>,
    /// Children behind these.
    pub left: u32,
    /// The child behind which the next page goes on; `None`: there is no more.
    pub last: Option<String>,
}

impl Branches {
    /// Children of an account, or the roots where there is none, widest first, behind the child `after`, at most
    /// `limit`. Reads as much as it gives, and the single lines it passes.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; damaged file, or the system refuses.
    pub fn steps(&self, parent: Option<&str>, after: Option<&str>, limit: usize) -> Result<Steps, Error> {
        let parent = parent.map(|account| self.known(account)).transpose()?;
        let (first, end, total) = match &parent {
            Some(node) => (node.place + 1, self.end(node)?, node.directs),
            None => (0, self.header.nodes, self.header.roots),
        };
        let mut place = match after {
            None => first,
            Some(account) => {
                let before = self.known(account)?;
                if before.place < first || before.place >= end {
                    return Err(Error::UnknownAccount(account.to_owned()));
                }
                self.end(&before)?
            }
        };
        let (mut steps, mut last) = (Vec::new(), None);
        while steps.len() < limit && place < end {
            let child = self.node(place)?;
            place = self.end(&child)?;
            last = Some(child.account.clone());
            steps.push(self.end_of_line(child)?);
        }
        let behind =
            if place < end { self.siblings_left(place, end, total, &steps, after.is_some())? } else { 0 };
        Ok(Steps { steps, left: behind, last: last.filter(|_| place < end) })
    }

    /// How many children stand from `place` on: told by the number of children on a first page, else counted up to
    /// a bound, because children are not numbered.
    fn siblings_left(
        &self,
        mut place: u32,
        end: u32,
        total: u32,
        steps: &[Step],
        is_later: bool,
    ) -> Result<u32, Error> {
        if !is_later {
            return Ok(total.saturating_sub(steps.len() as u32));
        }
        let mut left = 0;
        while place < end && left < LINE_MAX {
            place = self.end(&self.node(place)?)?;
            left += 1;
        }
        Ok(left)
    }

    /// Follows a line of single children down to where it branches or ends.
    fn end_of_line(&self, mut node: Node) -> Result<Step, Error> {
        let mut passed = 0;
        while node.directs == 1 && passed < LINE_MAX {
            node = self.node(node.place + 1)?;
            passed += 1;
        }
        Ok(Step { node, passed })
    }
}
