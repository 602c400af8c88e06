//! A long table: what was put in comes out, nothing becomes a formula, the first sheet says what it is.

use calamine::{Data, Reader, Xlsx, open_workbook};
use mingjing_report::table_xlsx::{Cell, Table};

#[test]
fn a_table_keeps_texts_as_texts_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xlsx");
    let heads = [("名称".to_owned(), 20.0), ("数".to_owned(), 10.0)];
    let mut table = Table::begin(folder.path(), "说明", "数据", &heads).unwrap();
    let text = |text: &str| Cell::Text(text.to_owned());
    let dangerous =
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")", "520102199001011234", "007"];
    for one in dangerous {
        table.row(&[text(one), Cell::Number(3)]).unwrap();
    }
    table.row(&[text(&"长".repeat(40_000)), Cell::Number(i64::MAX)]).unwrap();
    table.row(&[Cell::Empty, Cell::Yuan(12_345)]).unwrap();
    table.row(&[text("t"), Cell::Moment(1_593_484_200_000_000)]).unwrap();
    assert_eq!(table.rows(), 11);
    table.finish(&path, "作业", &[("查询".to_owned(), "=cmd|' /C calc'!A0".to_owned())]).unwrap();

    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    assert_eq!(book.sheet_names(), ["说明", "数据"]);
    let about = book.worksheet_range("说明").unwrap();
    assert_eq!(about.get_value((2, 1)), Some(&Data::String("=cmd|' /C calc'!A0".to_owned())));
    let rows = book.worksheet_range("数据").unwrap();
    for (row, one) in (1..).zip(dangerous) {
        assert_eq!(rows.get_value((row, 0)), Some(&Data::String(one.to_owned())));
    }
    let Some(Data::String(long)) = rows.get_value((9, 0)) else { panic!("the long text is missing") };
    assert_eq!((long.encode_utf16().count(), long.chars().last()), (32_767, Some('…')));
    assert_eq!(rows.get_value((9, 1)), Some(&Data::String(i64::MAX.to_string())), "not rounded");
    assert_eq!(rows.get_value((10, 1)), Some(&Data::Float(123.45)));
    // 2020-06-30 10:30 in Shanghai.
    let Some(Data::DateTime(at)) = rows.get_value((11, 1)) else { panic!("{:?}", rows.get_value((11, 1))) };
    assert!((at.as_f64() - (44_012.0 + 10.5 / 24.0)).abs() < 1e-6, "{at:?}");
    let formulas = book.worksheet_formula("数据").unwrap();
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
}
