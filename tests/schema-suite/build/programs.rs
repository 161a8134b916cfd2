//! The programs that bring here what tests need; the regression tests use them too.

use std::path::Path;
use std::process::Command;

/// Brings a package of Python's into a folder; `kind` says whether its sources or what was built of them.
pub fn download(package: &str, kind: &[&str], folder: &Path) -> Result<(), String> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--retries", "1", "--timeout", "20"]);
    run(pip.args(kind).arg(package).arg("--dest").arg(folder)).map(drop)
}

/// Runs a program, and gives what it prints; else the last line that it said.
pub fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("`{name}` does not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{name}` failed: {}", said.lines().last().unwrap_or("it said nothing")))
}
