use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{binaries, certificates};

pub(crate) const START: Duration = Duration::from_secs(60);

/// Stops the server and takes its folder away when the pipe to this script closes, however the tests end.
const KEEPER: &str = r#""$1" -D "$2/data" -p "$3" -k "$2" -h 127.0.0.1 \
    -c ssl=on -c ssl_cert_file="$2/server.pem" -c ssl_key_file="$2/server.key" -c ssl_ca_file="$2/authority.pem" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$2""#;

/// A server that was started for the tests.
pub(crate) struct Local {
    /// Its standard input is the pipe that keeps the server up.
    _keeper: Child,
    folder: PathBuf,
    port: u16,
}

impl Local {
    /// Whether the machine has the programs.
    pub(crate) fn is_possible() -> bool {
        ["initdb", "postgres"].iter().all(|name| program(name).is_ok())
    }

    /// Makes a cluster and starts a server on it.
    pub(crate) fn start() -> io::Result<Self> {
        let postgres = program("postgres")?;
        let folder = new_folder("test")?;
        let user = user(&folder)?;
        initdb(&folder, user)?;
        ask_for_proof(&folder.join("data/pg_hba.conf"))?;
        certificates::make(&folder, user)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]).arg(postgres).arg(&folder).arg(port.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A signal to the tests' process group, such as Ctrl-C, is not for the script: it sees the pipe close.
        let keeper = become_user(&mut command, user).process_group(0).spawn()?;
        wait_until_ready(&folder)?;
        Ok(Self { _keeper: keeper, folder, port })
    }

    /// The url of its database `postgres`.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Its address in urls, and the one of its Unix socket.
    pub(crate) fn addresses(&self) -> (String, String) {
        let folder = self.folder.to_string_lossy().replace('/', "%2F");
        (format!("127.0.0.1:{}", self.port), format!("{folder}:{}", self.port))
    }

    /// The file of its certificate, which nobody trusts yet.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join(certificates::SERVER)
    }

    /// The files of a certificate that it trusts, and of its key.
    pub(crate) fn client_certificate(&self) -> [PathBuf; 2] {
        certificates::CLIENT.map(|file| self.folder.join(file))
    }
}

/// Makes a cluster in the folder `data` of this one.
pub(crate) fn initdb(folder: &Path, user: Option<(u32, u32)>) -> io::Result<()> {
    let mut command = Command::new(program("initdb")?);
    command.arg("-D").arg(folder.join("data"));
    command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]);
    let output = become_user(&mut command, user).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Lets the roles `needs_password` and `needs_certificate`, which tests may create, in by these alone.
fn ask_for_proof(rules: &Path) -> io::Result<()> {
    let others = fs::read_to_string(rules)?;
    let certificate = "hostssl all needs_certificate all cert\nhost all needs_certificate all reject";
    fs::write(rules, format!("host all needs_password all scram-sha-256\n{certificate}\n{others}"))
}

pub(crate) fn program(name: &str) -> io::Result<PathBuf> {
    binaries::find_program(name)
        .ok_or_else(|| io::Error::other(format!("there is no `{name}` on this machine")))
}

/// A new folder with a short name: the paths of sockets may not be long.
pub(crate) fn new_folder(name: &str) -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("ominipg-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder)?;
    Ok(folder)
}

/// The user to run as where this is root, which PostgreSQL refuses.
pub(crate) fn user(folder: &Path) -> io::Result<Option<(u32, u32)>> {
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let fields: Vec<&str> =
            users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    let (user, group) = ids("postgres").or_else(|| ids("nobody")).unwrap_or((65534, 65534));
    chown(folder, Some(user), Some(group))?;
    Ok(Some((user, group)))
}

pub(crate) fn become_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((user, group)) => command.current_dir("/").gid(group).uid(user),
        None => command,
    }
}

fn wait_until_ready(folder: &Path) -> io::Result<()> {
    let start = Instant::now();
    while start.elapsed() < START {
        // The last line of this file tells the server's state.
        let state = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        if state.lines().last().is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(io::Error::other(fs::read_to_string(folder.join("log")).unwrap_or_default()))
}
