//! Rows of the member table in the order of their account numbers as text, the first row of each.
//!
//! A table that is in order costs one look. In one that nearly is, a few rows out of place are sorted and merged
//! with the others; else all rows are. Memory: 4 bytes a row and 16 a row that is sorted.

use crate::keys::{Key, Texts};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;

/// The order.
#[derive(Default)]
pub(crate) struct Order {
    /// Rows that stand for their accounts; `None`: all, as they stand.
    pub rows: Option<Vec<u32>>,
    /// Accounts with several rows, with the first.
    pub repeated: HashMap<Key, u32>,
}

/// A row that is greater than the one this much later is out of place itself, not all that follow.
const LOOK_AHEAD: usize = 64;

type Placed = (Key, u32);

impl Order {
    /// Of rows with these account numbers.
    pub fn of(keys: &[Key], texts: &Texts) -> Order {
        let is_rising = |pair: &[Key]| texts.compare(pair[0], pair[1]).is_lt();
        if keys.par_windows(2).all(is_rising) {
            return Order::default();
        }
        let (mut rising, mut others) = divided(keys, texts);
        if others.len() > rising.len() {
            others.extend(rising.drain(..).map(|row| (keys[row as usize], row)));
        }
        others.par_sort_unstable_by(|a, b| compare(texts, a, b));
        let mut order = Order { rows: None, repeated: HashMap::new() };
        order.rows = Some(order.merged(keys, texts, &rising, &others));
        order
    }

    /// One list of both, without further rows of an account, which are noted.
    fn merged(&mut self, keys: &[Key], texts: &Texts, rising: &[u32], others: &[Placed]) -> Vec<u32> {
        let mut rows: Vec<u32> = Vec::with_capacity(rising.len() + others.len());
        let mut rising = rising.iter().map(|&row| (keys[row as usize], row)).peekable();
        let mut others = others.iter().copied().peekable();
        loop {
            let next = match (rising.peek(), others.peek()) {
                (Some(a), Some(b)) if compare(texts, a, b).is_lt() => rising.next(),
                (_, Some(_)) => others.next(),
                _ => rising.next(),
            };
            let Some((key, row)) = next else { return rows };
            match rows.last() {
                Some(&first) if keys[first as usize] == key => _ = self.repeated.insert(key, first),
                _ => rows.push(row),
            }
        }
    }
}

fn compare(texts: &Texts, a: &Placed, b: &Placed) -> Ordering {
    texts.compare(a.0, b.0).then(a.1.cmp(&b.1))
}

/// Rows that rise, and the others.
fn divided(keys: &[Key], texts: &Texts) -> (Vec<u32>, Vec<Placed>) {
    let (mut rising, mut others) = (Vec::with_capacity(keys.len()), Vec::new());
    let mut most: Option<Key> = None;
    for (&key, row) in keys.iter().zip(0u32..) {
        let rises = most.is_none_or(|most| texts.compare(most, key).is_lt());
        let later = keys[(row as usize + LOOK_AHEAD).min(keys.len() - 1)];
        match rises && texts.compare(key, later).is_le() {
            true => {
                rising.push(row);
                most = Some(key);
            }
            false => others.push((key, row)),
        }
    }
    (rising, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain way: the first row of each text, by text.
    fn check(list: &[String]) -> Order {
        let mut texts = Texts::default();
        let keys: Vec<Key> = list.iter().map(|text| texts.key(text)).collect();
        let order = Order::of(&keys, &texts);
        let mut plain: Vec<u32> = (0..list.len() as u32).collect();
        plain.sort_by_key(|&row| &list[row as usize]);
        plain.dedup_by_key(|row| &list[*row as usize]);
        assert_eq!(order.rows.clone().unwrap_or_else(|| (0..list.len() as u32).collect()), plain);
        for (row, text) in list.iter().enumerate() {
            let same: Vec<usize> = (0..list.len()).filter(|&other| list[other] == *text).collect();
            let noted = order.repeated.get(&keys[row]).map(|&first| first as usize);
            assert_eq!(noted, (same.len() > 1).then(|| same[0]), "{text}");
        }
        order
    }

    #[test]
    fn rows_in_any_order_come_in_the_order_of_their_accounts() {
        let rising: Vec<String> = (0..900).map(|i| format!("M{i:06}")).collect();
        assert!(check(&rising).rows.is_none());
        let mut few = rising.clone();
        few.insert(0, "系统".to_owned());
        few.insert(300, "M000900".to_owned());
        few.insert(500, "M000007".to_owned());
        few.insert(600, "A".to_owned());
        few.insert(700, "系统".to_owned());
        few.push("M000899".to_owned());
        assert_eq!(check(&few).repeated.len(), 3);
        let falling: Vec<String> = rising.iter().rev().cloned().collect();
        assert!(check(&falling).repeated.is_empty());
        let mixed: Vec<String> = (0..900).map(|i| format!("{}", i * 7_919 % 401)).collect();
        assert_eq!(check(&mixed).repeated.len(), 401);
        assert!(check(&[]).rows.is_none());
    }
}
