//! The branch index against a naive walk, and when it is damaged.

use crate::all::build::{Dice, count, names};
use mingjing_network::count::Count;
use mingjing_network::forest::ROOT;
use mingjing_results::Error;
use mingjing_results::branches::{self, BRANCHES, Branches, NODES_MAX};
use mingjing_results::stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};

fn indexed(dir: &Path, name: &str, count: &Count, jobs: usize) -> PathBuf {
    let stage = Stage::begin(&dir.join(name), false).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().unwrap();
    pool.install(|| branches::write(&stage, count)).unwrap();
    stage.commit().unwrap()
}

fn children(count: &Count, account: u32) -> Vec<u32> {
    let mut children: Vec<u32> =
        (0..count.accounts() as u32).filter(|&a| count.parent[a as usize] == account).collect();
    children.sort_by_key(|&a| (std::cmp::Reverse(count.structure.of(a).accounts), a));
    children
}

/// The slow way: all nodes on the levels in pre-order, (account, level, index of the one above).
fn walk(
    count: &Count,
    account: u32,
    level: u32,
    levels: u32,
    above: Option<usize>,
    out: &mut Vec<(u32, u32, Option<usize>)>,
) {
    let here = out.len();
    out.push((account, level, above));
    if level < levels {
        for child in children(count, account) {
            walk(count, child, level + 1, levels, Some(here), out);
        }
    }
}

/// The widest `max` of them, in pre-order.
fn naive(count: &Count, account: u32, levels: u32, max: usize) -> Vec<(String, u32, u32)> {
    let mut all = Vec::new();
    walk(count, account, 1, levels, None, &mut all);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(count.structure.of(all[i].0).accounts), i));
    order.truncate(max);
    order.sort();
    let shown = |i: usize| order.iter().filter(|&&j| all[j].2 == Some(i)).count() as u32;
    order.iter().map(|&i| (count.names.text(all[i].0).to_string(), all[i].1, shown(i))).collect()
}

#[test]
fn branches_agree_with_a_naive_walk_on_random_forests() {
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for round in 0..60 {
        let n = 1 + dice.roll(120);
        let count = dice.count(n, round % 2 == 0);
        let index = Branches::open(&indexed(dir.path(), &round.to_string(), &count, 2)).unwrap();
        for _ in 0..20 {
            let (a, levels, max) = (dice.roll(n) as u32, 1 + dice.roll(6) as u32, 1 + dice.roll(60));
            let branch = index.branch(&count.names.text(a), levels, max).unwrap();
            let shown: Vec<_> =
                branch.nodes.iter().map(|s| (s.node.account.clone(), s.level, s.directs_shown)).collect();
            assert_eq!(shown, naive(&count, a, levels, max), "round {round}");
            for (i, s) in branch.nodes.iter().enumerate() {
                let x = count.names.find(&s.node.account).unwrap() as usize;
                let own = count.structure.of(x as u32);
                let expected = (own.depth, own.directs, own.accounts);
                assert_eq!((s.node.depth, s.node.directs, s.node.accounts), expected);
                let expected = (own.persons, own.levels, count.person[x] + 1);
                assert_eq!((s.node.persons, s.node.levels, s.node.person), expected);
                assert_eq!(s.node.team_paid_in, count.team_paid_in(x as u32));
                if let Some(above) = s.above {
                    let parent = count.names.text(count.parent[x]);
                    assert_eq!(branch.nodes[above].node.account, *parent);
                }
                assert!(s.above.is_none_or(|above| above < i));
            }
        }
    }
}

#[test]
fn roots_stand_widest_first_and_the_way_up_ends_at_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(99);
    let count = dice.count(400, true);
    let index = Branches::open(&indexed(dir.path(), "out", &count, 2)).unwrap();
    let roots: Vec<String> =
        children(&count, ROOT).into_iter().map(|a| count.names.text(a).to_string()).collect();
    let texts = |limit| index.roots(limit).unwrap().into_iter().map(|n| n.account).collect::<Vec<_>>();
    assert_eq!((texts(usize::MAX), index.roots_total() as usize), (roots.clone(), roots.len()));
    assert!(roots.len() > 3);
    assert_eq!(texts(2), roots[..2]);
    for a in 0..400u32 {
        let (mut up, mut way) = (a, Vec::new());
        while up != ROOT {
            way.push(count.names.text(up).to_string());
            up = count.parent[up as usize];
        }
        let found = index.way_up(&count.names.text(a), usize::MAX).unwrap();
        assert_eq!(found.iter().map(|n| n.account.clone()).collect::<Vec<_>>(), way);
        assert_eq!(index.way_up(&count.names.text(a), 2).unwrap(), found[..found.len().min(2)]);
    }
}

#[test]
fn long_and_chinese_numbers_are_found_and_unknown_ones_are_the_users_to_mend() {
    let dir = tempfile::tempdir().unwrap();
    let mut texts = names(5);
    texts.extend([
        "52011519900101001X".into(),
        "会员甲".into(),
        "会员一二三四五六".into(),
        "长".repeat(200),
        String::new(),
    ]);
    texts.sort();
    let n = texts.len() as u32;
    let parent: Vec<u32> = (0..n).map(|a| if a == 0 { ROOT } else { (a - 1) / 2 }).collect();
    let count = count(&texts, &parent, &(0..n).collect::<Vec<_>>(), None);
    let index = Branches::open(&indexed(dir.path(), "out", &count, 1)).unwrap();
    for text in &texts {
        assert_eq!(index.find(text).unwrap().unwrap().account, *text);
    }
    for absent in ["A", "M0000000", "会员", "长", "龙"] {
        assert_eq!(index.find(absent).unwrap(), None);
        let error = index.branch(absent, 3, 10).unwrap_err();
        assert!(matches!(error, Error::UnknownAccount(_)) && error.is_users(), "{error}");
    }
}

#[test]
fn a_chain_and_a_star_stop_at_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let n = 50_000u32;
    let chain: Vec<u32> = std::iter::once(ROOT).chain(0..n - 1).collect();
    let star: Vec<u32> = std::iter::once(ROOT).chain((1..n).map(|_| 0)).collect();
    let own: Vec<u32> = (0..n).collect();
    let texts = names(n as usize);
    let index = Branches::open(&indexed(dir.path(), "chain", &count(&texts, &chain, &own, None), 2)).unwrap();
    assert_eq!(index.branch(&texts[7], u32::MAX, usize::MAX).unwrap().nodes.len(), NODES_MAX);
    assert_eq!(index.way_up(&texts[n as usize - 1], 100_000).unwrap().len(), n as usize);
    let index = Branches::open(&indexed(dir.path(), "star", &count(&texts, &star, &own, None), 2)).unwrap();
    let branch = index.branch(&texts[0], 3, 100).unwrap();
    assert_eq!((branch.nodes.len(), branch.nodes[0].directs_shown), (100, 99));
    assert_eq!(branch.nodes[0].directs_left_out(), n - 1 - 99);
    assert!(index.branch(&texts[0], 3, 0).unwrap().nodes.is_empty());
}

#[test]
fn the_index_has_the_same_bytes_for_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let n = 200_000u32;
    let parent: Vec<u32> =
        (0..n).map(|a| if a % 1_000 == 0 { ROOT } else { a - 1 - a % 3 % (a % 1_000) }).collect();
    let count = count(&names(n as usize), &parent, &(0..n).collect::<Vec<_>>(), None);
    let (one, three) = (indexed(dir.path(), "one", &count, 1), indexed(dir.path(), "three", &count, 3));
    assert!(fs::read(one.join(BRANCHES)).unwrap() == fs::read(three.join(BRANCHES)).unwrap());
}

#[test]
fn a_damaged_index_is_refused_or_reported_and_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    let count = Dice(5).count(60, true);
    let out = indexed(dir.path(), "out", &count, 1);
    let path = out.join(BRANCHES);
    let whole = fs::read(&path).unwrap();
    let refused = |bytes: &[u8], what: &str| {
        fs::write(&path, bytes).unwrap();
        let error = Branches::open(&out).unwrap_err();
        assert!(error.to_string().contains(what) && error.to_string().contains(BRANCHES), "{error}");
        assert!(!error.is_users());
    };
    refused(&[], "no branch index");
    refused(&whole[..40], "no branch index");
    refused(&whole[..whole.len() - 1], "not what its header says");
    refused(&[&whole[..], b"x"].concat(), "not what its header says");
    let mut version = whole.clone();
    version[8] = 2;
    refused(&version, "version 2");
    let mut dice = Dice(3);
    let mut reported = 0;
    for _ in 0..3_000 {
        let mut bytes = whole.clone();
        let at = 64 + dice.roll(whole.len() - 64);
        bytes[at] = dice.roll(256) as u8;
        fs::write(&path, &bytes).unwrap();
        let index = Branches::open(&out).unwrap();
        for root in index.roots(100).unwrap_or_default() {
            reported += usize::from(index.branch(&root.account, 100, 100).is_err());
            let _ = index.way_up(&root.account, 100);
        }
    }
    assert!(reported > 0);
    fs::remove_file(&path).unwrap();
    let error = Branches::open(&out).unwrap_err();
    assert!(matches!(error, Error::Missing(..)) && error.is_users(), "{error}");
}
