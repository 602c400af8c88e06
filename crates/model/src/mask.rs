//! Masks: the only form in which names, phones, cards and identity numbers leave the store.

/// Family name and `*`: `张*`. Two-character family names are not told apart; one character shows less.
pub fn name(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}*")).unwrap_or_default()
}

/// The last four characters behind `****`; a text of four or fewer is hidden whole.
pub fn last_four(number: &str) -> String {
    let count = number.chars().count();
    match count {
        0 => String::new(),
        1..=4 => "****".to_owned(),
        _ => format!("****{}", number.chars().skip(count - 4).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn masks_show_what_the_rule_allows_and_no_more() {
        assert_eq!(super::name("欧阳明"), "欧*");
        assert_eq!(super::last_four("13800001234"), "****1234");
        assert_eq!(super::last_four("1234"), "****");
        assert_eq!(super::last_four(""), "");
    }
}
