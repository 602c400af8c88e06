//! The Parquet tables, written and read back.

use crate::all::build::{Dice, FLOOR, TOOL, count, names};
use mingjing_network::count::{Count, Identities};
use mingjing_network::forest::ROOT;
use mingjing_results::lookup::{Accounts, Persons};
use mingjing_results::stage::Stage;
use mingjing_results::tables;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn written(dir: &Path, name: &str, count: &Count, jobs: usize) -> PathBuf {
    let stage = Stage::begin(&dir.join(name), false).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().unwrap();
    pool.install(|| tables::write(&stage, count, &FLOOR, TOOL)).unwrap();
    stage.commit().unwrap()
}

#[test]
fn accounts_and_persons_come_back_as_they_were_counted() {
    let dir = tempfile::tempdir().unwrap();
    for (n, with_money) in [(1, true), (300, true), (301, false)] {
        let count = Dice(0x9E37_79B9_7F4A_7C15).count(n, with_money);
        let out = written(dir.path(), &n.to_string(), &count, 2);
        let (accounts, persons) = (Accounts::open(&out).unwrap(), Persons::open(&out).unwrap());
        let read: Vec<_> = accounts.rows(0..n).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, (0..n).map(|a| count.account_figures(a)).collect::<Vec<_>>());
        let read: Vec<_> = persons.rows(0..persons.len()).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, (0..count.persons()).map(|p| count.person_figures(p, &FLOOR)).collect::<Vec<_>>());
        if with_money && n > 100 {
            assert!(read.iter().any(|p| p.grave_amount == Some(true) && p.floor_met && p.grave_persons));
            assert!(read.iter().any(|p| p.grave_amount == Some(false) && !p.floor_met && !p.grave_persons));
        }
    }
}

#[test]
fn a_row_is_found_by_its_key_in_a_table_of_several_groups_and_the_bytes_do_not_depend_on_threads() {
    let n = tables::ROWS_PER_GROUP + 70_000;
    let parent: Vec<u32> = (0..n as u32).map(|a| if a == 0 { ROOT } else { (a - 1) / 4 }).collect();
    let holders: Vec<u32> = (0..n as u32).collect();
    let mut texts = names(n);
    let long = "长".repeat(60);
    texts[n - 2] = format!("{long}甲");
    texts[n - 1] = format!("{long}乙");
    texts.sort();
    let count = count(&texts, &parent, &holders, None);
    let dir = tempfile::tempdir().unwrap();
    let one = written(dir.path(), "one", &count, 1);
    let two = written(dir.path(), "two", &count, 2);
    for name in [tables::ACCOUNTS, tables::PERSONS, tables::IDENTITIES] {
        assert!(fs::read(one.join(name)).unwrap() == fs::read(two.join(name)).unwrap(), "{name}");
    }
    let (accounts, persons) = (Accounts::open(&one).unwrap(), Persons::open(&one).unwrap());
    assert_eq!((accounts.len(), persons.len()), (n, n));
    for row in [0, 1, 19_999, 20_000, tables::ROWS_PER_GROUP - 1, tables::ROWS_PER_GROUP, n - 3, n - 2, n - 1]
    {
        assert_eq!(accounts.find(&texts[row]).unwrap(), Some(count.account_figures(row)), "{row}");
        assert_eq!(persons.find(row as u32 + 1).unwrap(), Some(count.person_figures(row, &FLOOR)), "{row}");
    }
    for absent in ["", "A", "M00000000a", "M99999999", "长", "龙"] {
        assert_eq!(accounts.find(absent).unwrap(), None, "{absent}");
    }
    assert_eq!(persons.find(0).unwrap(), None);
    assert_eq!(persons.find(n as u32 + 1).unwrap(), None);
}

#[test]
fn identities_are_for_their_owner_alone_and_name_every_person() {
    let dir = tempfile::tempdir().unwrap();
    let mut count = Dice(7).count(20, true);
    count.identities = Identities::from_pairs(count.persons(), &[(0, "B2"), (0, "A1"), (2, "C3")]);
    let out = written(dir.path(), "out", &count, 2);
    let path = out.join(tables::IDENTITIES);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|r| r.unwrap().to_string()).collect();
    let held = [0, 1].map(|p| count.territory(p).accounts);
    assert_eq!(rows[0], format!("{{person: \"P1\", identity: \"A1\", accounts: {}}}", held[0]));
    assert_eq!(rows[1], format!("{{person: \"P1\", identity: \"B2\", accounts: {}}}", held[0]));
    assert_eq!(rows[2], format!("{{person: \"P2\", identity: null, accounts: {}}}", held[1]));
    assert_eq!(rows.len(), count.persons() + 1);
}

#[test]
fn a_table_says_which_policy_and_which_tool_and_nothing_of_the_machine() {
    let dir = tempfile::tempdir().unwrap();
    let out = written(dir.path(), "out", &Dice(7).count(20, true), 2);
    let reader = SerializedFileReader::new(File::open(out.join(tables::ACCOUNTS)).unwrap()).unwrap();
    let file = reader.metadata().file_metadata();
    let notes: Vec<_> =
        file.key_value_metadata().unwrap().iter().map(|kv| (&*kv.key, kv.value.clone())).collect();
    let expected = [("mingjing.policy", Some("main".to_owned())), ("mingjing.tool", Some(TOOL.to_owned()))];
    assert_eq!(notes, expected);
    assert_eq!(file.created_by(), Some(TOOL));
}

#[test]
fn a_table_cut_short_is_called_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let out = written(dir.path(), "out", &Dice(7).count(200, true), 2);
    let path = out.join(tables::ACCOUNTS);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    let error = Accounts::open(&out).err().unwrap();
    assert!(error.to_string().contains("accounts.parquet") && !error.is_users(), "{error}");
}
