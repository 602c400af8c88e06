//! The ten divisions of the city as plain shapes with a word and a number. A sketch, not a map for the public.

use super::{Chart, Svg, escaped};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::OnceLock;

const WIDTH: f64 = 520.0;

/// The number of a division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its code: 520102.
    pub code: String,
    /// How dark.
    pub value: i64,
    /// The number as written.
    pub text: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
}

impl Area {
    /// Of code, value and the value as written.
    pub fn new(code: impl Into<String>, value: i64, text: impl Into<String>) -> Area {
        Area { code: code.into(), value, text: text.into(), href: String::new() }
    }

    /// That leads somewhere.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Area {
        self.href = href.into();
        self
    }
}

#[derive(Deserialize)]
struct File {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    adcode: String,
    name: String,
}

type Ring = Vec<[f64; 2]>;

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

struct Shape {
    code: String,
    name: String,
    path: String,
    x: f64,
    y: f64,
}

struct Sketch {
    height: f64,
    shapes: Vec<Shape>,
}

/// Drawn once; an empty sketch if the file of the borders could not be read, which a test excludes.
fn sketch() -> &'static Sketch {
    static SKETCH: OnceLock<Sketch> = OnceLock::new();
    SKETCH.get_or_init(|| {
        let text = include_str!("../../../../../data/divisions/5201.geojson");
        match serde_json::from_str(text) {
            Ok(file) => draw(&file),
            Err(_) => Sketch { height: 1.0, shapes: Vec::new() },
        }
    })
}

/// Degrees to points: at this latitude a degree of longitude is shorter by the cosine.
fn draw(file: &File) -> Sketch {
    let points = || file.features.iter().flat_map(|feature| rings(&feature.geometry).into_iter().flatten());
    let bound = |at: usize| {
        points().fold((f64::MAX, f64::MIN), |(low, high), point| (low.min(point[at]), high.max(point[at])))
    };
    let ((west, east), (south, north)) = (bound(0), bound(1));
    let shrink = ((south + north) / 2.0).to_radians().cos();
    let scale = WIDTH / ((east - west) * shrink);
    let place = |point: &[f64; 2]| ((point[0] - west) * shrink * scale, (north - point[1]) * scale);
    let shapes = file
        .features
        .iter()
        .map(|feature| {
            let mut path = String::new();
            for ring in rings(&feature.geometry) {
                for (at, point) in ring.iter().enumerate() {
                    let (x, y) = place(point);
                    let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
                }
                path.push('Z');
            }
            let (x, y) = place(&middle(&feature.geometry));
            let Properties { adcode, name } = &feature.properties;
            Shape { code: adcode.clone(), name: name.clone(), path, x, y }
        })
        .collect();
    Sketch { height: (north - south) * scale, shapes }
}

/// The centre of gravity of the largest part, where the name stands.
fn middle(geometry: &Geometry) -> [f64; 2] {
    let outer: Vec<&Ring> = match geometry {
        Geometry::Polygon(rings) => rings.first().into_iter().collect(),
        Geometry::MultiPolygon(polygons) => polygons.iter().filter_map(|rings| rings.first()).collect(),
    };
    let mut largest = (0.0_f64, [0.0; 2]);
    for ring in outer {
        let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
        for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let cross = a[0] * b[1] - b[0] * a[1];
            area += cross;
            x += (a[0] + b[0]) * cross;
            y += (a[1] + b[1]) * cross;
        }
        if area.abs() > largest.0 {
            largest = (area.abs(), [x / (3.0 * area), y / (3.0 * area)]);
        }
    }
    largest.1
}

fn rings(geometry: &Geometry) -> Vec<&Ring> {
    match geometry {
        Geometry::Polygon(rings) => rings.iter().collect(),
        Geometry::MultiPolygon(polygons) => polygons.iter().flatten().collect(),
    }
}

/// The divisions with their numbers; one without a number says so by its colour and in the table.
pub fn map(title: &str, heads: [&str; 2], areas: &[Area]) -> Chart {
    let by_code: BTreeMap<&str, &Area> = areas.iter().map(|area| (area.code.as_str(), area)).collect();
    let most = areas.iter().map(|area| area.value).max().unwrap_or(0).max(1);
    let sketch = sketch();
    let height = sketch.height;
    let mut svg =
        format!(r#"<svg viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="{}">"#, escaped(title));
    for shape in &sketch.shapes {
        let area = by_code.get(shape.code.as_str());
        let depth = area.map_or(0, |area| depth(area.value, most));
        let path = format!(r#"<path class="area area-{depth}" d="{}"/>"#, shape.path);
        let _ = match area.filter(|area| !area.href.is_empty()) {
            Some(area) => {
                write!(svg, r#"<a href="{}" aria-label="{}">{path}</a>"#, escaped(&area.href), shape.name)
            }
            None => svg.write_str(&path),
        };
    }
    for shape in &sketch.shapes {
        let text = by_code.get(shape.code.as_str()).map_or("", |area| area.text.as_str());
        let (x, y, name, text) = (shape.x, shape.y, escaped(&shape.name), escaped(text));
        let _ = write!(
            svg,
            r#"<text class="area-name" x="{x:.1}" y="{y:.1}">{name}<tspan x="{x:.1}" dy="1.25em">{text}</tspan></text>"#
        );
    }
    svg.push_str("</svg>");
    let cell = |code: &str| by_code.get(code).map_or_else(|| "0".to_owned(), |area| area.text.clone());
    Chart {
        title: title.to_owned(),
        svg: Svg(svg),
        heads: heads.map(str::to_owned).to_vec(),
        rows: sketch.shapes.iter().map(|shape| vec![shape.name.clone(), cell(&shape.code)]).collect(),
    }
}

/// Nothing, then thirds of the largest.
fn depth(value: i64, most: i64) -> u8 {
    match value {
        ..=0 => 0,
        value if value.saturating_mul(3) <= most => 1,
        value if value.saturating_mul(3) <= most.saturating_mul(2) => 2,
        _ => 3,
    }
}
