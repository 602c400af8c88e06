//! Pages and API: the only crate that knows HTTP and HTML.
//!
//! One noun a module, its templates beside its handlers. A page works without script. Decides nothing: who may do
//! what and what then happens is `casework`'s.

pub mod admin;
pub mod api;
pub mod app;
pub mod audit;
pub mod desk;
pub mod fault;
pub mod health;
pub mod help;
pub mod list;
pub mod look;
pub mod my;
pub mod network;
pub mod notice;
pub mod routes;
pub mod search;
pub mod serve;
pub mod settings;
pub mod sign_in;
pub mod signed;
pub mod words;
