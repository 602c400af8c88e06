//! Whatever is changed in an exported file is found.

use super::*;
use crate::record::{START, hash};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z_]{1,8}", "\\PC{0,6}", Just("\u{1}\"\\\n\u{7f}\u{2028}".to_owned())]
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let one = (any::<i64>(), any::<Option<i64>>(), text(), text(), text(), proptest::option::of(text()));
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        let of = |(number, (at, account, name, action, detail, division))| Record {
            id: format!("{number:08}"),
            at,
            account,
            account_name: name,
            office: account,
            action,
            subject_kind: "kind".to_owned(),
            subject_id: "1".to_owned(),
            division,
            detail,
            request: "r".to_owned(),
            address: None,
        };
        all.into_iter().enumerate().map(of).collect()
    })
}

fn chained(records: Vec<Record>) -> Vec<(Link, Record)> {
    let mut previous = START.to_owned();
    let numbered = (1..).zip(records);
    numbered
        .map(|(seq, record)| {
            previous = hash(&previous, seq, 77 + seq, &record.canonical());
            (Link { seq, linked_at: 77 + seq, hash: previous.clone() }, record)
        })
        .collect()
}

fn head(links: &[(Link, Record)]) -> Head {
    links.last().map_or_else(Head::start, |(link, _)| Head {
        seq: link.seq,
        hash: link.hash.clone(),
        at: link.linked_at,
    })
}

fn export(links: &[(Link, Record)]) -> Vec<u8> {
    let header = Header::new(99, links.len() as i64, 0, head(links));
    let mut writer = Writer::new(Vec::new(), &header).unwrap();
    links.iter().for_each(|(link, record)| writer.link(link.clone(), Some(record.clone())).unwrap());
    writer.finish().unwrap()
}

fn faults(file: &[u8], heads: &[Head]) -> Vec<Fault> {
    check(file, heads).unwrap().1.faults
}

/// How somebody changes a line or the lines.
#[derive(Clone, Debug)]
enum Stroke {
    Byte(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Delete(prop::sample::Index),
    Drop(prop::sample::Index),
    Twice(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn stroke() -> impl Strategy<Value = Stroke> {
    use prop::sample::Index;
    prop_oneof![
        (any::<Index>(), 1_u8..).prop_map(|(at, by)| Stroke::Byte(at, by)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Stroke::Insert(at, byte)),
        any::<Index>().prop_map(Stroke::Delete),
        any::<Index>().prop_map(Stroke::Drop),
        any::<Index>().prop_map(Stroke::Twice),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Stroke::Swap(one, other)),
        any::<Index>().prop_map(Stroke::Cut),
    ]
}

fn struck(file: &[u8], stroke: &Stroke) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let mut lines: Vec<&[u8]> = file.split_inclusive(|&byte| byte == b'\n').collect();
    match stroke {
        Stroke::Byte(at, by) => bytes[at.index(file.len())] ^= by,
        Stroke::Insert(at, byte) => bytes.insert(at.index(file.len() + 1), *byte),
        Stroke::Delete(at) => drop(bytes.remove(at.index(file.len()))),
        Stroke::Cut(at) => bytes.truncate(at.index(file.len())),
        Stroke::Drop(at) => drop(lines.remove(at.index(lines.len()))),
        Stroke::Twice(at) => lines.insert(at.index(lines.len()), lines[at.index(lines.len())]),
        Stroke::Swap(one, other) => {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
    }
    match stroke {
        Stroke::Drop(_) | Stroke::Twice(_) | Stroke::Swap(..) => lines.concat(),
        _ => bytes,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_records_are_read_back_and_hold(records in records()) {
        let links = chained(records);
        prop_assert_eq!(faults(&export(&links), &[head(&links)]), []);
    }

    #[test]
    fn any_single_change_of_the_file_is_found(records in records(), stroke in stroke()) {
        let file = export(&chained(records));
        let struck = struck(&file, &stroke);
        prop_assume!(struck != file);
        prop_assert!(!faults(&struck, &[]).is_empty());
    }

    /// Whoever changes a record and writes header and last line anew is found by the chain.
    #[test]
    fn a_changed_record_is_found_though_the_file_is_written_anew(
        records in records(), at in any::<prop::sample::Index>(), field in 0..5,
    ) {
        prop_assume!(!records.is_empty());
        let mut links = chained(records);
        let at = at.index(links.len());
        let (link, record) = &mut links[at];
        match field {
            0 => record.at ^= 1,
            1 => record.account = record.account.map_or(Some(1), |_| None),
            2 => record.account_name.push('x'),
            3 => record.detail.push(' '),
            _ => link.linked_at ^= 1,
        }
        prop_assert!(!faults(&export(&links), &[]).is_empty());
    }

    /// Whoever chains everything anew is found by a head that was kept elsewhere.
    #[test]
    fn a_chain_made_anew_is_found_by_a_kept_head(records in records(), at in any::<prop::sample::Index>()) {
        prop_assume!(!records.is_empty());
        let kept = head(&chained(records.clone()));
        let mut forged = records;
        let at = at.index(forged.len());
        forged[at].action.push('x');
        let file = export(&chained(forged));
        prop_assert_eq!(faults(&file, &[]), []);
        let found = faults(&file, &[kept]);
        let is_head = matches!(found[..], [Fault::Head { .. }]);
        prop_assert!(is_head, "{:?}", found);
    }
}

#[test]
fn a_file_that_was_cut_and_closed_again_is_found_by_a_kept_head_only() {
    let links = chained((0..4).map(chained_record).collect());
    let file = export(&links[..2]);
    assert_eq!(faults(&file, &[]), []);
    assert_eq!(faults(&file, &[head(&links)]), [Fault::Head { seq: 4, found: None }]);
}

fn chained_record(number: i64) -> Record {
    Record {
        id: number.to_string(),
        at: number,
        account: None,
        account_name: String::new(),
        office: None,
        action: "run".to_owned(),
        subject_kind: "job".to_owned(),
        subject_id: "1".to_owned(),
        division: None,
        detail: "{}".to_owned(),
        request: String::new(),
        address: None,
    }
}

#[test]
fn a_log_that_lost_an_entry_is_exported_and_found_broken() {
    let links = chained((0..3).map(chained_record).collect());
    let mut writer = Writer::new(Vec::new(), &Header::new(99, 3, 0, head(&links))).unwrap();
    for (link, record) in &links {
        writer.link(link.clone(), Some(record.clone()).filter(|_| link.seq != 2)).unwrap();
    }
    let file = writer.finish().unwrap();
    assert_eq!(faults(&file, &[]), [Fault::MissingEntry { seq: 2, id: String::new() }]);
}

#[test]
fn what_is_no_export_is_told_by_its_first_line() {
    for none in [&b""[..], b"\n", b"{}\n", b"not json", b"{\"format\":\"other\"}\n"] {
        assert_eq!(faults(none, &[]), [Fault::File { line: 1, what: Damage::Header }], "{none:?}");
    }
}
