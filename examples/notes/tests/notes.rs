//! The program as it is used: a process for each command, on one folder.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder of notes, removed at the end.
struct Notes(PathBuf);

impl Notes {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ominipg-notes-{}-{name} 100%", std::process::id()));
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_notes"));
        command.arg("--folder").arg(&self.0).args(arguments);
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// What a command that succeeds prints.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).expect("it is UTF-8")
    }

    /// What a command that fails says.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).expect("it is UTF-8")
    }

    /// What a command prints that reads `input`.
    fn feed(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).expect("it is UTF-8")
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn keeps_notes() {
    let notes = Notes::new("keeps");
    assert_eq!(notes.run(&["list"]), "");
    assert_eq!(
        notes.run(&["add", "Engines", "--body", "They run on steam.", "--tag", "rust", "--tag", "steam"]),
        "1\n"
    );
    assert_eq!(notes.run(&["add", "Gardens", "--tag", "home"]), "2\n");
    assert_eq!(
        notes.feed(&["add", "Robert'); DROP TABLE notes;--", "--body", "-"], "An engine,\nthough.\n"),
        "3\n"
    );
    assert_eq!(
        notes.run(&["list"]),
        "    3  Robert'); DROP TABLE notes;--\n    2  Gardens  #home\n    1  Engines  #rust  #steam\n"
    );
    assert_eq!(notes.run(&["list", "--tag", "rust"]), "    1  Engines  #rust  #steam\n");

    assert_eq!(notes.run(&["search", "engine", "-steam"]), "    3  Robert'); DROP TABLE notes;--\n");
    let best = notes.run(&["search", "--limit", "9", "engines", "or", "gardens"]);
    assert_eq!(best.lines().count(), 3, "{best}");
    assert_eq!(notes.run(&["search", "--limit", "1", "engines or gardens"]).lines().count(), 1);

    notes.run(&["edit", "2", "--title", "Roses", "--body", "Red."]);
    notes.run(&["tag", "2", "rust", "home"]);
    let shown = notes.run(&["show", "2"]);
    assert!(shown.starts_with("Roses  #home  #rust\nchanged 2") && shown.ends_with("\n\nRed.\n"), "{shown}");
    notes.run(&["edit", "2"]);
    notes.run(&["untag", "2", "home", "unknown"]);
    assert_eq!(notes.run(&["list", "--tag", "home"]), "");
    assert_eq!(notes.run(&["list", "--tag", "rust"]), "    2  Roses  #rust\n    1  Engines  #rust  #steam\n");

    notes.run(&["delete", "1"]);
    assert_eq!(notes.run(&["search", "steam"]), "");
    assert_eq!(notes.fail(&["show", "1"]), "error: there is no note 1\n");
    assert_eq!(notes.fail(&["delete", "1"]), "error: there is no note 1\n");
    assert_eq!(notes.fail(&["edit", "1", "--title", "x"]), "error: there is no note 1\n");
    assert_eq!(notes.fail(&["tag", "1", "x"]), "error: there is no note 1\n");
}

#[test]
fn goes_on_where_a_list_ended() {
    let notes = Notes::new("pages");
    for number in 1..=5 {
        notes.run(&["add", &format!("Note {number}")]);
    }
    let (mut titles, mut after) = (String::new(), None::<String>);
    for page in 1.. {
        let mut arguments = vec!["list", "--limit", "2"];
        arguments.extend(after.iter().flat_map(|after| ["--after", after]));
        let printed = notes.run(&arguments);
        titles.extend(
            printed.lines().filter(|line| line.contains("Note")).map(|line| line.trim().to_owned() + "\n"),
        );
        match printed.lines().find_map(|line| line.strip_prefix("more: --after ")) {
            Some(next) => after = Some(next.to_owned()),
            None => {
                assert_eq!(page, 3);
                break;
            }
        }
    }
    assert_eq!(titles, "5  Note 5\n4  Note 4\n3  Note 3\n2  Note 2\n1  Note 1\n");
    let refused = notes.fail(&["list", "--after", "'; DROP TABLE notes; --"]);
    assert!(refused.contains("the cursor of a page cannot be used"), "{refused}");
}

#[test]
fn tells_every_broken_rule() {
    let notes = Notes::new("rules");
    let refused = notes.fail(&["add", ""]);
    assert!(refused.contains("/title: is shorter than 1 characters (minLength)"), "{refused}");
    // A tag that breaks its rule takes the note back, which was created before it.
    let refused = notes.fail(&["add", "Kept", "--tag", "good", "--tag", "No Tag!"]);
    assert!(refused.contains("/name: ") && refused.contains("(pattern)"), "{refused}");
    assert_eq!(notes.run(&["list"]), "");
    assert_eq!(notes.run(&["list", "--tag", "good"]), "");
}
