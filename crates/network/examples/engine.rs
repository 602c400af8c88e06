//! Times the engine alone on rows made up as they are asked for: `engine ACCOUNTS [THREADS]`.
//!
//! Nothing is read or written, so what it prints is the cost of interning, adding up and counting.

use mingjing_network::figures::{Boundary, Policy, Terms, Thresholds, Tree};
use mingjing_network::rows::{Class, LedgerRow, MemberRow};
use mingjing_network::run::{self, Source, WantsEntry, WantsMember};
use std::convert::Infallible;
use std::time::Instant;

const BATCH: u64 = 1 << 14;
const LEDGER_ROWS: u64 = 4;

struct Made {
    accounts: u64,
}

fn dice(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn number(text: &mut [u8; 10], mut n: u64) {
    text[0] = b'M';
    for place in (1..10).rev() {
        text[place] = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

impl Made {
    fn batches<T: Default + Send>(
        rows: u64,
        fill: impl Fn(&mut T, u64, u64) + Sync,
        mut absorb: impl FnMut(T),
    ) {
        let mut start = 0;
        while start < rows {
            let ends: Vec<u64> = (0..2)
                .map(|i| (start + i * BATCH, (start + (i + 1) * BATCH).min(rows)))
                .filter(|(a, b)| a < b)
                .map(|(a, _)| a)
                .collect();
            let chunks: Vec<T> = std::thread::scope(|scope| {
                let fill = &fill;
                let handles: Vec<_> = ends
                    .iter()
                    .map(|&from| {
                        scope.spawn(move || {
                            let mut chunk = T::default();
                            fill(&mut chunk, from, (from + BATCH).min(rows));
                            chunk
                        })
                    })
                    .collect();
                handles.into_iter().map(|handle| handle.join().expect("no panic")).collect()
            });
            chunks.into_iter().for_each(&mut absorb);
            start += BATCH * ends.len() as u64;
        }
    }
}

impl Source for Made {
    type Error = Infallible;

    fn members<T: Default + Send>(
        &self,
        _: Option<&WantsMember<'_>>,
        fill: impl Fn(&mut T, &[MemberRow<'_>]) + Sync,
        absorb: impl FnMut(T),
    ) -> Result<(), Infallible> {
        let made = |chunk: &mut T, from: u64, to: u64| {
            for i in from..to {
                let (mut account, mut referrer) = ([0; 10], [0; 10]);
                number(&mut account, i);
                // Uniform attachment: as deep as such a network gets (some 50 levels at 10 million).
                number(&mut referrer, if i == 0 { 0 } else { dice(i) % i });
                let holder = if i > 0 && dice(i ^ 0xABCD) % 100 < 15 { dice(i ^ 77) % i } else { i };
                let identity =
                    format!("520199{:08}{:03}1", 19_500_101 + holder % 10_000, holder / 10_000 % 1_000);
                fill(
                    chunk,
                    &[MemberRow {
                        account: std::str::from_utf8(&account).expect("digits"),
                        referrer: if i == 0 { "" } else { std::str::from_utf8(&referrer).expect("digits") },
                        identity: Some(&identity),
                        joined: Some(
                            1_500_000_000_000_000 + (i * 86_400_000_000 * 700 / self.accounts) as i64,
                        ),
                        row: i + 1,
                        ..MemberRow::default()
                    }],
                );
            }
        };
        Made::batches(self.accounts, made, absorb);
        Ok(())
    }

    fn has_ledger(&self) -> bool {
        true
    }

    fn ledger<T: Default + Send>(
        &self,
        _: Option<&WantsEntry<'_>>,
        fill: impl Fn(&mut T, &[LedgerRow<'_>]) + Sync,
        absorb: impl FnMut(T),
    ) -> Result<(), Infallible> {
        let rows = self.accounts * LEDGER_ROWS;
        let made = |chunk: &mut T, from: u64, to: u64| {
            let texts: Vec<([u8; 10], u64)> = (from..to)
                .map(|i| {
                    let mut account = [0; 10];
                    number(&mut account, dice(i ^ 0x5555) % self.accounts);
                    (account, i)
                })
                .collect();
            for block in texts.chunks(1_024) {
                let rows: Vec<LedgerRow<'_>> = block
                    .iter()
                    .map(|(account, i)| LedgerRow {
                        account: std::str::from_utf8(account).expect("digits"),
                        class: [Class::Order, Class::Bonus, Class::Bonus, Class::Out][(i % 4) as usize],
                        amount: (dice(*i) % 10_000_000) as i64,
                        time: Some(1_500_000_000_000_000 + (i * 86_400_000_000 * 700 / rows) as i64),
                        serial: "",
                        foreign: false,
                        content: dice(*i ^ 0x7777),
                        exact: &[],
                        file: 0,
                        row: i + 1,
                    })
                    .collect();
                fill(chunk, &rows);
            }
        };
        Made::batches(rows, made, absorb);
        Ok(())
    }
}

fn main() {
    let accounts = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let terms = Terms {
        policy: Policy {
            id: "main".into(),
            tree: Tree::Referral,
            paid_only: false,
            with_system: true,
            with_consumers: true,
        },
        thresholds: Thresholds {
            floor_persons: 30,
            floor_levels: 3,
            grave_persons: 120,
            grave_amount: 250_000_000,
        },
        cutoff: None,
        boundary: Some(Boundary::Order),
        system_accounts: vec![],
        confirmed: vec![],
    };
    let mut since = Instant::now();
    let start = since;
    let mut last = None;
    let mut phase = |next| {
        if let Some(last) = last.replace(next) {
            println!("{last:?}: {:.2} s", since.elapsed().as_secs_f64());
        }
        since = Instant::now();
    };
    let Ok(count) = run::count(&Made { accounts }, &terms, &mut phase) else { return println!("refused") };
    println!("{last:?}: {:.2} s", since.elapsed().as_secs_f64());
    println!(
        "all: {:.2} s, persons {}, levels {}",
        start.elapsed().as_secs_f64(),
        count.whole.persons,
        count.whole.levels
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
}
