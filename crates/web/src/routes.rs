//! Every route with what it needs, in one table: what is not in the table does not exist.
//!
//! The guard in front of each handler refuses who is not signed in, who has no role that could, and who sends too
//! much or takes too long. Whether this one thing may be touched, the handler asks [`Signed::check`] itself.

pub mod guard;

use crate::app::App;
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, on};
use mingjing_casework::permission::{Action, Kind};
use std::sync::Arc;

#[allow(unused_imports, reason = "named in the text above")]
use crate::signed::Signed;

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: sign-in, health, static files.
    Open,
    /// An account that is signed in: its own things.
    Account,
    /// A role that may do this to some thing of the kind.
    May(Action, Kind),
}

/// One route.
#[derive(Clone, Debug)]
pub struct Route {
    /// GET, POST, …
    pub method: Method,
    /// As axum writes it: `/analyses/{id}`.
    pub path: &'static str,
    /// What it asks.
    pub need: Need,
    /// Does it take large bodies and its time (uploads, downloads)?
    pub is_long: bool,
}

/// Routes of a module, or of all.
#[derive(Default)]
pub struct Routes {
    table: Vec<Route>,
    router: Router<Arc<App>>,
}

impl Routes {
    /// None.
    pub fn new() -> Routes {
        Routes::default()
    }

    /// A page or deed for those whose role may do `action` to some thing of `kind`.
    #[must_use]
    pub fn page<H, T>(
        self,
        method: Method,
        path: &'static str,
        action: Action,
        kind: Kind,
        handler: H,
    ) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.route(Route { method, path, need: Need::May(action, kind), is_long: false }, handler)
    }

    /// Like [`Routes::page`] for uploads and downloads: the upload limit instead of the small one, no time limit.
    #[must_use]
    pub fn long<H, T>(
        self,
        method: Method,
        path: &'static str,
        action: Action,
        kind: Kind,
        handler: H,
    ) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.route(Route { method, path, need: Need::May(action, kind), is_long: true }, handler)
    }

    /// For everybody who is signed in, about their own things.
    #[must_use]
    pub fn account<H, T>(self, method: Method, path: &'static str, handler: H) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.route(Route { method, path, need: Need::Account, is_long: false }, handler)
    }

    /// For everybody.
    #[must_use]
    pub fn open<H, T>(self, method: Method, path: &'static str, handler: H) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.route(Route { method, path, need: Need::Open, is_long: false }, handler)
    }

    /// These and the others.
    #[must_use]
    pub fn and(mut self, other: Routes) -> Routes {
        self.table.extend(other.table);
        Routes { table: self.table, router: self.router.merge(other.router) }
    }

    /// What there is.
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// Table and router apart.
    pub fn split(self) -> (Vec<Route>, Router<Arc<App>>) {
        (self.table, self.router)
    }

    fn route<H, T>(mut self, route: Route, handler: H) -> Routes
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(route.method.clone())
            .expect("routes are written with the methods axum knows");
        let kept = Arc::new(route.clone());
        let guarded = on(filter, handler).layer(from_fn(move |request, next| {
            let route = Arc::clone(&kept);
            guard::guard(route, request, next)
        }));
        let path = route.path;
        self.table.push(route);
        Routes { table: self.table, router: self.router.route(path, guarded) }
    }
}

/// All routes of the program.
pub fn all() -> Routes {
    Routes::new()
        .and(crate::look::routes())
        .and(crate::admin::routes())
        .and(crate::list::routes())
        .and(crate::help::routes())
        .and(crate::notice::routes())
        .and(crate::search::routes())
        .and(crate::desk::routes())
        .and(crate::sign_in::routes())
        .and(crate::my::routes())
        .and(crate::audit::routes())
        .and(crate::health::routes())
        .and(crate::network::routes())
        .and(crate::api::routes())
}
