//! Which rows of a list one may see, as clauses and as SQL.

use mingjing_model::division::is_within;
use mingjing_model::id::AccountId;

use super::Resource;

/// Where a thing must lie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Place {
    /// It does not matter.
    #[default]
    Anywhere,
    /// In this division or below it.
    Within(String),
    /// In this division itself, not below.
    Only(String),
    /// In no division: things of the whole platform.
    Nowhere,
}

/// Conditions of which all that are given must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Clause {
    /// The agency that holds it.
    pub agency: Option<String>,
    /// Where it lies.
    pub place: Place,
    /// Whose it is.
    pub owner: Option<AccountId>,
}

/// Clauses of which any suffices. None: nothing. An empty clause: everything.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scope(pub Vec<Clause>);

/// The SQL expressions of a list's query that hold what clauses ask for. One that is not given fulfils no
/// condition.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns<'a> {
    /// The kind of the agency, such as `agency.kind`.
    pub agency: Option<&'a str>,
    /// The code of the division, such as `office.division`.
    pub division: Option<&'a str>,
    /// The number of the owner's account.
    pub owner: Option<&'a str>,
}

/// A value for a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl Clause {
    /// Does a thing fulfil it?
    pub fn holds(&self, resource: &Resource) -> bool {
        let place = match (&self.place, &resource.division) {
            (Place::Anywhere, _) => true,
            (Place::Within(outer), Some(division)) => is_within(division, outer),
            (Place::Only(own), Some(division)) => division == own,
            (Place::Nowhere, division) => division.is_none(),
            (_, None) => false,
        };
        place
            && self.agency.as_ref().is_none_or(|agency| resource.agency.as_ref() == Some(agency))
            && self.owner.is_none_or(|owner| resource.owner == Some(owner))
    }

    /// Does every thing that fulfils `other` fulfil this clause?
    pub fn covers(&self, other: &Clause) -> bool {
        let place = match (&self.place, &other.place) {
            (Place::Anywhere, _) => true,
            (Place::Within(outer), Place::Within(inner) | Place::Only(inner)) => is_within(inner, outer),
            (one, other) => one == other,
        };
        place
            && self.agency.as_ref().is_none_or(|agency| other.agency.as_ref() == Some(agency))
            && self.owner.is_none_or(|owner| other.owner == Some(owner))
    }

    /// Each condition as SQL, with its values; `None` if a column is missing.
    fn to_sql(&self, columns: &Columns<'_>, next: &mut usize, binds: &mut Vec<Bind>) -> Option<String> {
        let mut conditions = Vec::new();
        let mut placeholder = |value: Bind| {
            binds.push(value);
            *next += 1;
            format!("${}", *next - 1)
        };
        if let Some(agency) = &self.agency {
            conditions.push(format!("{} = {}", columns.agency?, placeholder(Bind::Text(agency.clone()))));
        }
        match &self.place {
            Place::Anywhere => {}
            Place::Nowhere => conditions.push(format!("{} is null", columns.division?)),
            Place::Only(division) => {
                let column = columns.division?;
                conditions.push(format!("{column} = {}", placeholder(Bind::Text(division.clone()))));
            }
            Place::Within(division) => {
                let column = columns.division?;
                conditions.push(format!("{column} >= {}", placeholder(Bind::Text(division.clone()))));
                if let Some(behind) = behind(division) {
                    conditions.push(format!("{column} < {}", placeholder(Bind::Text(behind))));
                }
            }
        }
        if let Some(owner) = self.owner {
            conditions.push(format!("{} = {}", columns.owner?, placeholder(Bind::Number(owner.0))));
        }
        Some(if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" and ") })
    }
}

/// The least text behind all that begin with this code: its last digit that is no 9, one more (`520199` gives
/// `5202`). Digits only, so that every collation orders them alike; `None` behind 99….
fn behind(code: &str) -> Option<String> {
    let kept = code.trim_end_matches('9');
    let (last, before) = kept.as_bytes().split_last()?;
    let before = std::str::from_utf8(before).ok()?;
    Some(format!("{before}{}", char::from(last + 1)))
}

impl Scope {
    /// Nothing at all.
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Does a thing lie within it?
    pub fn holds(&self, resource: &Resource) -> bool {
        self.0.iter().any(|clause| clause.holds(resource))
    }

    /// Without clauses that another covers, sorted.
    pub(crate) fn simplified(mut clauses: Vec<Clause>) -> Scope {
        clauses.sort();
        clauses.dedup();
        let kept = clauses
            .iter()
            .enumerate()
            .filter(|(i, clause)| {
                !clauses.iter().enumerate().any(|(j, other)| *i != j && other.covers(clause))
            })
            .map(|(_, clause)| clause.clone())
            .collect();
        Scope(kept)
    }

    /// A condition for `where`, in brackets, and the values of its placeholders, the first of which is `$first`.
    ///
    /// Divisions are asked for as ranges (`>= '5201' and < '5202'`), so that an index on the column serves.
    pub fn to_sql(&self, columns: &Columns<'_>, first: usize) -> (String, Vec<Bind>) {
        let (mut next, mut all, mut parts) = (first, Vec::new(), Vec::new());
        for clause in &self.0 {
            let (mut then, mut binds) = (next, Vec::new());
            if let Some(part) = clause.to_sql(columns, &mut then, &mut binds) {
                next = then;
                all.extend(binds);
                parts.push(part);
            }
        }
        match parts.is_empty() {
            true => ("(1 = 0)".to_owned(), Vec::new()),
            false => (format!("({})", parts.join(" or ")), all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Columns<'_> =
        Columns { agency: Some("a.kind"), division: Some("o.division"), owner: Some("account_id") };

    #[test]
    fn a_scope_becomes_ranges_and_values_in_order() {
        let scope = Scope(vec![
            Clause {
                agency: Some("police".to_owned()),
                place: Place::Within("520102".to_owned()),
                ..Clause::default()
            },
            Clause { owner: Some(AccountId(7)), ..Clause::default() },
        ]);
        let (sql, binds) = scope.to_sql(&ALL, 3);
        assert_eq!(sql, "(a.kind = $3 and o.division >= $4 and o.division < $5 or account_id = $6)");
        let text = |text: &str| Bind::Text(text.to_owned());
        assert_eq!(binds, [text("police"), text("520102"), text("520103"), Bind::Number(7)]);
    }

    #[test]
    fn nothing_and_everything_are_conditions_too() {
        assert_eq!(Scope(vec![]).to_sql(&ALL, 1).0, "(1 = 0)");
        assert_eq!(Scope(vec![Clause::default()]).to_sql(&ALL, 1).0, "(1 = 1)");
    }

    #[test]
    fn a_condition_without_its_column_is_never_fulfilled() {
        let own = Clause { owner: Some(AccountId(7)), ..Clause::default() };
        let here = Clause { place: Place::Only("5201".to_owned()), ..own.clone() };
        let columns = Columns { division: Some("division"), ..Columns::default() };
        assert_eq!(Scope(vec![here, own]).to_sql(&columns, 1), ("(1 = 0)".to_owned(), vec![]));
    }

    #[test]
    fn what_lies_behind_a_code_is_shorter_where_digits_carry() {
        assert_eq!(behind("5201").as_deref(), Some("5202"));
        assert_eq!(behind("520109").as_deref(), Some("52011"));
        // 5202 lies before 520200000, so that this would let a whole city in.
        assert_eq!(behind("520199999").as_deref(), Some("5202"));
        assert_eq!(behind("0099").as_deref(), Some("01"));
        assert_eq!(behind("9999"), None);
    }

    #[test]
    fn a_wider_clause_swallows_a_narrower_one() {
        let within = |code: &str| Clause { place: Place::Within(code.to_owned()), ..Clause::default() };
        let own = Clause { owner: Some(AccountId(1)), ..within("520102") };
        let scope = Scope::simplified(vec![own, within("520102"), within("5201"), within("5201")]);
        assert_eq!(scope.0, [within("5201")]);
    }
}
