//! Statements that begin or end a transaction: only the runtime may send these, or connections would come back with
//! a transaction open.

use crate::error::{Error, ErrorKind};

/// Refuses a statement that begins, ends or marks a transaction on a connection that others use next.
pub(super) fn check(sql: &str) -> Result<(), Error> {
    let mut words = Words(sql);
    let refused = match words.next_word().as_deref() {
        Some("BEGIN" | "END" | "ABORT" | "SAVEPOINT" | "RELEASE") => true,
        Some("START") => words.next_word().as_deref() == Some("TRANSACTION"),
        Some("COMMIT" | "ROLLBACK") => words.next_word().as_deref() != Some("PREPARED"),
        _ => false,
    };
    if refused {
        Err(error("use `db.transaction()`, whose statements keep one connection to themselves"))
    } else {
        Ok(())
    }
}

/// Refuses a statement that ends the transaction it is in, or begins another.
pub(super) fn check_inside(sql: &str) -> Result<(), Error> {
    let mut words = Words(sql);
    let refused = match words.next_word().as_deref() {
        Some("BEGIN" | "COMMIT" | "END" | "ABORT") => true,
        Some("START") => words.next_word().as_deref() == Some("TRANSACTION"),
        Some("ROLLBACK") => !words.any(|word| word == "TO"),
        _ => false,
    };
    if refused { Err(error("use `commit()`, `rollback()`, or savepoints")) } else { Ok(()) }
}

/// Refuses a `COPY` from or to the client where its data cannot go: PostgreSQL would wait for it for ever.
pub(super) fn check_copy(sql: &str) -> Result<(), Error> {
    match copy(sql) {
        Some(Copy::In) => Err(copy_error("`COPY … FROM STDIN` is run by `copy_in`, which sends the data")),
        Some(Copy::Out) => Err(copy_error("`COPY … TO STDOUT` is run by `copy_out`, which gives the data")),
        None => Ok(()),
    }
}

/// Refuses what is no `COPY … FROM STDIN`.
pub(super) fn check_copy_in(sql: &str) -> Result<(), Error> {
    match copy(sql) {
        Some(Copy::In) => Ok(()),
        _ => Err(copy_error(
            "`copy_in` runs `COPY table FROM STDIN` and nothing else; `query` and `execute` do",
        )),
    }
}

/// Refuses what is no `COPY … TO STDOUT`.
pub(super) fn check_copy_out(sql: &str) -> Result<(), Error> {
    match copy(sql) {
        Some(Copy::Out) => Ok(()),
        _ => Err(copy_error("`copy_out` runs `COPY … TO STDOUT` and nothing else; `query` and `execute` do")),
    }
}

enum Copy {
    In,
    Out,
}

/// Which way a statement copies, where it does so from or to the client.
fn copy(sql: &str) -> Option<Copy> {
    let mut words = Words(sql);
    if words.next_word()? != "COPY" {
        return None;
    }
    let mut before = String::new();
    words.find_map(|word| {
        // PostgreSQL takes either name in either direction.
        let client = matches!(word.as_str(), "STDIN" | "STDOUT");
        match std::mem::replace(&mut before, word).as_str() {
            "FROM" if client => Some(Copy::In),
            "TO" if client => Some(Copy::Out),
            _ => None,
        }
    })
}

fn copy_error(message: &str) -> Error {
    Error::new(ErrorKind::Copy, message)
}

/// Whether a script may begin a transaction.
pub(super) fn may_begin(script: &str) -> bool {
    Words(script).any(|word| word == "BEGIN" || word == "START")
}

/// What a script that leaves its transaction open gets to hear.
pub(super) fn left_open() -> Error {
    error(
        "the script left a transaction open, and it was rolled back: end it in the script, or use `db.transaction()`",
    )
}

fn error(way_out: &str) -> Error {
    Error::new(ErrorKind::Transaction, format!("transactions are not begun or ended by SQL: {way_out}"))
}

/// The words of a text, in upper case; comments are left out.
struct Words<'a>(&'a str);

impl Words<'_> {
    fn next_word(&mut self) -> Option<String> {
        loop {
            self.0 = self.0.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            let comment = match self.0.get(..2) {
                Some("--") => self.0.find('\n').map(|end| end + 1),
                Some("/*") => self.0.find("*/").map(|end| end + 2),
                _ => break,
            };
            self.0 = comment.map_or("", |end| &self.0[end..]);
        }
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = self.0.find(|c| !word(c)).unwrap_or(self.0.len());
        let (found, rest) = self.0.split_at(end);
        self.0 = rest;
        (!found.is_empty()).then(|| found.to_ascii_uppercase())
    }
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            if let Some(word) = self.next_word() {
                return Some(word);
            }
            // Something else than a word stands here.
            let mut rest = self.0.chars();
            rest.next()?;
            self.0 = rest.as_str();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_begins_or_ends_a_transaction() {
        for sql in [
            "BEGIN",
            " begin isolation level serializable",
            "-- x\n/* y */ ;Commit",
            "END",
            "start  transaction",
            "ROLLBACK",
            "rollback to a",
            "SAVEPOINT a",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
        for sql in
            ["SELECT 'BEGIN'", "COMMIT PREPARED 'a'", "BEGINNING", "-- BEGIN", "/* BEGIN", "", "é", "START"]
        {
            assert!(check(sql).is_ok(), "{sql}");
        }
        for sql in ["COMMIT", "rollback", "ROLLBACK WORK;", "BEGIN", "END"] {
            assert!(check_inside(sql).is_err(), "{sql}");
        }
        for sql in ["SAVEPOINT a", "ROLLBACK TO a", "rollback work to savepoint a", "RELEASE a", "SELECT 1"] {
            assert!(check_inside(sql).is_ok(), "{sql}");
        }
        assert!(may_begin("SELECT 1; é 'x'; begin; COMMIT"));
        assert!(!may_begin("SELECT 1; INSERT INTO beginnings VALUES ('a')"));
    }

    #[test]
    fn tells_which_way_a_copy_goes() {
        for sql in
            ["COPY t FROM STDIN", "/* x */ copy \"T\" (a, b) from stdin (FORMAT csv)", "COPY t FROM STDOUT"]
        {
            assert!(check_copy_in(sql).is_ok() && check_copy_out(sql).is_err(), "{sql}");
            assert_eq!(check_copy(sql).unwrap_err().kind(), ErrorKind::Copy);
        }
        for sql in ["COPY t TO STDOUT", "copy (SELECT a FROM t WHERE b) to stdout with (format binary)"] {
            assert!(check_copy_out(sql).is_ok() && check_copy_in(sql).is_err(), "{sql}");
            assert_eq!(check_copy(sql).unwrap_err().kind(), ErrorKind::Copy);
        }
        for sql in ["SELECT 1", "COPY t FROM '/a'", "", "copying FROM STDIN", "COPY t TO PROGRAM 'cat'"] {
            assert!(
                check_copy(sql).is_ok() && check_copy_in(sql).is_err() && check_copy_out(sql).is_err(),
                "{sql}"
            );
        }
    }
}
