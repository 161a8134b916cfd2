//! The command `serve`, as far as it goes without a database.

use std::process::{Command, Output};

fn serve(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"));
    command.arg("serve").args(arguments).env_remove("OMINIPG_SERVE_PASSWORD").output().unwrap()
}

fn fails(arguments: &[&str]) -> String {
    let output = serve(arguments);
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn help_shows_how_to_connect_and_takes_no_password() {
    let help = String::from_utf8(serve(&["--help"]).stdout).unwrap();
    assert!(help.contains("psql postgresql://postgres@127.0.0.1:5433/postgres"), "{help}");
    assert!(help.contains("--password-file") && !help.contains("--password "), "{help}");
}

#[test]
fn a_password_file_must_hold_one() {
    let folder = std::env::temp_dir().join(format!("ominipg-serve-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("password");
    let arguments = ["never made", "--password-file", file.to_str().unwrap()];
    assert!(fails(&arguments).contains("cannot read the password file"));
    std::fs::write(&file, "\n").unwrap();
    assert!(fails(&arguments).contains("first line"));
    std::fs::remove_dir_all(&folder).unwrap();
}
