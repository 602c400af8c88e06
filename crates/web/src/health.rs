//! Health, readiness, metrics: for those who keep the server running.

use crate::app::App;
use crate::fault::Fault;
use crate::routes::Routes;
use crate::signed::Visitor;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// Bounds of the buckets of request times, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// A job without a heartbeat for so long is stuck.
const STOPPED: i64 = 20_000_000;

/// The routes.
pub fn routes() -> Routes {
    Routes::new().open(Method::GET, "/health", health).open(Method::GET, "/ready", ready).open(
        Method::GET,
        "/metrics",
        show_metrics,
    )
}

/// `GET /health`: the program runs.
async fn health() -> &'static str {
    "ok\n"
}

/// `GET /ready`: it can answer, the database too.
async fn ready(State(app): State<Arc<App>>) -> Response {
    match mingjing_store::audit::read::head(&app.db).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
        }
    }
}

/// `GET /metrics`, for the networks of the settings only; for all others there is no such page.
async fn show_metrics(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Fault> {
    let address = visitor.address.as_deref().and_then(|address| address.parse::<IpAddr>().ok());
    let may =
        address.is_some_and(|address| app.settings.metrics_from.iter().any(|known| known.holds(address)));
    if !may {
        return Err(Fault::NotFound);
    }
    let now = app.now();
    let jobs = mingjing_store::job::counts(&app.db, now, now - STOPPED).await?;
    let gauge = |name: &'static str, value: i64| metrics::gauge!(name).set(value as f64);
    gauge("mingjing_jobs_due", jobs.due);
    gauge("mingjing_jobs_running", jobs.running);
    gauge("mingjing_jobs_stuck", jobs.stuck);
    gauge("mingjing_jobs_failed", jobs.failed);
    gauge("mingjing_audit_links", mingjing_store::audit::read::head(&app.db).await?.seq);
    let queue = mingjing_store::audit::read::queue(&app.db).await?;
    gauge("mingjing_audit_waiting", queue.waiting);
    gauge("mingjing_audit_waiting_seconds", queue.since.map_or(0, |since| (now - since) / 1_000_000));
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, recorder().render()).into_response())
}

/// The recorder of this process; set up when first asked for.
pub fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).expect("there are buckets");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics go to another recorder of this process");
        }
        handle
    })
}
