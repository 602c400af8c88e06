//! Identity numbers as they stand in dirty tables, all made up. One holder's number in its many writings, and
//! numbers that identify nobody.

use mingjing_model::identity::normalize;

/// The number of `holder` in one of 15 writings: 0 to 6 join each other, 7 and 8 have a wrong check character and join
/// each other, 9 is a passport, 10 and above identify nobody.
pub(super) fn written(holder: usize, writing: u8) -> String {
    let old = format!("110105491231{holder:03}");
    let full = normalize(&old).expect("a valid number of fifteen digits");
    let wide = |text: &str| text.chars().map(wide_form).collect::<String>();
    let wrong = match full.strip_suffix('0') {
        Some(rest) => format!("{rest}1"),
        None => format!("{}0", &full[..17]),
    };
    match writing {
        0 | 1 => full.into_owned(),
        2 => full.to_lowercase(),
        3 => wide(&full),
        4 => format!("{} {}", &full[..6], full[6..].to_lowercase()),
        5 => old,
        6 => wide(&old),
        7 => wrong,
        8 => wide(&wrong),
        9 => format!("e{holder:07}"),
        10 => String::new(),
        11 => "NULL".to_owned(),
        12 => "１１１１１１１１１１１１１１１".to_owned(),
        13 => "123456789012345678".to_owned(),
        _ => "0".to_owned(),
    }
}

/// The full-width form of an ASCII character.
fn wide_form(c: char) -> char {
    char::from_u32(u32::from(c) + 0xfee0).expect("ASCII has full-width forms")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_model::identity::{Check, check};

    #[test]
    fn writings_join_as_promised() {
        for holder in [0, 7, 59] {
            let forms: Vec<Option<String>> = (0..=14)
                .map(|writing| normalize(&written(holder, writing)).map(|own| own.into_owned()))
                .collect();
            assert!(forms[..=6].iter().all(|form| form.is_some() && *form == forms[0]), "{forms:?}");
            assert_eq!(forms[0].as_deref().map(check), Some(Check::Right));
            assert_eq!(forms[7].as_deref().map(check), Some(Check::Wrong));
            assert_eq!(forms[7], forms[8]);
            assert_eq!(forms[9].as_deref().map(check), Some(Check::NoCheck));
            assert!(forms[10..].iter().all(Option::is_none), "{forms:?}");
        }
    }
}
