//! The command `serve`.

use std::process::{Command, Output};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"));
    command.arg("serve").args(arguments).env_remove("OMINIPG_SERVE_PASSWORD");
    command
}

fn serve(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
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

#[cfg(unix)]
#[test]
fn a_folder_is_served_until_it_is_told_to_end() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::Stdio;

    let folder = std::env::temp_dir().join(format!("ominipg-serve-cli-{}-data", std::process::id()));
    let arguments = [folder.to_str().unwrap(), "--listen", "127.0.0.1:0"];
    for _ in 0..2 {
        let mut server = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let address =
            said.trim().split_once("postgres@").and_then(|(_, rest)| rest.strip_suffix("/postgres"));
        let mut client = TcpStream::connect(address.unwrap_or_else(|| panic!("{said}"))).unwrap();
        let hello = b"\0\x03\0\0user\0postgres\0\0";
        client.write_all(&[&(hello.len() as u32 + 4).to_be_bytes(), &hello[..]].concat()).unwrap();
        client.write_all(b"Q\0\0\0\x0dSELECT 6\0X\0\0\0\x04").unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert!(
            answer.windows(8).any(|window| window == b"SELECT 1"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        // The second round opens the folder again, so the first must have let go of it.
        let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
        assert!(told.success() && server.wait().unwrap().success());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
