//! The demo city as data: `data/demo`, compiled in and checked when it is read.

use crate::permission::Role;
use mingjing_model::division::{Level, is_within};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The files do not fit together: ours, found by a test.
#[derive(Debug, thiserror::Error)]
#[error("data/demo/{file}: {fault}")]
pub struct Faulty {
    /// Which file.
    pub file: &'static str,
    /// What is wrong.
    pub fault: String,
}

/// A division.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Division {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

impl Division {
    /// The code of the division above; none for the city.
    pub fn parent(&self) -> Option<&str> {
        let digits = match Level::of(&self.code)? {
            Level::City => return None,
            Level::District => 4,
            Level::Street => 6,
            Level::Community => 9,
        };
        Some(&self.code[..digits])
    }
}

/// How an agency's offices are called, level by level; none where it has no office.
#[derive(Clone, Debug, Deserialize)]
struct Offices {
    kind: String,
    city: Option<String>,
    district: Option<String>,
    street: Option<String>,
    community: Option<String>,
}

/// An office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Office {
    /// Kind of the agency, a word of `data/policy/agency.yaml`.
    pub agency: String,
    /// Code of the division.
    pub division: String,
    /// Its name.
    pub name: String,
}

/// A made-up person.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// What is typed to sign in.
    pub login: String,
    /// Family and given name.
    pub name: String,
    /// Kind of the agency of the office.
    pub agency: String,
    /// Division of the office.
    pub division: String,
    /// Roles held in the office.
    pub roles: Vec<Role>,
    /// Has a second factor, by the demo secret.
    #[serde(default, rename = "totp")]
    pub has_factor: bool,
    /// Why the account is disabled; none for one in use.
    pub disabled: Option<String>,
}

/// Who holds a post.
#[derive(Clone, Debug, Deserialize)]
pub struct Holder {
    /// Who.
    pub login: String,
    /// First day, counted from the day of filling.
    pub since: i64,
    /// Last day, counted from the day of filling.
    pub until: Option<i64>,
    /// In whose stead.
    pub in_stead_of: Option<String>,
}

/// A post of a duty list.
#[derive(Clone, Debug, Deserialize)]
pub struct Post {
    /// What is answered for.
    pub task: String,
    /// Kind of the agency of the office.
    pub agency: String,
    /// Division of the office.
    pub division: String,
    /// Who holds it; none is the gap that is shown.
    pub holders: Vec<Holder>,
}

/// Something that happened before.
#[derive(Clone, Debug, Deserialize)]
pub struct Past {
    /// So many days before the filling.
    pub days: i64,
    /// At this time in Asia/Shanghai, `09:30`.
    pub clock: String,
    /// Who.
    pub login: String,
    /// What, a word of the audit log.
    pub action: String,
    /// To what kind of thing.
    pub kind: String,
    /// To which one; a login where the kind is `account` or `session`.
    pub id: String,
}

/// The whole city.
#[derive(Clone, Debug)]
pub struct City {
    /// All divisions, each behind the one above.
    pub divisions: Vec<Division>,
    /// All offices.
    pub offices: Vec<Office>,
    /// All people.
    pub people: Vec<Person>,
    /// The one password.
    pub password: String,
    /// The second factor of those who have one, base32.
    pub totp_secret: String,
    /// Duty lists.
    pub posts: Vec<Post>,
    /// History.
    pub past: Vec<Past>,
}

#[derive(Deserialize)]
struct Divisions {
    city: Division,
    districts: Vec<Division>,
    streets: Vec<Division>,
    communities: Vec<Division>,
}

#[derive(Deserialize)]
struct Agencies {
    agencies: Vec<Offices>,
}

#[derive(Deserialize)]
struct People {
    password: String,
    totp_secret: String,
    people: Vec<Person>,
}

#[derive(Deserialize)]
struct Posts {
    posts: Vec<Post>,
}

#[derive(Deserialize)]
struct History {
    entries: Vec<Past>,
}

fn read<T: for<'de> Deserialize<'de>>(file: &'static str, text: &str) -> Result<T, Faulty> {
    serde_yaml_ng::from_str(text).map_err(|e| Faulty { file, fault: e.to_string() })
}

impl City {
    /// Reads and checks the files that are compiled in.
    ///
    /// # Errors
    /// A file cannot be read, or names what another does not have.
    pub fn load() -> Result<City, Faulty> {
        let Divisions { city, districts, streets, communities } =
            read("divisions.yaml", include_str!("../../../../data/demo/divisions.yaml"))?;
        let divisions: Vec<Division> =
            std::iter::once(city).chain(districts).chain(streets).chain(communities).collect();
        let Agencies { agencies } = read("offices.yaml", include_str!("../../../../data/demo/offices.yaml"))?;
        let People { password, totp_secret, people } =
            read("people.yaml", include_str!("../../../../data/demo/people.yaml"))?;
        let Posts { posts } = read("duty.yaml", include_str!("../../../../data/demo/duty.yaml"))?;
        let History { entries } = read("history.yaml", include_str!("../../../../data/demo/history.yaml"))?;
        let offices = offices(&agencies, &divisions, &people);
        let city = City { divisions, offices, people, password, totp_secret, posts, past: entries };
        city.check()?;
        Ok(city)
    }

    fn check(&self) -> Result<(), Faulty> {
        let codes: BTreeSet<&str> = self.divisions.iter().map(|division| division.code.as_str()).collect();
        let logins: BTreeSet<&str> = self.people.iter().map(|person| person.login.as_str()).collect();
        let offices: BTreeSet<(&str, &str)> =
            self.offices.iter().map(|office| (office.agency.as_str(), office.division.as_str())).collect();
        let fault = |file, fault: String| Err(Faulty { file, fault });
        if codes.len() != self.divisions.len() || logins.len() != self.people.len() {
            return fault("people.yaml", "a code or a login stands twice".to_owned());
        }
        for division in &self.divisions {
            let is_rooted = division.parent().is_none_or(|parent| codes.contains(parent));
            if !is_rooted || Level::of(&division.code).is_none() {
                return fault("divisions.yaml", format!("{} lies in nothing", division.code));
            }
        }
        for person in &self.people {
            if !offices.contains(&(person.agency.as_str(), person.division.as_str())) {
                return fault("people.yaml", format!("{} has no office", person.login));
            }
        }
        for post in &self.posts {
            let held =
                post.holders.iter().flat_map(|holder| [Some(&holder.login), holder.in_stead_of.as_ref()]);
            let stranger = held.flatten().find(|login| !logins.contains(login.as_str()));
            if !offices.contains(&(post.agency.as_str(), post.division.as_str())) || stranger.is_some() {
                return fault(
                    "duty.yaml",
                    format!("{}: no such office, or {stranger:?} is nobody", post.task),
                );
            }
        }
        match self.past.iter().find(|past| !logins.contains(past.login.as_str())) {
            Some(past) => fault("history.yaml", format!("{} is nobody", past.login)),
            None => Ok(()),
        }
    }
}

/// Every agency's office for the city and each district; on the levels below only where somebody works.
fn offices(agencies: &[Offices], divisions: &[Division], people: &[Person]) -> Vec<Office> {
    let mut all = Vec::new();
    for agency in agencies {
        for division in divisions {
            let level = Level::of(&division.code);
            let name = match level {
                Some(Level::City) => &agency.city,
                Some(Level::District) => &agency.district,
                Some(Level::Street) => &agency.street,
                Some(Level::Community) => &agency.community,
                None => &None,
            };
            let is_wanted = matches!(level, Some(Level::City | Level::District))
                || people.iter().any(|person| is_within(&person.division, &division.code));
            if let Some(name) = name.as_ref().filter(|_| is_wanted) {
                let name = name.replace("{division}", &division.name);
                all.push(Office { agency: agency.kind.clone(), division: division.code.clone(), name });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_city_has_ten_districts_all_its_streets_and_somebody_in_every_role() {
        let city = City::load().unwrap();
        let count = |level| city.divisions.iter().filter(|one| Level::of(&one.code) == Some(level)).count();
        assert_eq!(count(Level::District), 10);
        assert!(count(Level::Street) > 100 && count(Level::Community) > 20);
        assert_eq!(city.people.len(), 60);
        for role in Role::ALL {
            assert!(city.people.iter().any(|person| person.roles.contains(role)), "nobody is {role}");
        }
    }

    #[test]
    fn exactly_one_post_has_nobody() {
        let city = City::load().unwrap();
        let gaps: Vec<_> = city.posts.iter().filter(|post| post.holders.is_empty()).collect();
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].division, "520112");
    }

    #[test]
    fn names_are_plainly_made_up() {
        for person in City::load().unwrap().people {
            let given: Vec<char> = person.name.chars().skip(1).collect();
            assert!(
                "甲乙丙丁戊己庚辛壬癸".contains(given[0]) && "子丑寅卯辰巳午未申酉戌亥".contains(given[1])
            );
            assert_eq!(given.len(), 2, "{}", person.name);
        }
    }
}
