//! A place as it is shown.

use std::ops::Range;

use super::Place;
use crate::read::Sources;

/// A place in a file, and what is said there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Label {
    /// The file, as it was named to the generator.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The line of what is behind the last character.
    pub end_line: usize,
    /// The column of what is behind the last character.
    pub end_column: usize,
    /// The bytes of the file.
    pub range: Range<usize>,
    /// What is said there; may be empty.
    pub text: String,
    /// The first line, and how much of it is marked.
    pub(super) source: String,
    pub(super) marked: usize,
}

impl Label {
    pub(super) fn new(place: Place, text: String, sources: &Sources) -> Self {
        let source = sources.get(place.file);
        let range = place.span.start..place.span.end;
        let ((line, column), (end_line, end_column)) =
            (source.position(range.start), source.position(range.end));
        // A range of several lines is marked to the end of its first.
        let marked = source.text[range.clone()].lines().next().unwrap_or("").chars().count().max(1);
        Self {
            file: source.name.clone(),
            line,
            column,
            end_line,
            end_column,
            range,
            text,
            source: source.line(line).to_owned(),
            marked,
        }
    }
}
