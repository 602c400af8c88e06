//! The divisions and borders of `data/divisions`, compiled in.

use crate::permission::Fault;
use mingjing_model::division::{Level, is_within};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The files compiled into the program, by city: code, register, borders.
const EMBEDDED: [(&str, &str, &str); 1] = [(
    "5201",
    include_str!("../../../../data/divisions/5201.yaml"),
    include_str!("../../../../data/divisions/5201.geojson"),
)];

/// A division of the register.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "as_of")]
    _as_of: u32,
    divisions: Vec<Named>,
}

/// City and districts by the code of the city, from above down; empty for a city that is not compiled in.
pub fn of_city(code: &str) -> Vec<Named> {
    let found = EMBEDDED.iter().find(|(city, ..)| *city == code);
    found.map_or_else(Vec::new, |(city, register, _)| {
        read(city, register).expect("a test reads the files that are compiled in")
    })
}

/// The borders of a city's districts as GeoJSON (`properties`: `adcode`, `name`, `centre`), for sketches inside the
/// platform; source, licence and datum stand in it.
pub fn borders(city: &str) -> Option<&'static str> {
    EMBEDDED.iter().find(|(code, ..)| *code == city).map(|(.., borders)| *borders)
}

fn read(city: &str, text: &str) -> Result<Vec<Named>, Vec<Fault>> {
    let file = format!("divisions/{city}.yaml");
    let read: Result<File, _> = serde_yaml_ng::from_str(text);
    let divisions = read.map_err(|e| vec![Fault::new(&file, "yaml", e.to_string())])?.divisions;
    let mut faults = Vec::new();
    let mut codes = BTreeSet::new();
    for (number, Named { code, name }) in divisions.iter().enumerate() {
        let is_first = number == 0;
        if Level::of(code).is_none() || !is_within(code, city) || (code == city) != is_first {
            let expected = format!("{name}: first {city}, then codes within it");
            faults.push(Fault::new(&file, code, expected));
        }
        if !codes.insert(code) {
            faults.push(Fault::new(&file, code, "stands twice"));
        }
    }
    if faults.is_empty() { Ok(divisions) } else { Err(faults) }
}

/// Every district has a border and every border a district.
fn check_borders(city: &str, divisions: &[Named], text: &str) -> Vec<Fault> {
    let file = format!("divisions/{city}.geojson");
    let read: Result<serde_json::Value, _> = serde_json::from_str(text);
    let borders = match read {
        Ok(borders) => borders,
        Err(e) => return vec![Fault::new(&file, "json", e.to_string())],
    };
    let features = borders["features"].as_array().cloned().unwrap_or_default();
    let drawn: BTreeSet<(String, String)> = features
        .iter()
        .map(|feature| {
            let text = |key: &str| feature["properties"][key].as_str().unwrap_or_default().to_owned();
            (text("adcode"), text("name"))
        })
        .collect();
    let districts = divisions.iter().filter(|one| Level::of(&one.code) == Some(Level::District));
    let listed: BTreeSet<(String, String)> =
        districts.map(|one| (one.code.clone(), one.name.clone())).collect();
    let mut faults: Vec<Fault> = listed
        .symmetric_difference(&drawn)
        .map(|(code, name)| {
            Fault::new(&file, code, format!("{name}: must stand in the register and have a border"))
        })
        .collect();
    if borders["source"].as_str().is_none_or(str::is_empty) {
        faults.push(Fault::new(&file, "source", "is missing"));
    }
    faults
}

/// Checks the files of `data/divisions`; says what was checked.
pub(crate) fn check(files: &[(String, String)]) -> Result<String, Vec<Fault>> {
    let (mut cities, mut count, mut faults) = (0, 0, Vec::new());
    for (name, text) in files {
        let Some(city) = name.strip_suffix(".yaml") else { continue };
        let divisions = read(city, text)?;
        (cities, count) = (cities + 1, count + divisions.len());
        let borders = files.iter().find(|(other, _)| *other == format!("{city}.geojson"));
        faults.extend(check_borders(city, &divisions, borders.map_or("", |(_, text)| text)));
    }
    if faults.is_empty() {
        Ok(format!("divisions: {cities} cities, {count} divisions with borders"))
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guiyang_has_its_ten_county_level_divisions_with_borders() {
        let divisions = of_city("5201");
        assert_eq!(divisions.len(), 11);
        assert_eq!(check_borders("5201", &divisions, borders("5201").unwrap()), []);
        assert!(of_city("5202").is_empty() && borders("5202").is_none());
    }

    #[test]
    fn a_district_without_a_border_is_a_fault() {
        let mut divisions = of_city("5201");
        divisions.push(Named { code: "520114".to_owned(), name: "小河区".to_owned() });
        let faults = check_borders("5201", &divisions, borders("5201").unwrap());
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["520114"]);
    }

    #[test]
    fn a_code_of_another_city_is_a_fault() {
        let text = "version: 1\nsource: s\nas_of: 2023\ndivisions:\n  - {code: '5201', name: a}\n  - {code: '520201', name: b}\n";
        assert_eq!(read("5201", text).unwrap_err()[0].key, "520201");
    }
}
