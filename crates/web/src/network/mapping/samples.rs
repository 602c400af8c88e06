//! Samples of seized cells as a page may show them: enough to tell a column, nothing that names a person.

use mingjing_intake::Field;
use mingjing_model::mask;

/// Characters of a sample.
const CHARACTERS_MAX: usize = 24;

/// A cell masked by its field, by what its heading might be, and by its looks.
pub fn masked(field: Option<Field>, fits: &[Field], cell: &str) -> String {
    let is = |wanted: Field| field == Some(wanted) || fits.contains(&wanted);
    if is(Field::Name) {
        return mask::name(cell);
    }
    if [Field::Identity, Field::Mobile, Field::BankCard].into_iter().any(is) || is_personal_number(cell) {
        return mask::last_four(cell);
    }
    let is_known = field.is_some() || !fits.is_empty();
    if !is_known && !is_plain(cell) {
        return mask::name(cell);
    }
    super::super::say::short(cell, CHARACTERS_MAX)
}

/// Does it look like an identity number, a phone or a bank card?
fn is_personal_number(cell: &str) -> bool {
    let plain: String = cell.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let is_number = digits == plain.len() || (digits + 1 == plain.len() && plain.ends_with(['X', 'x']));
    is_number && (digits >= 15 || (digits == 11 && plain.starts_with('1')))
}

/// A short number, an amount, a date, a word in Latin letters and digits without a blank.
fn is_plain(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || "-/:. ,TZ".contains(c)) || (cell.len() <= 2 && cell.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_told_and_nobody_is_named() {
        let cases: [(Option<Field>, &str, &str); 9] = [
            (Some(Field::Identity), "520115199001010016", "****0016"),
            (Some(Field::Name), "张三丰", "张*"),
            (Some(Field::Account), "M000000001", "M000000001"),
            (Some(Field::Account), "13800001234", "****1234"),
            (None, "520115199001010016", "****0016"),
            (None, "贵阳市云岩区某路", "贵*"),
            (None, "2020-06-30 10:00", "2020-06-30 10:00"),
            (None, "1,234.50", "1,234.50"),
            (None, "6222 0212 3456 7890", "****7890"),
        ];
        for (field, cell, shown) in cases {
            assert_eq!(masked(field, &[], cell), shown, "{field:?} {cell}");
        }
        assert_eq!(
            masked(None, &[Field::Name, Field::Account], "李四"),
            "李*",
            "what a heading might be counts"
        );
    }
}
