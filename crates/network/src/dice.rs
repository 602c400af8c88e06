//! Dice for tests: the same rolls on every machine.

use crate::forest::ROOT;

/// A xorshift generator; the seed is not zero.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    /// Parents of a random forest of 1 to 60 accounts under random names, so that a parent need not stand
    /// before its children.
    pub fn forest(&mut self) -> Vec<u32> {
        let n = 1 + self.roll(60);
        let mut name: Vec<u32> = (0..n as u32).collect();
        (1..n).rev().for_each(|i| name.swap(i, self.roll(i + 1)));
        let mut parent = vec![ROOT; n];
        for i in 1..n {
            if self.roll(8) > 0 {
                parent[name[i] as usize] = name[self.roll(i)];
            }
        }
        parent
    }
}
