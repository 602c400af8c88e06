//! All layers around the routes, the listener, and the end of the program.

pub mod headers;
pub mod log;

use crate::app::App;
use crate::fault::{Fault, dress};
use crate::routes;
use crate::signed::{csrf, identify, session};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::any::Any;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// Requests under way may take so long to end after the signal.
const GRACE: Duration = Duration::from_secs(10);
/// A client that does not send its headers in this time is let go.
const HEADERS: Duration = Duration::from_secs(20);

/// The whole program as one service. The last layer named is the outermost.
pub fn router(app: Arc<App>) -> Router {
    let (_, routes) = routes::all().split();
    crate::health::recorder();
    let small = SizeAbove::new(1024).and(NotForContentType::new("application/zip"));
    let small = small.and(NotForContentType::new("application/vnd.openxmlformats"));
    routes
        .fallback(|| async { Fault::NotFound })
        .method_not_allowed_fallback(|| async { Fault::Method })
        .layer(from_fn_with_state(Arc::clone(&app), csrf::guard))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&app), dress::dress))
        .layer(from_fn(crate::look::flash::layer))
        .layer(from_fn_with_state(Arc::clone(&app), identify::identify))
        .layer(session::layer(app.sessions.clone(), &app.settings))
        .layer(CompressionLayer::new().compress_when(small))
        .layer(from_fn_with_state(Arc::clone(&app), headers::headers))
        .layer(from_fn(log::log))
        .with_state(app)
}

/// A panic is ours: the request fails, the program goes on.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Fault::World(format!("panic: {text}")).into_response()
}

/// Why the program cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken or not ours: the user's.
    #[error(
        "无法监听 {address}：{source}。请换一个端口（--listen）。\ncannot listen on {address}: {source}; choose another with --listen"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Certificate or key cannot be used: the user's.
    #[error("{}：证书或私钥不可用：{why}。\n{}: cannot be used for TLS: {why}", .path.display(), .path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The world's.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A listener that is bound, so that the port is known before the first request.
pub struct Bound {
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Bound {
    /// Binds, and reads certificate and key.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn new(address: SocketAddr, tls: Option<&(PathBuf, PathBuf)>) -> Result<Bound, Error> {
        let tls = match tls {
            Some((certificate, key)) => Some(RustlsConfig::from_config(Arc::new(config(certificate, key)?))),
            None => None,
        };
        let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
        listener.set_nonblocking(true)?;
        Ok(Bound { address: listener.local_addr()?, listener, tls })
    }

    /// Its address for a browser on this machine.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.address)
    }

    /// Answers until `stop`; then takes no more requests and lets those under way end.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn serve(
        self,
        app: Arc<App>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        let handle = Handle::new();
        let stopper = handle.clone();
        let stopping = tokio::spawn(async move {
            stop.await;
            stopper.graceful_shutdown(Some(GRACE));
        });
        let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
        match self.tls {
            None => {
                let mut server = axum_server::from_tcp(self.listener)?.handle(handle);
                server.http_builder().http1().header_read_timeout(HEADERS);
                server.serve(service).await?;
            }
            Some(tls) => {
                let mut server = axum_server::from_tcp_rustls(self.listener, tls)?.handle(handle);
                server.http_builder().http1().header_read_timeout(HEADERS);
                server.serve(service).await?;
            }
        }
        stopping.abort();
        Ok(())
    }
}

fn config(certificate: &Path, key: &Path) -> Result<ServerConfig, Error> {
    let wrong = |path: &Path, why: String| Error::Tls { path: path.to_owned(), why };
    let of_certificate = |e: rustls::pki_types::pem::Error| wrong(certificate, e.to_string());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .map_err(of_certificate)?
        .collect::<Result<_, _>>()
        .map_err(of_certificate)?;
    if chain.is_empty() {
        return Err(wrong(certificate, "no certificate in it (PEM is expected)".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong(key, e.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(certificate, e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| wrong(certificate, format!("{e}; do certificate and key belong together?")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
