use std::process::Command;

/// Says that a process only fills the cache.
const PREPARE: &str = "OMINIPG_STRESS_PREPARE";

/// Whether this process was started to fill the cache, and is to open one database and end.
pub fn is_preparing() -> bool {
    std::env::var_os(PREPARE).is_some()
}

/// Compiles the engine where it is not yet, in another process: the compiler's memory is in no figure then.
///
/// # Panics
///
/// Where `test` cannot be run, or fails.
pub fn prepare(test: &str) {
    let program = std::env::current_exe().expect("a test knows its own program");
    let output = Command::new(program).args(["--exact", test]).env(PREPARE, "1").output();
    let output = output.expect("the test's program can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
