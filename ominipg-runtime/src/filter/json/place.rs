use crate::error::{Error, ErrorKind};

/// Where the reader stands: a JSON Pointer.
#[derive(Default)]
pub(super) struct Place {
    keys: Vec<String>,
}

impl Place {
    /// Goes into `key` for the time of `read`.
    pub(super) fn inside<T>(
        &mut self,
        key: &str,
        deepest: usize,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.keys.len() >= deepest {
            return Err(self.error(&format!("the filter is nested deeper than {deepest} levels")));
        }
        self.keys.push(key.replace('~', "~0").replace('/', "~1"));
        let result = read(self);
        self.keys.pop();
        result
    }

    /// An error at this place.
    pub(super) fn error(&self, message: &str) -> Error {
        let pointer: String = self.keys.iter().flat_map(|key| ["/", key]).collect();
        let pointer = if pointer.is_empty() { "(root)" } else { &pointer };
        Error::new(ErrorKind::Filter, format!("filter, at {pointer}: {message}"))
    }
}
