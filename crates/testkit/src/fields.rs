//! Every figure of a count as a name and a text, in one order: what golden cases are checked against, and how two
//! counts are compared so that the first difference has a name.

use mingjing_model::money::yuan_text;
use mingjing_model::time::day_text;
use mingjing_network::figures::{AccountFigures, Counted, DayFlow, PersonFigures, Spread, Whole};
use mingjing_network::rows::{Day, Fen};

/// A named figure. Money is in yuan with two decimals; what does not exist is `null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, with a path in front where it has one: `days.2020-01-02.joins`.
    pub name: String,
    /// Its value.
    pub text: String,
    /// Is it an amount of money?
    pub is_money: bool,
}

/// All figures of a count, named by account (`account A1 persons`), by person (`person P1 levels`), the whole
/// network (`whole roots`), findings (`finding cycles`) and their rows (`detail 0`).
pub fn fields(counted: &Counted) -> Vec<Field> {
    let Counted { accounts, persons, whole, findings, details } = counted;
    let mut all = Vec::new();
    let named = |prefix: String, fields: Vec<Field>| {
        fields.into_iter().map(move |field| Field { name: format!("{prefix} {}", field.name), ..field })
    };
    for (&key, &value) in findings {
        // Printed as it is held: a count, or fen.
        all.push(Field { name: format!("finding {key}"), text: value.to_string(), is_money: false });
    }
    for (place, detail) in details.iter().enumerate() {
        let text = format!("{detail:?}");
        all.push(Field { name: format!("detail {place}"), text, is_money: false });
    }
    for account in accounts {
        all.extend(named(format!("account {}", account.account), account_fields(account)));
    }
    for person in persons {
        all.extend(named(format!("person P{}", person.person), person_fields(person)));
    }
    all.extend(named("whole".to_owned(), whole_fields(whole)));
    all
}

/// The first figure in which two counts differ: its name and both values.
pub fn first_difference(one: &Counted, other: &Counted) -> Option<(String, String, String)> {
    let (one, other) = (fields(one), fields(other));
    for place in 0..one.len().max(other.len()) {
        match (one.get(place), other.get(place)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) if a.name == b.name => {
                return Some((a.name.clone(), a.text.clone(), b.text.clone()));
            }
            (a, b) => {
                let shown = |field: Option<&Field>| match field {
                    Some(field) => format!("{} = {}", field.name, field.text),
                    None => "nothing".to_owned(),
                };
                return Some((format!("figure {place}"), shown(a), shown(b)));
            }
        }
    }
    None
}

/// A list of fields in the making.
#[derive(Default)]
struct List(Vec<Field>);

impl List {
    fn plain(&mut self, name: &str, value: impl ToString) -> &mut List {
        self.0.push(Field { name: name.to_owned(), text: value.to_string(), is_money: false });
        self
    }

    fn many(&mut self, name: &str, values: &[u64]) -> &mut List {
        let texts: Vec<String> = values.iter().map(u64::to_string).collect();
        self.plain(name, texts.join(" "))
    }

    fn maybe(&mut self, name: &str, value: Option<impl ToString>) -> &mut List {
        self.plain(name, value.map_or("null".to_owned(), |value| value.to_string()))
    }

    fn day(&mut self, name: &str, day: Option<Day>) -> &mut List {
        self.maybe(name, day.map(shown_day))
    }

    fn money(&mut self, name: &str, fen: Option<impl Into<i128>>) -> &mut List {
        let text = fen.map_or("null".to_owned(), |fen| yuan_text(fen.into()));
        self.0.push(Field { name: name.to_owned(), text, is_money: true });
        self
    }
}

fn shown_day(day: Day) -> String {
    day_text(day).unwrap_or_else(|| format!("day {day}"))
}

/// The fields of one account.
pub(crate) fn account_fields(figures: &AccountFigures) -> Vec<Field> {
    let AccountFigures {
        account,
        person,
        depth,
        directs,
        accounts,
        persons,
        levels,
        person_levels,
        paid_in,
        bonus,
        withdrawn,
        team_paid_in,
    } = figures;
    let mut list = List::default();
    list.plain("account", account).plain("person", format!("P{person}")).plain("depth", depth);
    list.plain("directs", directs).plain("accounts", accounts).plain("persons", persons);
    list.plain("levels", levels).plain("person_levels", person_levels);
    list.money("paid_in", *paid_in).money("bonus", *bonus).money("withdrawn", *withdrawn);
    list.money("team_paid_in", *team_paid_in);
    list.0
}

/// The fields of one person.
pub(crate) fn person_fields(figures: &PersonFigures) -> Vec<Field> {
    let PersonFigures {
        person,
        accounts,
        persons,
        levels,
        direct_persons,
        paid_in,
        bonus,
        withdrawn,
        team_paid_in,
        team_paid_in_others,
        net,
        floor_met,
        floor_met_on,
        grave_persons,
        grave_amount,
        grave_amount_others,
    } = figures;
    let mut list = List::default();
    list.plain("person", format!("P{person}")).plain("accounts", accounts).plain("persons", persons);
    list.plain("levels", levels).plain("direct_persons", direct_persons);
    list.money("paid_in", *paid_in).money("bonus", *bonus).money("withdrawn", *withdrawn);
    list.money("team_paid_in", *team_paid_in).money("team_paid_in_others", *team_paid_in_others);
    list.money("net", *net).plain("floor_met", floor_met).day("floor_met_on", *floor_met_on);
    list.plain("grave_persons", grave_persons).maybe("grave_amount", *grave_amount);
    list.maybe("grave_amount_others", *grave_amount_others);
    list.0
}

/// The fields of the whole network.
pub(crate) fn whole_fields(whole: &Whole) -> Vec<Field> {
    let mut list = List::default();
    whole_structure(whole, &mut list);
    whole_money(whole, &mut list);
    whole_dates(whole, &mut list);
    list.0
}

fn whole_structure(whole: &Whole, list: &mut List) {
    list.plain("persons", whole.persons).plain("accounts", whole.accounts).plain("roots", whole.roots);
    list.plain("levels", whole.levels).plain("person_levels", whole.person_levels);
    list.many("accounts_per_depth", &whole.accounts_per_depth);
    list.many("persons_per_depth", &whole.persons_per_depth);
    list.plain("dropped_accounts", whole.dropped_accounts);
    list.plain("accounts_after_cutoff", whole.accounts_after_cutoff);
    list.plain("system_accounts", whole.system_accounts);
    list.plain("persons_without_system", whole.persons_without_system);
    list.plain("accounts_without_system", whole.accounts_without_system);
    list.plain("persons_meeting_floor", whole.persons_meeting_floor);
    list.plain("persons_meeting_grave_persons", whole.persons_meeting_grave_persons);
    list.maybe("persons_meeting_grave_amount", whole.persons_meeting_grave_amount);
    list.maybe("persons_meeting_grave_amount_others", whole.persons_meeting_grave_amount_others);
    list.plain("accounts_meeting_floor", whole.accounts_meeting_floor);
    list.plain("accounts_meeting_grave_persons", whole.accounts_meeting_grave_persons);
}

fn whole_money(whole: &Whole, list: &mut List) {
    list.money("paid_in", whole.paid_in).money("paid_in_net", whole.paid_in_net);
    list.money("bonus", whole.bonus).money("bonus_net", whole.bonus_net);
    list.money("withdrawn", whole.withdrawn).money("withdrawn_net", whole.withdrawn_net);
    list.money("retained", whole.retained);
    list.maybe("net_basis", whole.net_basis.map(|basis| format!("{basis:?}").to_lowercase()));
    list.money("paid_in_within_30_days", whole.paid_in_within_30_days);
    list.maybe("bonus_gini_millionths", whole.bonus_gini_millionths);
    list.money("bonus_top_percent", whole.bonus_top_percent);
    list.money("dropped_paid_in", whole.dropped_paid_in);
    list.money("paid_in_without_system", whole.paid_in_without_system);
    list.plain("spread", if whole.spread.is_some() { "some" } else { "null" });
    if let Some(Spread { persons_at_loss, sum_of_losses, sum, median, deciles }) = &whole.spread {
        list.plain("persons_at_loss", persons_at_loss).money("sum_of_losses", Some(*sum_of_losses));
        list.money("sum_of_net", Some(*sum)).money("median_net", Some(*median));
        for (tenth, decile) in (1..).zip(deciles) {
            list.money(&format!("deciles.{tenth}"), Some(*decile));
        }
    }
}

fn whole_dates(whole: &Whole, list: &mut List) {
    list.day("first_floor_met_on", whole.first_floor_met_on);
    list.day("floor_persons_reached_on", whole.floor_persons_reached_on);
    list.day("grave_persons_reached_on", whole.grave_persons_reached_on);
    for (day, DayFlow { joins, money_in, bonus, out }) in &whole.days {
        let day = day.map_or("unknown".to_owned(), shown_day);
        list.plain(&format!("days.{day}.joins"), joins);
        let flows: [(&str, &Fen); 3] = [("money_in", money_in), ("bonus", bonus), ("out", out)];
        for (name, fen) in flows {
            list.money(&format!("days.{day}.{name}"), Some(*fen));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named() {
        let mut one = Counted {
            accounts: vec![],
            persons: vec![],
            whole: Whole { persons: 3, ..Whole::default() },
            findings: [("cycles", 0)].into(),
            details: vec![],
        };
        let mut other = one.clone();
        assert_eq!(first_difference(&one, &other), None);
        other.whole.days.insert(Some(0), DayFlow { joins: 1, ..DayFlow::default() });
        assert!(first_difference(&one, &other).unwrap().2.contains("days.1970-01-01.joins = 1"));
        one.whole.persons = 4;
        let (name, a, b) = first_difference(&one, &other).unwrap();
        assert_eq!((name.as_str(), a.as_str(), b.as_str()), ("whole persons", "4", "3"));
    }
}
