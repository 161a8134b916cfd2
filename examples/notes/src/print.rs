//! Notes on the terminal.

use std::io::{Result, Write};

use ominipg::Page;

use crate::db::Tag;
use crate::store::Tagged;

/// A line for each note, and how to go on.
pub fn list(out: &mut impl Write, page: &Page<Tagged>) -> Result<()> {
    for (note, tags) in &page.items {
        writeln!(out, "{:>5}  {}{}", note.id, note.title, hashes(tags))?;
    }
    match &page.next {
        Some(next) => writeln!(out, "more: --after {next}"),
        None => Ok(()),
    }
}

/// A whole note.
pub fn note(out: &mut impl Write, (note, tags): &Tagged) -> Result<()> {
    writeln!(out, "{}{}", note.title, hashes(tags))?;
    writeln!(out, "changed {}", note.updated_at.strftime("%F %T UTC"))?;
    if !note.body.is_empty() {
        writeln!(out, "\n{}", note.body.trim_end())?;
    }
    Ok(())
}

fn hashes(tags: &[Tag]) -> String {
    tags.iter().map(|tag| format!("  #{}", tag.name)).collect()
}
