//! What a file looks like before it is mapped.

use crate::rows::write;
use mingjing_intake::look::{class_of, kinds, look};
use mingjing_intake::{Field, Mapping, Table};
use mingjing_network::rows::Class;

#[test]
fn a_heading_that_fits_two_fields_is_told_with_both_and_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "m.csv", "uid,parent_id,备注\n1,,甲\n2,1,乙\n3,1,\n");
    let look = look(&path, Table::Members, &Mapping::default(), 2).unwrap();
    let fits: Vec<_> = look.headings.iter().map(|h| (h.text.as_str(), h.fits.clone())).collect();
    assert_eq!(
        fits,
        [
            ("uid", vec![Field::Account]),
            ("parent_id", vec![Field::Referrer, Field::Placement]),
            ("备注", vec![])
        ]
    );
    assert_eq!(look.rows, [["1", "", "甲"], ["2", "1", "乙"]]);
}

#[test]
fn kinds_of_a_ledger_are_counted_before_any_has_a_class() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "l.csv", "会员编号,类型,金额\n1,入会费,5\n1,神秘,x\n2,神秘,7\n");
    let none = Mapping::default();
    let found = kinds(&path, "类型", &none, 100).unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [("入会费".to_owned(), 1), ("神秘".to_owned(), 2)]);
    assert_eq!(class_of("入会费", &none), Some(Class::Order));
    assert_eq!(class_of("神秘", &none), None);
    assert_eq!(kinds(&path, "类型", &none, 1).unwrap().len(), 1, "no more rows than asked for");
}
