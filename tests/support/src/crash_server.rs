//! A server that may be killed and started again.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::local::{START, become_user, initdb, new_folder, program, user};

/// Stops the server when the pipe to this script closes, however the tests end. Commits are written to the file before they are
/// answered, as they must be to survive the death of all processes; that the machine survives saves the sync to the disk. Shared
/// memory is a file of the folder, which a server that is killed cannot take away.
const KEEPER: &str = r#""$1" -D "$2/data" -p "$3" -k "$2" -h 127.0.0.1 -c fsync=off -c synchronous_commit=on \
    -c full_page_writes=off -c max_connections=100 -c dynamic_shared_memory_type=mmap >>"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server"#;

/// A server on a data folder of its own. Dropped, it is gone with its folder.
pub struct CrashServer {
    folder: PathBuf,
    port: u16,
    user: Option<(u32, u32)>,
    keeper: Child,
}

impl CrashServer {
    /// Makes a cluster and starts a server on it; nothing where the machine has no PostgreSQL.
    ///
    /// # Errors
    ///
    /// Where it does not start.
    pub fn start() -> io::Result<Option<Self>> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(postgres) = program("postgres") else { return Ok(None) };
        let folder = new_folder(&format!("crash-{}", NUMBER.fetch_add(1, Ordering::Relaxed)))?;
        let user = user(&folder)?;
        initdb(&folder, user)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let keeper = keeper(&postgres, &folder, port, user)?;
        let server = Self { folder, port, user, keeper };
        server.wait()?;
        Ok(Some(server))
    }

    /// The url of its database `postgres`.
    pub fn url(&self) -> String {
        format!("postgresql://postgres@{}/postgres?sslmode=disable", self.address())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// What kills all of its processes at once, from any thread.
    pub fn killer(&self) -> impl Fn() + Send + Sync + 'static {
        let folder = self.folder.clone();
        move || kill(&folder)
    }

    /// Starts it again, after it was killed; it recovers from its log.
    ///
    /// # Errors
    ///
    /// Where it does not start.
    pub fn restart(&mut self) -> io::Result<()> {
        drop(self.keeper.stdin.take());
        self.keeper.wait()?;
        self.keeper = keeper(&program("postgres")?, &self.folder, self.port, self.user)?;
        self.wait()
    }

    /// Starts it again as a standby, though it has nobody to follow: it takes no changes.
    ///
    /// # Errors
    ///
    /// Where it does not start.
    pub fn restart_as_standby(&mut self) -> io::Result<()> {
        drop(self.keeper.stdin.take());
        self.keeper.wait()?;
        let signal = self.folder.join("data/standby.signal");
        fs::write(&signal, "")?;
        if let Some((user, group)) = self.user {
            chown(&signal, Some(user), Some(group))?;
        }
        self.restart()
    }

    /// Waits until it takes connections: the file of one that was killed says so too, with another number.
    fn wait(&self) -> io::Result<()> {
        let start = Instant::now();
        while start.elapsed() < START {
            let state = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            let is_ready =
                state.lines().last().is_some_and(|line| ["ready", "standby"].contains(&line.trim()));
            if is_ready && state.lines().next().is_some_and(is_alive) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(io::Error::other(fs::read_to_string(self.folder.join("log")).unwrap_or_default()))
    }
}

impl Drop for CrashServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn keeper(
    postgres: &std::path::Path,
    folder: &std::path::Path,
    port: u16,
    user: Option<(u32, u32)>,
) -> io::Result<Child> {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "keeper"]).arg(postgres).arg(folder).arg(port.to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    become_user(&mut command, user).process_group(0).spawn()
}

/// Kills the server of a folder and all that it has started, and waits until they are gone.
fn kill(folder: &std::path::Path) {
    let state = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
    let Some(server) = state.lines().next().map(str::to_owned) else { return };
    if !is_alive(&server) {
        return;
    }
    let mut all = vec![server.clone()];
    all.extend(children(&server));
    let _ = Command::new("kill").arg("-KILL").args(&all).stderr(Stdio::null()).status();
    let start = Instant::now();
    while all.iter().any(|process| is_alive(process)) && start.elapsed() < START {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The state and the parent of a process.
fn stat(process: &str) -> Option<(String, String)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
}

fn is_alive(process: &str) -> bool {
    stat(process).is_some_and(|(state, _)| state != "Z")
}

fn children(of: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = processes.filter_map(|process| process.file_name().into_string().ok());
    names.filter(|name| stat(name).is_some_and(|(_, parent)| parent == of)).collect()
}
