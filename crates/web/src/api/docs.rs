//! The description of the API as a page of our own, written from the same description that machines read.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell};
use crate::signed::Signed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use std::sync::Arc;

struct Call {
    method: String,
    path: String,
    summary: String,
    scopes: String,
    parameters: Vec<(String, String)>,
    answers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "api/docs.html")]
struct Page {
    shell: Shell,
    calls: Vec<Call>,
}

/// `GET /api/docs`.
pub(super) async fn page(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let described = serde_json::to_value(super::description()).map_err(|e| Fault::World(e.to_string()))?;
    let shell = Shell::new(&app, &signed, Section::Help, "api.docs.title").await.lead("api.docs.lead");
    show(&Page { shell, calls: calls(&described) })
}

fn calls(described: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, methods) in described["paths"].as_object().into_iter().flatten() {
        for (method, call) in methods.as_object().into_iter().flatten() {
            calls.push(Call {
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&call["summary"]),
                scopes: call["security"][0]["bearer"].as_array().into_iter().flatten().map(text).collect(),
                parameters: call["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|parameter| (text(&parameter["name"]), text(&parameter["description"])))
                    .collect(),
                answers: call["responses"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(status, answer)| (status.clone(), schema(answer)))
                    .collect(),
            });
        }
    }
    calls
}

/// The name of what is answered.
fn schema(answer: &Value) -> String {
    let content = answer["content"].as_object().and_then(|content| content.values().next());
    let name = content.map(|content| text(&content["schema"]["$ref"])).unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
