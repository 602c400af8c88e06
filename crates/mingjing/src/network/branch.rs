//! `mingjing network branch`: a branch of the tree at once, from the index of the result directory.

use super::Output;
use crate::error::Error;
use mingjing_model::money::yuan_text;
use mingjing_results::branches::{Branch, Branches, NODES_MAX};
use mingjing_results::export;
use mingjing_results::outline::{Language, outline};
use std::path::PathBuf;

/// Arguments.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The result directory.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The account at the top.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: String,
    /// Levels shown, the top's included.
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub levels: u32,
    /// Most accounts shown.
    #[arg(long, default_value_t = NODES_MAX, value_name = "N")]
    pub nodes: usize,
    /// Write the branch for a graph program instead.
    #[arg(long, value_enum)]
    pub export: Option<Export>,
}

/// Formats of graph programs.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Export {
    /// Gephi.
    Gexf,
    /// yEd, NetworkX, igraph.
    Graphml,
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output<'_>) -> Result<(), Error> {
    let index = Branches::open(&args.out)?;
    let branch = index.branch(args.account.trim(), args.levels.max(1), args.nodes)?;
    let text = match args.export {
        Some(Export::Gexf) => export::gexf(&branch),
        Some(Export::Graphml) => export::graphml(&branch),
        None if output.json => json(&branch),
        None => outline(&branch, Language::Zh),
    };
    output.say(&text)
}

/// The accounts shown, in the order of the outline.
fn json(branch: &Branch) -> String {
    let accounts = branch.nodes.iter().map(|shown| {
        let (node, above) = (&shown.node, shown.above.map(|above| &branch.nodes[above].node.account));
        serde_json::json!({
            "account": node.account, "person": format!("P{}", node.person), "above": above, "level": shown.level,
            "depth": node.depth, "directs": node.directs, "directs_left_out": shown.directs_left_out(),
            "accounts": node.accounts, "persons": node.persons, "levels": node.levels,
            "team_paid_in": node.team_paid_in.map(|fen| yuan_text(fen.into())),
        })
    });
    format!("{:#}\n", serde_json::json!({ "accounts": accounts.collect::<Vec<_>>() }))
}
