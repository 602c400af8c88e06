//! One change, one fault: which one it is.

use super::*;

fn record(number: i64) -> Record {
    Record {
        id: format!("{number:032x}"),
        at: 1_000 + number,
        account: Some(1),
        account_name: "王芳".to_owned(),
        office: None,
        action: "sign_in".to_owned(),
        subject_kind: "account".to_owned(),
        subject_id: "1".to_owned(),
        division: Some("5201".to_owned()),
        detail: "{}".to_owned(),
        request: "r".to_owned(),
        address: None,
    }
}

fn chain(links: i64) -> Vec<(Link, Record)> {
    let mut previous = START.to_owned();
    let mut all = Vec::new();
    for seq in 1..=links {
        let record = record(seq);
        previous = hash(&previous, seq, 5_000, &record.canonical());
        all.push((Link { seq, linked_at: 5_000, hash: previous.clone() }, record));
    }
    all
}

fn check(links: &[(Link, Record)], heads: &[Head]) -> Vec<Fault> {
    let mut checker = Checker::new(heads);
    links.iter().for_each(|(link, record)| checker.link(link, Some(record)));
    checker.finish().faults
}

fn head(links: &[(Link, Record)], seq: usize) -> Head {
    let link = &links[seq - 1].0;
    Head { seq: link.seq, hash: link.hash.clone(), at: link.linked_at }
}

#[test]
fn an_untouched_chain_agrees_with_itself_and_its_heads() {
    let links = chain(6);
    assert_eq!(check(&links, &[head(&links, 3), head(&links, 6), Head::start()]), []);
    assert_eq!(check(&[], &[]), []);
}

#[test]
fn the_hash_is_the_one_that_anybody_computes() {
    let (link, record) = &chain(1)[0];
    assert_eq!(
        record.canonical(),
        "{\"id\":\"00000000000000000000000000000001\",\"at\":1001,\"account\":1,\"account_name\":\"王芳\",\
         \"office\":null,\"action\":\"sign_in\",\"subject_kind\":\"account\",\"subject_id\":\"1\",\
         \"division\":\"5201\",\"detail\":\"{}\",\"request\":\"r\",\"address\":null}"
    );
    assert_eq!(link.hash, "c1c03cddc37d52b895774d98285532130aebeb34c40393eb2c4320b0e3117f94");
}

#[test]
fn a_changed_entry_is_named_alone() {
    for changed in 0..5 {
        let mut links = chain(5);
        links[changed].1.account_name = "李强".to_owned();
        let id = links[changed].1.id.clone();
        assert_eq!(check(&links, &[]), [Fault::Entry { seq: changed as i64 + 1, id }]);
    }
}

#[test]
fn a_changed_instant_of_a_link_is_found() {
    let mut links = chain(3);
    links[1].0.linked_at += 1;
    assert!(matches!(check(&links, &[])[..], [Fault::Entry { seq: 2, .. }]));
}

#[test]
fn a_changed_hash_is_named_as_a_link() {
    let mut links = chain(5);
    links[2].0.hash = hash(START, 9, 9, "9");
    assert_eq!(check(&links, &[]), [Fault::Link { seq: 3 }]);
}

#[test]
fn missing_links_are_a_gap() {
    let mut links = chain(5);
    links.drain(1..3);
    assert_eq!(check(&links, &[]), [Fault::Gap { after: 1, next: 4 }]);
    assert_eq!(check(&chain(3)[1..], &[]), [Fault::Gap { after: 0, next: 2 }]);
}

#[test]
fn a_missing_entry_is_named_by_its_link() {
    let links = chain(3);
    let mut checker = Checker::new(&[]);
    checker.link(&links[0].0, Some(&links[0].1));
    checker.missing(&links[1].0, "gone");
    checker.link(&links[2].0, Some(&links[2].1));
    assert_eq!(checker.finish().faults, [Fault::MissingEntry { seq: 2, id: "gone".to_owned() }]);
}

#[test]
fn swapped_entries_are_two_changed_entries() {
    let mut links = chain(4);
    let second = links[1].1.clone();
    links[1].1 = std::mem::replace(&mut links[2].1, second);
    assert!(matches!(check(&links, &[])[..], [Fault::Entry { seq: 2, .. }, Fault::Entry { seq: 3, .. }]));
}

#[test]
fn a_number_that_comes_again_is_found() {
    let mut links = chain(3);
    links.push(links[1].clone());
    assert_eq!(check(&links, &[]), [Fault::Order { seq: 2 }]);
}

#[test]
fn a_chain_that_was_cut_or_made_anew_contradicts_a_kept_head() {
    let links = chain(5);
    let kept = head(&links, 5);
    assert_eq!(check(&links[..4], std::slice::from_ref(&kept)), [Fault::Head { seq: 5, found: None }]);
    let mut anew = links.clone();
    anew[1].1.action = "export".to_owned();
    let mut previous = anew[0].0.hash.clone();
    for (link, record) in &mut anew[1..] {
        previous = hash(&previous, link.seq, link.linked_at, &record.canonical());
        link.hash = previous.clone();
    }
    assert_eq!(check(&anew, &[]), []);
    let found = Some(anew[4].0.hash.clone());
    assert_eq!(check(&anew, &[kept]), [Fault::Head { seq: 5, found }]);
}

#[test]
fn all_faults_are_counted_and_the_first_are_told() {
    let mut links = chain(300);
    links.iter_mut().for_each(|(_, record)| record.action.push('x'));
    let mut checker = Checker::new(&[]);
    links.iter().for_each(|(link, record)| checker.link(link, Some(record)));
    let report = checker.finish();
    assert_eq!((report.faults.len(), report.faults_total), (SHOWN, 300));
}
