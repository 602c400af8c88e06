//! `mingjing network branch`: a branch of the tree at once, from the index of the result directory.

use super::Output;
use crate::error::Error;
use mingjing_results::branches::{Branches, NODES_MAX};
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
        None => outline(&branch, Language::Zh),
    };
    output.say(&text)
}
