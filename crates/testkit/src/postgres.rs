//! A private PostgreSQL server for the tests of one program: started when the first test asks, in a directory of its
//! own, without a network, and stopped when the program ends, even when it is killed.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// Where Debian puts servers, by their version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The programs of the newest server that is installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).ok()?.flatten();
    let numbered = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let newest = numbered.filter(|n| Path::new(VERSIONS).join(format!("{n}/bin/initdb")).exists()).max()?;
    Some(Path::new(VERSIONS).join(format!("{newest}/bin")))
}

/// A running server.
struct Server {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    /// Stops the server when its standard input closes, which is when this program ends.
    _keeper: Child,
}

/// Address of a fresh, empty database on the private server.
///
/// # Panics
/// PostgreSQL is not installed, or does not start; the message says what to install or what it said.
pub fn fresh_postgres() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(Server::start);
    let name = format!("t{}", COUNT.fetch_add(1, SeqCst));
    // The template of the cluster is small and nobody is connected to it.
    server.run("createdb", &["-h", &server.socket(), "-U", "app", "-T", "template0", &name]);
    format!("postgres:///{name}?host={}&user=app", server.socket())
}

impl Server {
    fn start() -> Server {
        let programs = programs()
            .expect("these tests need a PostgreSQL server, 15 or later: apt-get install postgresql");
        // Short: the name of a socket has 107 bytes at most.
        let folder =
            tempfile::Builder::new().prefix("pg.").tempdir_in("/tmp").expect("/tmp can be written").keep();
        let user = is_root().then(postgres_user);
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).expect("root may give a directory away");
        }
        let at = folder.display().to_string();
        let keeper = keeper(&programs, &folder, user);
        let server = Server { programs, folder, user, _keeper: keeper };
        let data = format!("{at}/data");
        let init = ["-D", &data, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        server.run("initdb", &init);
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={at} -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c max_connections=400 -c shared_buffers=32MB"
        );
        server.run("pg_ctl", &["-D", &data, "-s", "-w", "-l", &format!("{at}/log"), "-o", &options, "start"]);
        server
    }

    fn socket(&self) -> String {
        self.folder.display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(&self.folder).env("LC_ALL", "C.UTF-8").env("HOME", "/tmp");
        // The server inherits what the program that starts it has: nothing of ours may hang on it.
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let errors = self.folder.join(format!("{program}.{:?}.err", std::thread::current().id()));
        command.stderr(std::fs::File::create(&errors).expect("the directory is ours"));
        become_user(&mut command, self.user);
        let status = command.status().expect("the program is there");
        let mut said = String::new();
        if !status.success() {
            // What it said is for the message only.
            let _ = std::fs::File::open(&errors).and_then(|mut file| file.read_to_string(&mut said));
        }
        assert!(status.success(), "{program}: {status}\n{said}");
    }
}

/// A shell that waits until this program ends, then stops the server and removes its directory.
fn keeper(programs: &Path, folder: &Path, user: Option<(u32, u32)>) -> Child {
    let script = "cat >/dev/null; \"$1/pg_ctl\" -D \"$2/data\" -m immediate -s -w stop; rm -rf \"$2\"";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "keeper"]).arg(programs).arg(folder).current_dir("/tmp");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C goes to the tests, not to the keeper.
    command.process_group(0);
    become_user(&mut command, user);
    command.spawn().expect("there is a shell")
}

fn become_user(command: &mut Command, user: Option<(u32, u32)>) {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|of_us| of_us.uid() == 0)
}

/// PostgreSQL refuses to run as root.
fn postgres_user() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").expect("there are users");
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let line = line.expect("there is no user postgres: apt-get install postgresql");
    let mut numbers = line.split(':').skip(2).map(|text| text.parse().expect("users have numbers"));
    let mut number = || numbers.next().expect("users have two numbers");
    (number(), number())
}
