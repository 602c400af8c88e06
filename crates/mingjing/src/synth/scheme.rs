//! The scheme itself as compact columns: who brought whom, who holds what, when each account joined.
//!
//! Memory by account: referrer, person and time 12 bytes, package 1, placement 4 (binary), and 8 while a binary
//! tree is built. Every parent stands before its children, so every later pass is one forward sweep.

use super::Plan;
use super::dice::Dice;
use super::growth::Joins;

/// No parent.
pub const ROOT: u32 = u32::MAX;
/// Places below one position of the forced matrix, and levels it pays for.
pub const MATRIX_WIDTH: u32 = 5;
/// See [`MATRIX_WIDTH`].
pub const MATRIX_DEPTH: usize = 3;
/// Join fees by package, fen; package 0 is an account that never paid (空单).
pub const PACKAGES: [i64; 5] = [0, 380_000, 980_000, 5_080_000, 6_980_000];

/// A scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheme {
    /// The bonus plan.
    pub plan: Plan,
    /// How many system accounts stand in front (0 or 2).
    pub system: u32,
    /// Referrer of each account or [`ROOT`].
    pub parent: Vec<u32>,
    /// Placement of each account in a binary plan; other plans need no column.
    pub places: Vec<u32>,
    /// Person of each account.
    pub person: Vec<u32>,
    /// Seconds since the opening.
    pub joined: Vec<u32>,
    /// Index into [`PACKAGES`], which is also the grade.
    pub package: Vec<u8>,
    /// One more than the greatest person number.
    pub persons: u32,
}

impl Scheme {
    /// Builds `accounts` accounts behind `system` system accounts.
    pub fn grow(plan: Plan, accounts: u32, system: u32, seed: u64) -> Scheme {
        let total = accounts + system;
        let mut scheme = Scheme {
            plan,
            system,
            parent: Vec::with_capacity(total as usize),
            places: Vec::new(),
            person: Vec::with_capacity(total as usize),
            joined: Vec::with_capacity(total as usize),
            package: Vec::with_capacity(total as usize),
            persons: 0,
        };
        for account in 0..system {
            let parent = if account == 0 { ROOT } else { account - 1 };
            let person = scheme.new_person();
            scheme.add(parent, person, 0, 0);
        }
        scheme.recruit(accounts, seed);
        if plan == Plan::Binary {
            scheme.places = places(&scheme.parent, &mut Dice::new(seed, 2));
        }
        scheme
    }

    fn new_person(&mut self) -> u32 {
        self.persons += 1;
        self.persons - 1
    }

    fn add(&mut self, parent: u32, person: u32, joined: u32, package: u8) {
        self.parent.push(parent);
        self.person.push(person);
        self.joined.push(joined);
        self.package.push(package);
    }

    fn recruit(&mut self, accounts: u32, seed: u64) {
        let mut dice = Dice::new(seed, 1);
        let mut joins = Joins::new(accounts);
        let roots = if accounts < 1_000 { 1 } else { 3 };
        let above = if self.system == 0 { ROOT } else { self.system - 1 };
        let mut chain = 0;
        for number in 0..accounts {
            let account = self.system + number;
            let joined = joins.next(&mut dice);
            let (parent, person) = if number < roots {
                (above, self.new_person())
            } else if chain > 0 {
                chain -= 1;
                (account - 1, self.person[account as usize - 1])
            } else if dice.chance(0.05) {
                (self.referrer(account, &mut dice), self.person[self.recent(account, &mut dice) as usize])
            } else {
                chain = chain_length(&mut dice);
                (self.referrer(account, &mut dice), self.new_person())
            };
            let package = package(&mut dice);
            self.add(parent, person, joined, package);
        }
    }

    /// An earlier account, the nearer the likelier: the age is the cube of a fair share of the time so far.
    fn recent(&self, account: u32, dice: &mut Dice) -> u32 {
        let share = dice.unit();
        let age = (share * share * share * f64::from(account - self.system)) as u32;
        account - 1 - age.min(account - 1 - self.system)
    }

    /// Preferential attachment with recency: three of ten joiners come to the referrer of any earlier account, so
    /// that who has brought many brings more; the others to a recent account or, one in three, its referrer.
    fn referrer(&self, account: u32, dice: &mut Dice) -> u32 {
        let by_fame = dice.chance(0.3);
        let met = if by_fame {
            self.system + dice.below(account - self.system)
        } else {
            self.recent(account, dice)
        };
        let above = self.parent[met as usize];
        let follows = by_fame || dice.chance(0.33);
        if follows && above != ROOT && above >= self.system { above } else { met }
    }

    /// How many accounts, system accounts included.
    pub fn len(&self) -> u32 {
        self.parent.len() as u32
    }

    /// Placement parent of an account as the plan placed it.
    pub fn placement(&self, account: u32) -> u32 {
        match self.plan {
            Plan::Sunline => self.parent[account as usize],
            Plan::Binary => self.places[account as usize],
            Plan::Matrix if account == 0 => ROOT,
            Plan::Matrix => (account - 1) / MATRIX_WIDTH,
        }
    }

    /// Is it a system account?
    pub fn is_system(&self, account: u32) -> bool {
        account < self.system
    }
}

/// How many further accounts of his own a person opens below the first (空点): mostly none.
fn chain_length(dice: &mut Dice) -> u32 {
    if !dice.chance(0.11) {
        return 0;
    }
    let mut length = 1;
    while length < 20 && dice.chance(0.5) {
        length += 1;
    }
    length
}

fn package(dice: &mut Dice) -> u8 {
    match dice.below(1_000) {
        0..40 => 0,
        40..640 => 1,
        640..880 => 2,
        880..945 => 3,
        _ => 4,
    }
}

/// Two places below each account; who finds his referrer's places taken spills over down a leg, the left one
/// seven times of ten.
fn places(parent: &[u32], dice: &mut Dice) -> Vec<u32> {
    let mut below = vec![[ROOT; 2]; parent.len()];
    let mut places = Vec::with_capacity(parent.len());
    for (account, &referrer) in (0u32..).zip(parent) {
        if account == 0 {
            places.push(ROOT);
            continue;
        }
        let mut at = if referrer == ROOT { 0 } else { referrer };
        let place = loop {
            let legs = &mut below[at as usize];
            match legs.iter().position(|&leg| leg == ROOT) {
                Some(free) => {
                    legs[free] = account;
                    break at;
                }
                None => at = legs[usize::from(dice.below(10) >= 7)],
            }
        };
        places.push(place);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(of: &Scheme, parent: impl Fn(u32) -> u32) -> u32 {
        let mut depth = vec![0u32; of.len() as usize];
        for account in 0..of.len() {
            let up = parent(account);
            assert!(up == ROOT || up < account);
            depth[account as usize] = if up == ROOT { 1 } else { depth[up as usize] + 1 };
        }
        depth.into_iter().max().unwrap()
    }

    #[test]
    fn a_scheme_is_tens_of_levels_deep_and_some_persons_hold_several_accounts() {
        let scheme = Scheme::grow(Plan::Sunline, 100_000, 0, 7);
        let levels = depth(&scheme, |a| scheme.parent[a as usize]);
        assert!((15..100).contains(&levels), "{levels}");
        let mut held = vec![0u32; scheme.persons as usize];
        scheme.person.iter().for_each(|&person| held[person as usize] += 1);
        let several = held.iter().filter(|&&accounts| accounts > 1).count() as f64 / held.len() as f64;
        assert!((0.12..0.18).contains(&several), "{several}");
        let mut directs = vec![0u32; 100_000];
        scheme.parent.iter().filter(|&&p| p != ROOT).for_each(|&p| directs[p as usize] += 1);
        assert!(directs.iter().max().unwrap() > &60, "{:?}", directs.iter().max());
    }

    #[test]
    fn no_place_holds_more_than_its_plan_allows() {
        for (plan, most) in [(Plan::Binary, 2), (Plan::Matrix, MATRIX_WIDTH)] {
            let scheme = Scheme::grow(plan, 20_000, 2, 7);
            let mut below = vec![0u32; scheme.len() as usize];
            let levels = depth(&scheme, |a| scheme.placement(a));
            assert!(levels > 5 && levels < 500, "{levels}");
            (1..scheme.len()).for_each(|a| below[scheme.placement(a) as usize] += 1);
            assert_eq!(below.into_iter().max(), Some(most));
        }
    }
}
