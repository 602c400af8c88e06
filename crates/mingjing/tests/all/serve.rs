//! The server as people start and stop it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn serve(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingjing"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).stdin(Stdio::null());
    for variable in
        ["MINGJING_ADMIN_LOGIN", "MINGJING_ADMIN_PASSWORD", "MINGJING_DATABASE", "MINGJING_SETTINGS"]
    {
        command.env_remove(variable);
    }
    command
}

fn refused(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!(status.code(), Some(2), "{said}");
    said
}

/// Starts it with an administrator; gives its address and how long it took.
fn started(data: &Path) -> (Child, String, Duration) {
    let began = Instant::now();
    let mut command = serve(data);
    command.env("MINGJING_ADMIN_LOGIN", "admin").env("MINGJING_ADMIN_PASSWORD", "a long first password");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let took = began.elapsed();
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    (child, address, took)
}

fn answer(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn without_an_administrator_it_says_what_to_do_and_there_is_no_default_password() {
    let data = tempfile::tempdir().unwrap();
    let said = refused(&mut serve(data.path()));
    assert!(said.contains("MINGJING_ADMIN_LOGIN") && said.contains("MINGJING_ADMIN_PASSWORD"), "{said}");
    let weak = refused(
        serve(data.path()).env("MINGJING_ADMIN_LOGIN", "admin").env("MINGJING_ADMIN_PASSWORD", "admin"),
    );
    assert!(weak.contains("12"), "{weak}");
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let data = tempfile::tempdir().unwrap();
    let said = refused(serve(data.path()).env("MINGJING_SESSION_HOURS", "many"));
    assert!(said.contains("session_hours") && said.contains("MINGJING_SESSION_HOURS"), "{said}");
    let said = refused(serve(data.path()).args(["--database", "mysql://x"]));
    assert!(said.contains("database"), "{said}");
}

#[test]
fn it_serves_and_ends_in_order_and_goes_on_with_the_same_data() {
    let data = tempfile::tempdir().unwrap();
    for round in 0..2 {
        let (mut child, address, took) = started(data.path());
        println!("round {round}: {took:?}");
        assert!(answer(&address, "/health").starts_with("HTTP/1.1 200"));
        assert!(answer(&address, "/ready").starts_with("HTTP/1.1 200"));
        assert!(answer(&address, "/").contains("location: /sign-in?next=%2F"));
        let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "it ends in order");
        assert!(TcpStream::connect(&address).is_err());
        assert!(data.path().join("audit-head.log").exists(), "the log was chained to its end");
    }
}
