//! `--explain CODE`.

use ominipg_codegen::Code;

/// Prints what a code means.
pub(super) fn explain(name: &str) -> Result<(), String> {
    match Code::ALL.iter().find(|code| code.id().eq_ignore_ascii_case(name)) {
        Some(code) => {
            print!("{}", code.explanation());
            Ok(())
        }
        None => {
            let (first, last) = (Code::ALL[0], Code::ALL[Code::ALL.len() - 1]);
            Err(format!("error: there is no code `{name}`: they are between {first} and {last}"))
        }
    }
}
